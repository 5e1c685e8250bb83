"""How a wrong file is told to a counsellor: without the words of the reader of TOML or of a programming language."""

import re
from difflib import get_close_matches
from typing import Any

_PLACE = re.compile(r"\(at (?P<place>line \d+, column \d+|end of document)\)$")
_TWICE = ("Cannot overwrite", "Cannot declare", "Cannot mutate", "Duplicate")
LONGEST = 60


def unreadable(error: ValueError) -> str:
    """Where a text stops being TOML, and what to look for there."""
    told = str(error)
    found = _PLACE.search(told)
    place = found["place"].replace("end of document", "the end") if found else "one place"
    if told.startswith(_TWICE):
        return f"this cannot be read as TOML: the same name stands twice, at {place}. Keep one of them."
    return (
        f"this cannot be read as TOML: something is wrong at {place}."
        " Look there, and on the line before, for a missing quotation mark, comma or bracket."
    )


def shown(value: Any) -> str:
    """What was found in the place of something else, short and in quotation marks where it is a text."""
    if value in ("", ()):
        return "nothing"
    if isinstance(value, dict | tuple):
        return "a table" if isinstance(value, dict) else "a list"
    if isinstance(value, int) and value.bit_length() > 200:
        return "a very long number"
    words = value if isinstance(value, str) else repr(value)
    words = words if len(words) <= LONGEST else f"{words[: LONGEST - 3]}…"
    return f"“{words}”" if isinstance(value, str) else words


def one_of(choices: str) -> str:
    """The choices of a field as pydantic names them, in our quotation marks."""
    return "one of " + re.sub(r"'([^']*)'", r"“\1”", choices)


def nearest(value: Any, choices: str) -> str:
    """The choice that a wrong word comes near, as a question; nothing where none is near."""
    known = re.findall(r"'([^']*)'", choices)
    near = get_close_matches(value, known, n=1) if isinstance(value, str) else []
    return f" Did you mean “{near[0]}”?" if near else ""
