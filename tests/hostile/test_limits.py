"""What can be guessed at, what sends a letter, and what costs much has an allowance: so many and no more."""

from __future__ import annotations

import pytest
from flask import Flask

from clinic import access
from clinic.domain.roles import Permission
from tests.cast import AS, Cast
from tests.page import get_page, read_page, submit
from tests.test_matrix import ROUTES

# What may be guessed at by somebody who is signed in, what sends a letter or shows a code, and what is made of many rows.
LIMITED = {
    "a pass-phrase or a code": {
        "account.app", "account.password", "account.off", "passkeys.make", "room.leave", "sign_in.again",
        "sign_in.hand_back",
    },
    "a letter or a code": {"couples.invite_again", "practice.invite_again", "talks.ask"},
    "an export": {"export.record", "export.caseload", "own_data.data"},
    "a sheet of paper": {"brief.pdf", "sheets.sheet", "sheets.given"},
}  # fmt: skip


def limited(app: Flask) -> set[str]:
    """Every endpoint with an allowance of its own."""
    return {name for name, view in app.view_functions.items() if hasattr(view, "at_most")}


def test_whatever_a_stranger_may_send_has_an_allowance(app: Flask) -> None:
    public = {
        rule.endpoint
        for rule in ROUTES
        if "POST" in (rule.methods or ())
        and access.permission_of(app, rule.endpoint) is Permission.PAGE_PUBLIC
    }
    assert len(public) > 5
    assert public - limited(app) == set()


@pytest.mark.parametrize("what", LIMITED)
def test_what_can_be_guessed_or_costs_much_has_an_allowance(app: Flask, what: str) -> None:
    assert LIMITED[what] - limited(app) == set()


@pytest.mark.settings(throttle=True)
def test_an_allowance_that_is_used_up_is_ones_own(cast: Cast, as_: AS) -> None:
    """Twenty copies an hour; the other partner, at the same network address, still has all of theirs."""
    sam, jo = as_(cast.sam), as_(cast.jo)
    for _ in range(20):
        submit(sam, get_page(sam, "/me/data"), status=200)
    read_page(submit(sam, get_page(sam, "/me/data"), status=429), 429)
    submit(jo, get_page(jo, "/me/data"), status=200)
