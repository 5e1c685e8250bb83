"""Closed by default: what each view asks for, and who may ask at all.

The matrix in `clinic/matrix.csv` is the one table of permissions. A view names the row it needs; the
guard in `web` refuses everybody the row does not name, and the queries decide whose things they are.
A route without a marker, or a permission without a row, stops the start.
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from flask import Flask
from flask_login import current_user

from clinic.domain.roles import Permission, Role
from clinic.errors import NotAllowed
from clinic.models import Person

View = TypeVar("View", bound=Callable[..., Any])

MATRIX = Path(__file__).parent / "matrix.csv"
REFUSED = "-"
# The actors of the matrix that stand for each role: own, other and stranger's side of the same role.
ACTORS_OF = {
    Role.PARTNER: ("PA", "PB", "PX"),
    Role.COUNSELLOR: ("CO", "CX"),
    Role.SUPERVISOR: ("SV", "SX"),
    Role.ADMIN: ("AD",),
}


@cache
def matrix() -> dict[Permission, dict[str, str]]:
    """Every permission with its cell for each actor. Raises RuntimeError when enum and file differ."""
    with MATRIX.open(encoding="utf-8", newline="") as lines:
        rows = {f"{row.pop('resource')},{row.pop('action')}": row for row in csv.DictReader(lines)}
    unknown = set(rows) ^ {str(permission) for permission in Permission}
    if unknown:
        raise RuntimeError(f"The matrix and the list of permissions differ: {sorted(unknown)}")
    return {Permission(name): cells for name, cells in rows.items()}


@cache
def role_may(role: Role, permission: Permission) -> bool:
    """Whether this kind of person may ask for it at all, on anything."""
    cells = matrix()[permission]
    return any(cells[actor] != REFUSED for actor in ACTORS_OF[role])


def can(person: Person, permission: Permission) -> bool:
    """Whether this person may ask for it at all; templates use it to leave out dead links."""
    return role_may(person.kind, permission)


def require(person: Person, permission: Permission) -> None:
    """Refuse an act below the web layer as well. Raises NotAllowed, which looks like not found."""
    if not can(person, permission):
        raise NotAllowed


def public(view: View) -> View:
    """Open to anybody, signed in or not. The exception, not the rule."""
    view.permission = Permission.PAGE_PUBLIC  # type: ignore[attr-defined]  # a mark on the function
    return view


def needs(permission: Permission, *, leaves_audit_line: bool = False) -> Callable[[View], View]:
    """Name the row of the matrix a view stands on.

    `leaves_audit_line` marks a GET that records a staff read of a partner's words, so that SQLite
    begins its transaction as a writer.
    """

    def mark(view: View) -> View:
        view.permission = permission  # type: ignore[attr-defined]  # a mark on the function, as above
        view.leaves_audit_line = leaves_audit_line  # type: ignore[attr-defined]  # a mark on the function, as above
        return view

    return mark


def fresh_pass_phrase(
    when: Callable[[], bool] = lambda: True, *, stands_on: str = "", before_writing: bool = False
) -> Callable[[View], View]:
    """Ask for the pass-phrase again unless it was given within ten minutes, and lead back afterwards.

    `when` is asked in the request, for a view of which only a part is so private. An act that is asked for by POST
    is not done: its author comes back to the page it stands on, with nothing half done. Where that page has another
    address, `stands_on` names it.

    With `before_writing` it is asked for when a form is opened: whoever opened it in this sign-in may send it however
    long they wrote, and nobody else may.
    """

    def mark(view: View) -> View:
        view.asks_afresh = when  # type: ignore[attr-defined]  # a mark on the function, as above
        view.stands_on = stands_on  # type: ignore[attr-defined]  # a mark on the function, as above
        view.asks_before_writing = before_writing  # type: ignore[attr-defined]  # a mark on the function, as above
        return view

    return mark


def in_room(view: View) -> View:
    """Let a sign-in that shows its screen to a couple reach this view. Every other view sends it back to the room."""
    view.is_for_the_room = True  # type: ignore[attr-defined]  # a mark on the function, as above
    return view


def while_passed(view: View) -> View:
    """Open while a phone is passed to somebody else; everything else waits for its owner's pass-phrase."""
    view.is_open_while_passed = True  # type: ignore[attr-defined]  # a mark on the function, as above
    return view


def is_file(endpoint: str | None) -> bool:
    """Whether an address leads to a file of the program, ours or an extension's: the same for everybody, and public."""
    return endpoint is not None and (endpoint == "static" or endpoint.endswith(".static"))


def permission_of(app: Flask, endpoint: str) -> Permission:
    """The row an endpoint stands on."""
    if is_file(endpoint):
        return Permission.PAGE_PUBLIC
    permission: Permission = app.view_functions[endpoint].permission  # type: ignore[union-attr]  # the mark from above
    return permission


def while_unconfirmed(view: View) -> View:
    """Open to a partner who came back by two codes and whose counsellor has not made sure yet that it was them.

    Such a view shows nothing that this person wrote and did not share.
    """
    view.is_open_while_unconfirmed = True  # type: ignore[attr-defined]  # a mark on the function, as above
    return view


def check_routes(app: Flask) -> None:
    """Refuse to start with a route that names no row. Raises RuntimeError with the routes."""
    matrix()
    open_routes = [
        rule.rule
        for rule in app.url_map.iter_rules()
        if not is_file(rule.endpoint)
        and not isinstance(getattr(app.view_functions[rule.endpoint], "permission", None), Permission)
    ]
    if open_routes:
        raise RuntimeError(f"These routes name no row of the matrix: {', '.join(sorted(open_routes))}")


def signed_in() -> Person:
    """The person who asked. Only for views behind the guard, where there always is one."""
    person: Person = current_user._get_current_object()
    return person
