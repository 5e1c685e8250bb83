"""Every word that somebody typed made into mark-up, and a search of pages for what did not stay words.

Each planted word carries a mark that tells its column and its payload. Wherever a mark is met, the whole payload must
stand around it as it was typed, as text or in an attribute that holds text; anything else means that somebody's words
were read as something other than words.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote_plus, urlsplit

from bs4 import BeautifulSoup, NavigableString, Tag
from bs4.element import PreformattedString
from sqlalchemy import select

from clinic import crypto
from clinic.extensions import Base, db
from clinic.key_rotation import SealedColumn, sealed_columns

# M stands for the mark. It is in each part that would come to life, so that none can do so unnoticed.
PAYLOADS = (
    '<script>alert("M")</script>',
    "<img src=x onerror=alert('M')>",
    '"><svg onload=alert("M")>',
    "'><img src=x onerror='M'>",
    "</textarea><script>M</script>",
    "</title><script>M</script>",
    "</option></select><b>M</b>",
    "--><b>M</b><!--",
    "<!-- M -->",
    '" onfocus="alert(\'M\')" autofocus="M',
    "' onmouseover='alert(\"M\")",
    "x onclick=M <b>M</b>",
    'javascript:alert("M")//<M>',
    'data:text/html,<b id="M">',
    '<a href="javascript:M">M</a>',
    '<iframe srcdoc="<b>M</b>">',
    '<base href="//M.example/">',
    '<meta http-equiv="refresh" content="0;url=//M">',
    "<link rel=stylesheet href=//M.example>",
    '<style>@import "//M"</style>',
    '<form action="//M.example"><button>M',
    "<input name=M autofocus>",
    "<math><mtext><mglyph><style><b id=M>",
    "<details open ontoggle=alert('M')>",
    '<object data="//M.example">',
    "<template><b>M</b></template>",
    '<noscript><p title="</noscript><b id=M>">',
    '<svg><a xlink:href="javascript:M">',
    "<button formaction='javascript:M'>M",
    "&lt;b id=M&gt;",
    "&#60;b id=M&#62;",
    "%3Cb id=M%3E &amp;M",
    r"\u003cb id=M\u003e \x3cM\x3e",
    "＜b id=M＞",
    "{{ 7*7 }}M{{ config }}",
    "{% set a = 1 %}M{# b #}",
    "${7*7}#{7*7}M<%= 7*7 %>",
    "<scr<script>ipt>M</script>",
    '=HYPERLINK("//M.example","M")',
    "%s %(M)s {0} \\1M",
)
MARK = re.compile(r"zq(\d+)q(\d+)z")
# Where a browser shows what an attribute says, and does nothing else with it.
SHOWN = {"value", "placeholder", "title", "alt", "content", "label", "for", "id", "aria-label"}
ADDRESSES = {"href", "src", "action", "formaction", "data", "poster", "background"}

# What a person types into a column that is not sealed, and where in it.
TYPED = {
    "practice": {"name", "phone", "sharing_policy", "urgent_help"},
    "safety_rule_change": {"reason"},
    "person": {"name", "family_name", "contact_address"},
    "sign_in": {"device"},
    "exercise_version": {"definition"},
    "practice_exercise": {"draft"},
    "practice_plan": {"draft"},
    "plan_version": {"definition"},
    "couple_plan": {"definition"},
    "instrument_wording": {"definition"},
    "contact": {"name", "phone", "address", "note"},
    "sign_rule_change": {"reason"},
}
# Sealed, and no words of anybody: a secret, and what can be worked out again.
NOT_WORDS = {"second_factor.key_sealed", "outbox_mail.secret_sealed", "couple_summary.told_sealed"}
NOT_WORDS |= {"instrument_answer.items_sealed"}  # Numbers alone.


def payload(column: int, number: int) -> str:
    """One payload with the mark of a column."""
    return PAYLOADS[number].replace("M", f"zq{column}q{number}z")


@dataclass
class Planted:
    """Which columns hold payloads now; a mark's first number is a place in `columns`."""

    columns: list[str] = field(default_factory=list)
    values: int = 0

    def begin(self, column: str) -> int:
        """Give a column its number."""
        self.columns.append(column)
        return len(self.columns) - 1

    def next_for(self, column: int) -> str:
        """Another payload for this column: each goes through all of them, and no two begin with the same."""
        self.values += 1
        return payload(column, (self.values + 7 * column) % len(PAYLOADS))


def plant() -> Planted:
    """Replace every word that somebody typed, in every row of the database. Run it in every practice at once."""
    planted = Planted()
    for column in sealed_columns():
        if str(column) not in NOT_WORDS:
            _plant_sealed(planted, column)
    classes = {mapper.class_.__tablename__: mapper.class_ for mapper in Base.registry.mappers}
    for table, names in TYPED.items():
        for name in sorted(names):
            number = planted.begin(f"{table}.{name}")
            for row in db.session.scalars(select(classes[table])):
                setattr(row, name, planted_in(planted, number, getattr(row, name)))
    db.session.commit()
    return planted


def _plant_sealed(planted: Planted, column: SealedColumn) -> None:
    number = planted.begin(str(column))
    for row in db.session.scalars(select(column.model)):
        sealed = getattr(row, column.name)  # What could be left empty is filled in as well.
        words = crypto.unseal(row, column.name, sealed) if sealed is not None else ""
        setattr(row, column.name, crypto.seal(row, column.name, planted_in(planted, number, words)))


def planted_in(planted: Planted, column: int, words: str) -> str:
    """The same value with payloads for its words: the whole of it, or what is written in a structure."""
    try:
        inside = json.loads(words)
    except ValueError:
        inside = None
    if not isinstance(inside, dict | list):
        return planted.next_for(column)
    return json.dumps(_in_structure(planted, column, inside))


def _in_structure(planted: Planted, column: int, value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _in_structure(planted, column, one) for name, one in value.items()}
    if isinstance(value, list):
        return [_in_structure(planted, column, one) for one in value]
    # A key, an id or a number has no space in it, and what a person wrote nearly always has.
    return planted.next_for(column) if isinstance(value, str) and " " in value else value


# --- Looking.


def faults(page: BeautifulSoup) -> Iterator[str]:
    """Everything on a page that was planted as words and has become something else."""
    for thing in page.descendants:
        if isinstance(thing, Tag):
            yield from _faults_of_tag(thing)
        elif isinstance(thing, NavigableString) and MARK.search(thing):
            inside = thing.parent.name if thing.parent else ""
            if isinstance(thing, PreformattedString) or inside in ("script", "style"):
                yield f"{inside} holds {thing[:80]!r}"
            elif left := broken(thing):
                yield f"{inside} says {left!r}"


def _faults_of_tag(tag: Tag) -> Iterator[str]:
    if MARK.search(tag.name):
        yield f"an element {tag.name!r}"
    for name, value in tag.attrs.items():
        said = " ".join(value) if isinstance(value, list) else str(value)
        if MARK.search(name):
            yield f"{tag.name} has an attribute {name!r}"
        if not MARK.search(said):
            continue
        if name == "srcdoc":
            yield from faults(BeautifulSoup(said, "html.parser"))
        elif name in ADDRESSES:
            if urlsplit(said).netloc or urlsplit(said).scheme not in ("", "tel", "mailto"):
                yield f"{tag.name} leads to {said!r}"
            elif left := broken(unquote_plus(said)):
                yield f"{tag.name} leads to {left!r}"
        elif name not in SHOWN and not name.startswith("data-"):
            yield f"{tag.name} has {name}={said!r}"
        elif left := broken(said):
            yield f"{tag.name} says {name}={left!r}"


def broken(said: str) -> str:
    """What is left of some text, if any payload in it is not whole."""
    # A browser shows any white space as one space.
    left = " ".join(said.split())
    for column, number in {(int(one[1]), int(one[2])) for one in MARK.finditer(left)}:
        whole = " ".join(payload(column, number).split())
        left = left.replace(whole, "…")
        if MARK.search(left):
            for end in range(len(whole), 1, -1):  # A list shows the beginning of long words alone.
                left = left.replace(f"{whole[:end].rstrip()}...", "…").replace(
                    f"{whole[:end].rstrip()}…", "…"
                )
    return left[:200] if MARK.search(left) else ""


def met(text: str) -> set[int]:
    """The columns whose words stand somewhere in a text."""
    return {int(mark[1]) for mark in MARK.finditer(text)}
