"""Files to take away: tables that no spreadsheet runs, data, and several of them in one archive.

Nothing here is kept: a file is made in memory and sent, under a name that tells nobody what it holds.
"""

from __future__ import annotations

import csv
import io
import json
import unicodedata
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from flask import Response, send_file

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

# A spreadsheet takes a cell that begins with one of these for a formula, whoever typed it. The wide forms count too.
FORMULA = tuple("=+-@|%＝＋－＠")  # the wide signs are meant
# Excel knows by this mark that the text is UTF-8.
MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"

Cell = str | int | float | date | datetime | None


def as_csv(columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    """A table that opens in any spreadsheet and runs nothing in it. Numbers stay numbers."""
    text = io.StringIO(newline="")
    text.write(MARK)
    writer = csv.writer(text, quoting=csv.QUOTE_NONNUMERIC)
    writer.writerow(columns)
    writer.writerows([_cell(value) for value in row] for row in rows)
    return text.getvalue()


def as_json(value: DataclassInstance) -> str:
    """The same as data, every letter as it was typed."""
    return json.dumps(asdict(value), default=_plain, ensure_ascii=False, indent=1)


def zipped(files: Mapping[str, str | bytes]) -> bytes:
    """Several files as one."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            # The moment in the archive is the earliest there can be: a copy says itself when it was made.
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return whole.getvalue()


def as_file(content: bytes, name: str, mimetype: str) -> Response:
    """A file to take away. Its name must tell nobody whose it is, because downloads folders get looked into."""
    return send_file(
        io.BytesIO(content),
        mimetype=mimetype,
        as_attachment=True,
        download_name=name,
        etag=False,
        last_modified=None,
        max_age=None,
    )


def _cell(value: Cell) -> str | int | float:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat(timespec="minutes")
    if isinstance(value, date):
        return value.isoformat()
    return harmless(value) if isinstance(value, str) else value


def harmless(text: str) -> str:
    """The text as a cell shows it and never runs it. What is invisible in front of a sign does not hide it."""
    kept = "".join(letter for letter in text if letter in "\n\t" or unicodedata.category(letter) != "Cc")
    first = next((letter for letter in kept if not _is_invisible(letter)), "")
    begins_oddly = kept[:1] in ("\t", "\n")
    return f"'{kept}" if first in FORMULA or begins_oddly else kept


def _is_invisible(letter: str) -> bool:
    return letter.isspace() or letter in "\"'" or unicodedata.category(letter) in ("Cf", "Cc", "Zs")


def _plain(value: object) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(f"{type(value)} has no place in a copy.")
