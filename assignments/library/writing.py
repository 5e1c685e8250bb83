"""Exercises and plans written out as the files they could have been read from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from io import BytesIO
from typing import Any, Final
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import tomli_w

from assignments.domain.exercises import Exercise
from assignments.domain.plans import Plan

_HEAD: Final = "# Written by Meanwhile. The library's README says what each field means.\n"
# Every file of an archive bears the same day, so the same exercises make the same archive.
_DAY: Final = (2026, 1, 1, 0, 0, 0)


def as_toml(thing: Exercise | Plan) -> str:
    """The text of a file that reads back as the same exercise or plan. Cards of a deck stand in it in full."""
    table = thing.model_dump(exclude_none=True, exclude_defaults=True)
    return _HEAD + tomli_w.dumps(_tidy(table))


def file_name(thing: Exercise | Plan) -> str:
    """What such a file is called."""
    return f"{thing.slug}.toml"


def as_zip(things: Iterable[Exercise | Plan]) -> bytes:
    """Several files side by side in one archive."""
    whole = BytesIO()
    with ZipFile(whole, "w", ZIP_DEFLATED) as archive:
        for thing in things:
            entry = ZipInfo(file_name(thing), _DAY)
            entry.compress_type = ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, as_toml(thing))
    return whole.getvalue()


def _tidy(value: Any) -> Any:
    """Lists for tuples, and a table's plain fields before its tables, as they stand in the files that ship."""
    if isinstance(value, Mapping):
        tidied = {key: _tidy(item) for key, item in value.items()}
        return dict(sorted(tidied.items(), key=lambda pair: _is_table(pair[1])))
    return [_tidy(item) for item in value] if isinstance(value, list | tuple) else value


def _is_table(value: Any) -> bool:
    return isinstance(value, dict) or (isinstance(value, list) and bool(value) and isinstance(value[0], dict))
