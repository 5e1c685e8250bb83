"""What no keyboard types, sent to every form there is, by the right person with valid ids.

The forms are found by walking the pages (`tests/crawl.py`), so a new one joins by itself. A reply is never a fault;
what is refused changes nothing and keeps what was typed; what is sent twice is stored once.
"""

from __future__ import annotations

from urllib.parse import urljoin

import pytest
from bs4 import Tag
from flask import Flask
from flask.testing import FlaskClient

from tests.attacks import try_everything
from tests.conftest import Clock, SignInAs
from tests.crawl import pages_of
from tests.declared import not_as_declared
from tests.forms import Found, encoded, forms_on, row_of, sound
from tests.ground import Ground
from tests.page import get_page
from tests.test_matrix import ROUTES
from tests.visitors import RECOVERED, VISITORS, Visitor, client_of

# Who does not bring a form that somebody else has not.
WALKERS = [visitor for visitor in VISITORS if visitor.name not in ("supervisor", "nobody", RECOVERED)]
# Seen once, however many visitors find them.
ANYBODYS = ("sign_in.", "help.", "me.", "account.", "passkeys.")
# Forms that only stand on the page after an act: which act, on which form.
AFTER = {
    "assign.undo": "assign.preview",
    "assign.reopen": "assign.withdraw",
    "plans.undo": "plans.start",
    "thanks.restore": "thanks.delete",
    "appointments.restore": "appointments.cancel",
    "mine.cancel_sharing": "mine.change_sharing",
}
FORMS = {
    "invited": {
        "join.account",
        "join.decline",
        "join.talk_first",
        "sign_in.code",
        "sign_in.recover",
        "sign_in.recover_codes",
        "sign_in.sign_in",
        "passkeys.sign_in",
    },
    "new partner": {"join.agree"},
    "partner": {
        "agreements.draft",
        "agreements.withdraw",
        "agreements.write",
        "do.draft",
        "do.hard",
        "do.later",
        "do.outcome",
        "do.step",
        "do.undo",
        "account.app",
        "account.begin",
        "account.end",
        "account.not_me",
        "account.password",
        "passkeys.make",
        "passkeys.new",
        "me.theme",
        "mine.hide",
        "reminders.calendar_address",
        "reminders.end_calendar",
        "reminders.reminders",
        "pause.back",
        "pause.pause",
        "export.consent",
        "own_data.data",
        "own_data.leave",
        "own_data.delete",
        "rituals.done",
        "rituals.not_today",
        "rituals.start",
        "sign_in.sign_out",
        "talks.ask",
        "thanks.delete",
        "thanks.edit",
        "thanks.new",
        "thanks.restore",
        "together.thanks",
        "turns.check",
        "turns.draft",
        "turns.one_phone",
        "turns.part",
        "turns.undo",
    },
    "partner on Sunday": {"check_in.check_in"},
    "partner whose phone is passed on": {"sign_in.hand_back"},
    "partner at work": {
        "account.codes",
        "account.off",
        "agreements.use",
        "do.check",
        "instruments.answer",
        "mine.cancel_sharing",
        "mine.change_sharing",
        "passkeys.passkey",
        "passkeys.remove",
        "sign_in.leave_it",
    },
    "counsellor": {
        "answers.bring",
        "answers.bring_turn",
        "answers.comment",
        "answers.comment_on_turn",
        "answers.lines",
        "answers.mark_read",
        "answers.mark_turn_read",
        "answers.remove_line",
        "couple.look",
        "notes.close_to_supervision",
        "notes.correct",
        "notes.delete",
        "notes.open_to_supervision",
        "notes.write",
        "appointments.appointment",
        "appointments.book",
        "appointments.cancel",
        "appointments.restore",
        "calendars.make",
        "calendars.upload",
        "couple_settings.close",
        "couple_settings.limit",
        "couple_settings.reopen",
        "several.close",
        "several.extend",
        "several.give",
        "assign.change",
        "assign.preview",
        "assign.reopen",
        "assign.undo",
        "assign.withdraw",
        "couple_plan.again",
        "couple_plan.checkpoint",
        "couple_plan.edit_week",
        "couple_plan.end",
        "couple_plan.keep",
        "couple_plan.pause",
        "couple_plan.resume",
        "couple_plan.skip",
        "plan_builder.archive",
        "plan_builder.copy",
        "plan_builder.edit",
        "plan_builder.keep_as_own",
        "plan_builder.look",
        "plan_builder.new",
        "plan_builder.restore",
        "plans.start",
        "plans.undo",
        "builder.bring_back",
        "builder.copy",
        "builder.look",
        "builder.new",
        "builder.put_away",
        "builder.save",
        "couples.invite_again",
        "erasures.erasure",
        "couples.new",
        "couples.recovery_code",
        "couples.safety_conversation",
        "exchange.bring",
        "instruments.switch_off",
        "instruments.switch_on",
        "export.caseload",
        "export.record",
        "room.enter",
        "sheets.typed",
        "signs.decide",
        "sign_in.again",
        "signs.judge",
        "signs.note",
        "referrals.new",
        "referrals.step",
        "sign_rows.add",
        "sign_rows.aside",
        "sign_rows.asked",
        "sign_rows.useful",
        "talks.spoken",
    },
    "in the room": {"room.agreement", "room.leave", "room.timer"},
    "admin": {
        "instruments.words",
        "referrals.contact",
        "tuning.change",
        "referrals.contacts",
        "referrals.remove",
        "practice.add",
        "break_glass.ask",
        "break_glass.decide",
        "break_glass.refuse",
        "holds.hold",
        "holds.holds",
        "holds.refuse",
        "practice_admin.account",
        "practice_admin.keep",
        "practice_admin.reassign",
        "practice_admin.reminders",
        "practice_admin.sharing",
        "practice_admin.supervise",
        "practice.change_rule",
        "practice.invite_again",
        "practice.recovery_code",
        "practice.urgent_help",
    },
}
# Buttons that stand for minutes only, between two acts. tests/assignments/pages presses each of them.
FOR_MINUTES = {
    "answers.let_go",
    "answers.undo_reply",
    "break_glass.end",
    "break_glass.noted",
    "holds.lift",
    "signs.cosign",
    "appointments.take_back",
    "calendars.choose",
    "calendars.take_back",
    "exchange.keep",
    "several.undo",
    "calendars.end",
    "couples.close",
    "sign_rows.back",
    "sign_rows.remove",
    "own_data.cancel",
    "couples.reset_factor",
    "practice.reset_factor",
    "practice.seen",
    "agreements.forward",
    "agreements.restore",
    "agreements.sign",
    "agreements.take_back",
    "agreements.unsign",
    "rituals.closeness",
    "rituals.undo",
    "together.take_thanks_back",
}


def distinct(app: Flask, client: FlaskClient, visitor: Visitor) -> dict[Found, Tag]:
    """One form of each kind that this visitor finds, and those that only follow an act."""
    kinds: dict[tuple[str, tuple[tuple[str, str], ...]], Found] = {}
    tags: dict[Found, Tag] = {}
    spare: list[tuple[Found, Tag]] = []
    for visited in pages_of(app, client, visitor):
        for form, tag in forms_on(app, visited.page, visited.address):
            seen_elsewhere = visitor.name not in ("invited", "partner") and form.endpoint.startswith(ANYBODYS)
            if seen_elsewhere and form.endpoint not in FORMS[visitor.name]:
                continue
            if (form.endpoint, form.kinds) not in kinds:
                kinds[form.endpoint, form.kinds] = form
                tags[form] = tag
            else:
                spare.append((form, tag))
    for endpoint, act in AFTER.items():
        # Done to something that no other form needs afterwards.
        used = {row_of(form.target) for form in tags}
        free = [
            (form, tag) for form, tag in spare if form.endpoint == act and row_of(form.target) not in used
        ]
        if free:
            tags |= forms_after(app, client, *free[0], endpoint)
    return tags


def forms_after(app: Flask, client: FlaskClient, act: Found, form: Tag, endpoint: str) -> dict[Found, Tag]:
    """Do the act and take the forms for this endpoint from the page it leads to."""
    fields = sound(act.endpoint, form)
    reply = client.post(act.target, data=encoded(fields), content_type="application/x-www-form-urlencoded")
    assert reply.status_code == 302, f"{act} answers {reply.status}"
    address = urljoin(act.target, reply.location or "")
    page = get_page(client, address)
    return {found: tag for found, tag in forms_on(app, page, address) if found.endpoint == endpoint}


def test_somebody_finds_every_form() -> None:
    """A route that takes a form is on the list of somebody who walks; the next test finds it on a page."""
    taken = {rule.endpoint for rule in ROUTES if "POST" in (rule.methods or ())}
    assert taken - FOR_MINUTES == set().union(*FORMS.values())


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("visitor", WALKERS, ids=lambda visitor: visitor.name)
def test_no_form_takes_what_it_should_not(
    visitor: Visitor, world: None, app: Flask, as_: SignInAs, clock: Clock
) -> None:
    app.config["PROPAGATE_EXCEPTIONS"] = False  # A fault shall be counted and not end the test.
    client = client_of(app, as_, visitor, clock)
    forms = distinct(app, client, visitor)
    missing = FORMS[visitor.name] - {found.endpoint for found in forms}
    assert missing == set(), "no page that this visitor finds has these forms any more"
    ground = Ground(app, client, forms)
    made_up = client.post("/made/up").data
    faults = [fault for found in forms for fault in try_everything(ground, found, made_up)]
    faults += not_as_declared(ground.written, FORMS[visitor.name])
    assert not faults, "\n".join(faults)
