"""Requests by chance, over every route there is: real ids and made-up ones, in the address, the query and the form."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote
from uuid import UUID

from hypothesis import strategies as st
from werkzeug.routing import Rule
from wtforms import Form
from wtforms.fields.core import UnboundField

import assignments.forms
import clinic.forms
from clinic import access
from clinic.domain.roles import Permission
from tests.test_matrix import ACTORS, ROUTES
from tests.test_mutation import written_down

METHODS = (
    "GET",
    "GET",
    "GET",
    "POST",
    "POST",
    "POST",
    "POST",
    "HEAD",
    "PUT",
    "DELETE",
    "OPTIONS",
    "PATCH",
    "TRACE",
)
# What has broken programs like this one: see design/security.md §5.
TRAPS: tuple[str | bytes, ...] = (
    "", " ", "0", "-1", "1_0", "٣", str(2**63), "9" * 5_000, "NaN", "1e999", "ab\0c", "\ud800".encode("utf-8", "surrogatepass"),
    "'", '"', "' OR 1=1--", "%", "_", "../../etc/passwd", "{{7*7}}", "${7*7}", "<script>alert(1)</script>", "=HYPERLINK()",
    "\r\nSet-Cookie: a=b", "//evil.example", "/\\evil.example", "https:evil.example", "javascript:alert(1)",
    "2026-02-30", "0000-00-00", "9999-12-31", "25:61", "23:59", "\u202e\u2066", "\u200b", "👩‍👩‍👧‍👦" * 200, "a\u0301" * 5_000,
    "private", "shared", "both", "counsellor", "admin", "A", "B", "on", "true", "null", "[]", str(UUID(int=0)), "not-a-uuid",
    "x" * 25_000,
)  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """One request: who asks for what, and what they send along."""

    actor: str
    method: str
    path: str
    query: tuple[tuple[str, str | bytes], ...]
    form: tuple[tuple[str, str | bytes], ...]
    kind: str

    def __repr__(self) -> str:
        return (
            f"{self.actor} {self.method} {self.path} ? {self.query!r:.200} + {self.form!r:.300} ({self.kind})"
        )


def field_names() -> list[str]:
    """The name of every field of every form of the product, and some that no form has."""
    names = {
        "role",
        "practice_id",
        "author_id",
        "version",
        "is_admin",
        "_method",
        "couple",
        "show",
        "next",
        "page",
    }
    for package in (assignments.forms, clinic.forms):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            names |= set(_fields_in(importlib.import_module(module.name)))
    return sorted(names)


def _fields_in(module: Any) -> Iterator[str]:
    for one in vars(module).values():
        if isinstance(one, type) and issubclass(one, Form):
            for name in dir(one):
                if isinstance(getattr(one, name, None), UnboundField):
                    yield name


def requests(ids: dict[str, Any]) -> st.SearchStrategy[Asked]:
    """Any request of anybody."""
    words: st.SearchStrategy[str | bytes] = st.one_of(
        st.sampled_from(TRAPS), st.text(max_size=40).filter(_can_travel)
    )
    real = sorted({str(one) for one in ids.values()})
    values: st.SearchStrategy[str | bytes] = st.one_of(words, st.sampled_from(real))
    pairs = st.lists(st.tuples(st.sampled_from(field_names()), values), max_size=8).map(tuple)
    few = st.lists(st.tuples(st.sampled_from(field_names()), values), max_size=2).map(tuple)

    @st.composite
    def build(draw: st.DrawFn) -> Asked:
        rule: Rule = draw(st.sampled_from(ROUTES))
        path = rule.rule
        for name in rule.arguments:
            # Mostly the id that belongs there, so that most requests reach what stands behind the guard.
            own = st.just(str(ids.get(name, "made-up")))
            value: str | bytes = draw(st.one_of(own, own, own, values))
            text = value if isinstance(value, str) else value.decode("utf-8", "replace")
            path = path.replace(_placeholder(rule, name), quote(text[:200], safe=""))
        return Asked(
            draw(st.sampled_from(draw(st.sampled_from((sorted(ACTORS), who_may(rule.endpoint)))))),
            draw(st.sampled_from(METHODS)),
            path,
            draw(few),
            draw(pairs),
            draw(st.sampled_from(("form", "form", "form", "json", "multipart", "text"))),
        )

    return build()


def who_may(endpoint: str) -> list[str]:
    """The actors for whom something stands behind this route."""
    cells = access.matrix()[Permission(written_down()[endpoint])]
    return [actor for actor in sorted(ACTORS) if cells[actor] != access.REFUSED] or sorted(ACTORS)


def _can_travel(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _placeholder(rule: Rule, name: str) -> str:
    start = next(
        at for at in range(len(rule.rule)) if rule.rule[at] == "<" and _name_at(rule.rule, at) == name
    )
    return rule.rule[start : rule.rule.index(">", start) + 1]


def _name_at(text: str, at: int) -> str:
    return text[at + 1 : text.index(">", at)].split(":")[-1]
