"""How easily couples' texts read, screen by screen, and where their words stand.

The grade is the one counsellors are shown (`grades`), so a gate that passes and a hint that warns never
disagree. Sentences come from three places: the library, the pages people reach, and the templates of partners' pages,
whose branches no walk may have reached.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from bs4 import BeautifulSoup
from jinja2 import Environment, nodes

from assignments.domain.exercises import grades, words_in
from assignments.domain.exercises.grades import prose_of

WORST, ON_AVERAGE, LONGEST = 7, 5, 15

TEMPLATES = Path(__file__).parents[1] / "templates"
# What counsellors, supervisors and admins read is held to another grade, and this test leaves it alone.
STAFF = re.compile(r"layouts/counsellor\.html|layouts/room\.html")
STAFF_PARTIALS = (
    "assignments/answers/",
    "assignments/assign/",
    "assignments/library/",
    "assignments/signs/",
    "clinic/couples/",
    "clinic/practice/",
    "components/charts.html",
    "components/desk.html",
)
# A tag that ends a thought: what stands before it and after it are two sentences, with or without a full stop.
_BREAKS = re.compile(
    r"</?(?:p|h[1-6]|li|ul|ol|div|section|button|a|label|legend|summary|dt|dd|td|th|figcaption|br)\b[^>]*>"
)
_TAG = re.compile(r"<[^>]*>?")
# A date is read at a glance and has no easier word, whatever the length of its weekday and its month.
_DATE = re.compile(
    r"\b(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day \d{1,2} (?:January|February|March|April|May|June|July|August"
    r"|September|October|November|December)\b"
)


def grade_of(texts: Iterable[str]) -> float | None:
    """The reading grade of a screen, or None where it holds too few words to have one."""
    return grades.grade_of(_DATE.sub("that day", text) for text in texts)


def too_long(texts: Iterable[str]) -> list[str]:
    """The sentences with more words than a tired reader takes in at once."""
    return [sentence for sentence in prose_of(texts) if len(words_in(sentence)) > LONGEST]


def texts_on(page: BeautifulSoup) -> list[str]:
    """What a page says in its main part, one block a text."""
    return _blocks(str(page.main or page.body or page))


def partner_templates() -> Iterator[str]:
    """The names of the templates that partners, and people who are about to be partners, may read."""
    for path in sorted(TEMPLATES.rglob("*.html")):
        name = path.relative_to(TEMPLATES).as_posix()
        extends = re.search(r"{% extends (.*?) %}", path.read_text(encoding="utf-8"))
        staff_only = extends is not None and STAFF.search(extends[1]) and "partner.html" not in extends[1]
        if not staff_only and not name.startswith(STAFF_PARTIALS):
            yield name


def texts_in(template: str) -> list[str]:
    """Every sentence a template holds, in any branch, with a name where a value would stand."""
    tree = Environment(autoescape=True).parse((TEMPLATES / template).read_text(encoding="utf-8"))
    found: list[str] = []
    for output in tree.find_all(nodes.Output):
        found += _blocks("".join(_written(node) for node in output.nodes))
    for said in tree.find_all((nodes.Const, nodes.Concat)):
        text = _written(said)
        # Names of classes, routes and fields are written small; what people read begins with a capital.
        if " " in text and text[:1].isupper():
            found += _blocks(text)
    return found


def _written(node: nodes.Node) -> str:
    if isinstance(node, nodes.TemplateData):
        return node.data
    if isinstance(node, nodes.Const):
        return str(node.value)
    if isinstance(node, nodes.Concat):
        return "".join(_written(part) for part in node.nodes)
    # A call writes a block of its own; a value is most often a name.
    return "<br>" if isinstance(node, nodes.Call) else "Jo"


def _blocks(html: str) -> list[str]:
    return [
        " ".join(_TAG.sub("", block).split()) for block in _BREAKS.split(html) if _TAG.sub("", block).strip()
    ]
