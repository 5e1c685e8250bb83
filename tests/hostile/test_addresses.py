"""Addresses that no link of ours leads to."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from tests.cast import AS, Cast
from tests.hostile.generated import who_may
from tests.test_matrix import ACTORS, ROUTES

PLACEHOLDER = re.compile(r"<[^>]+>")


@pytest.mark.both_databases
def test_nothing_is_at_an_address_with_a_nul_in_it(cast: Cast, as_: AS, app: Flask) -> None:
    """Found by chance: PostgreSQL takes no NUL into a statement, and an exercise or a plan was looked for by its name."""
    app.config.update(WTF_CSRF_ENABLED=False, PROPAGATE_EXCEPTIONS=False)
    answered = {}
    for rule in ROUTES:
        actor = next((one for one in who_may(rule.endpoint) if ACTORS[one]), None)
        if rule.arguments and actor is not None:
            client = as_(getattr(cast, str(ACTORS[actor])))
            path = PLACEHOLDER.sub("ab%00c", rule.rule)
            for method in {"GET", "POST"} & set(rule.methods or ()):
                answered[method, path] = client.open(path, method=method).status_code
    assert len(answered) > 50
    assert {what: status for what, status in answered.items() if status != 404} == {}


@pytest.mark.parametrize("address", ["/c/library/ab%00c", "/c/library?show=%00", "/c?show=%00"])
def test_a_nul_is_refused_before_anything_is_asked(cast: Cast, as_: AS, app: Flask, address: str) -> None:
    """On SQLite as well, which would take it: nobody's answer depends on the database behind it."""
    client = as_(cast.priya)
    assert client.get(address).data == client.get("/made/up").data
