"""The guard itself: who may ask for what at all, and that no route starts without a row of the matrix."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any, cast

import pytest
from flask import Flask

from clinic import access
from clinic.domain.roles import Permission, Role
from clinic.errors import NotAllowed
from clinic.models import Person

ROLE_OF = {"partner": "PA PB PX", "counsellor": "CO CX", "supervisor": "SV SX", "admin": "AD"}


def cells() -> Iterator[tuple[Permission, Role, bool]]:
    """Every permission for every role, read from the file without the code under test."""
    with access.MATRIX.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            permission = Permission(f"{row['resource']},{row['action']}")
            for role, actors in ROLE_OF.items():
                yield permission, Role(role), any(row[actor] != "-" for actor in actors.split())


def somebody(role: Role) -> Person:
    return cast(Person, SimpleNamespace(kind=role))


def test_a_role_may_ask_for_exactly_what_the_file_says() -> None:
    seen = set()
    for permission, role, expected in cells():
        seen.add(expected)
        assert access.role_may(role, permission) is expected, (permission, role)
        assert access.can(somebody(role), permission) is expected, (permission, role)
    assert seen == {True, False}


def test_whoever_may_not_is_refused_below_the_web_as_well() -> None:
    for permission, role, expected in cells():
        if expected:
            access.require(somebody(role), permission)
        else:
            with pytest.raises(NotAllowed):
                access.require(somebody(role), permission)


def an_app(**views: Any) -> Flask:
    app = Flask("made for this test", static_folder="static")
    for name, view in views.items():
        app.add_url_rule(f"/{name}", name, view)
    return app


def test_a_route_without_a_row_stops_the_start() -> None:
    @access.needs(Permission.TOGETHER_READ)
    def marked() -> str:
        return ""

    @access.public
    def open_to_all() -> str:
        return ""

    def forgotten() -> str:
        return ""

    started = an_app(marked=marked, open_to_all=open_to_all)
    started.add_url_rule("/files", "some.static", forgotten)
    access.check_routes(started)
    with pytest.raises(RuntimeError, match="name no row of the matrix: /forgotten"):
        access.check_routes(an_app(marked=marked, forgotten=forgotten))
    forgotten.permission = "together.of_couple,read"  # type: ignore[attr-defined]  # A word is no row.
    with pytest.raises(RuntimeError, match="/forgotten"):
        access.check_routes(an_app(forgotten=forgotten))


def test_an_endpoint_stands_on_the_row_its_view_names_and_files_are_public() -> None:
    @access.needs(Permission.TOGETHER_READ, leaves_audit_line=True)
    def marked() -> str:
        return ""

    app = an_app(marked=marked)
    assert access.permission_of(app, "marked") is Permission.TOGETHER_READ
    assert access.permission_of(app, "static") is Permission.PAGE_PUBLIC
    assert access.permission_of(app, "some.static") is Permission.PAGE_PUBLIC
    assert not access.is_file(None), "an address that leads nowhere"
    assert cast(Any, marked).leaves_audit_line


def test_a_permission_that_the_file_and_the_code_do_not_share_stops_the_start(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    whole = access.MATRIX.read_text(encoding="utf-8")
    short = tmp_path / "matrix.csv"
    short.write_text("\n".join(whole.splitlines()[:-1]) + "\n", encoding="utf-8")
    monkeypatch.setattr(access, "MATRIX", short)
    access.matrix.cache_clear()
    try:
        with pytest.raises(RuntimeError, match="differ"):
            access.matrix()
    finally:
        monkeypatch.undo()
        access.matrix.cache_clear()
