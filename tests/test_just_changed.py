"""Who could see something a moment ago and still has a page open: from the change on they are strangers (matrix of
authorisation, "just demoted, just unlinked").

Each is signed in and has looked at the couple before. Then somebody else changes what they are, and every route of the
product is asked for Sam and Jo's things through the sign-in that is still open.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from flask import Flask

from assignments.actions.leaving import leave_couple
from clinic import access
from clinic.actions.staffing import close_staff_account, reassign_couple, set_supervision
from clinic.domain.roles import Role
from clinic.extensions import db
from clinic.models import Person
from tests.cast import AS, Cast
from tests.changes import changes_of
from tests.test_matrix import ROUTES, address, allowed, check_refused, methods, things_of_sams
from tests.trust import Proves

# What Priya keeps whoever her couples are: her lines, her plans and exercises, what she did to several at once.
HER_OWN = {"act_id", "line_id", "import_id"}


@dataclass(frozen=True)
class Changed:
    """What becomes of somebody, and whom the matrix calls by the same name from then on."""

    who: str
    now_like: str
    change: Callable[[Cast], None]
    looked_at: str = "/c/couples/{couple}"
    """A page about the two that they could see until then."""


def _given_to_marcus(cast: Cast) -> None:
    reassign_couple(actor=cast.ada, couple_id=cast.sam_and_jo.id, counsellor_id=cast.marcus.id)


def _supervises_nobody(cast: Cast) -> None:
    set_supervision(actor=cast.ada, person_id=cast.sofia.id, counsellor_ids=[])


def _is_no_supervisor_any_more(cast: Cast) -> None:
    """As an operator would, by hand; the product itself leaves everybody what they are."""
    db.session.get_one(Person, cast.sofia.id).role = Role.ADMIN
    db.session.commit()


def _account_closed(cast: Cast) -> None:
    close_staff_account(actor=cast.ada, person_id=cast.sofia.id)


def _has_left(cast: Cast) -> None:
    leave_couple(actor=cast.jo)


CHANGES = {
    "a partner who has left": Changed("jo", "PX", _has_left, "/together/{both}"),
    "a counsellor whose couple was given to another": Changed("priya", "CX", _given_to_marcus),
    "a supervisor who supervises nobody any more": Changed("sofia", "SX", _supervises_nobody),
    "a supervisor who is an admin now": Changed("sofia", "AD", _is_no_supervisor_any_more),
    "a supervisor whose account was closed": Changed("sofia", "AN", _account_closed),
}


# The three that happen in every practice in each run, the others in the big one.
IN_EACH_RUN = 3


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=[pytest.mark.trust] if number >= IN_EACH_RUN else [])
        for number, name in enumerate(CHANGES)
    ],
)
def test_from_the_change_on_they_get_what_a_stranger_gets(
    cast: Cast, app: Flask, as_: AS, name: str, proves: Proves
) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    changed = CHANGES[name]
    person: Person = getattr(cast, changed.who)
    with app.app_context():
        world = things_of_sams(cast)
    browser = as_(person)
    assert (
        browser.get(changed.looked_at.format(couple=cast.sam_and_jo.id, both=world.given_to_both)).status_code
        == 200
    )
    nowhere = {method: browser.open("/made/up", method=method).data for method in ("GET", "POST")}
    with app.app_context():
        changed.change(cast)
        who = None if changed.now_like == "AN" else db.session.get_one(Person, person.id)
    refused = 0
    with changes_of(app) as changes:
        before = changes.fingerprint()
        for rule in ROUTES:
            if HER_OWN & set(rule.arguments) and changed.who == "priya":
                continue
            permission = access.permission_of(app, rule.endpoint)
            url = address(app, rule, world, permission)
            for method in methods(rule):
                if not allowed(changed.now_like, who, rule, permission):
                    reply = browser.open(url, method=method)
                    check_refused(f"{name} {method} {url}", reply, nowhere[method] if who else None)
                    refused += 1
        assert changes.fingerprint() == before
    proves(
        "R24 refused looks exactly like not found",
        f"{name}, through the sign-in that was open: {refused} requests refused with the bytes of a made-up address",
    )
    assert refused > 150
