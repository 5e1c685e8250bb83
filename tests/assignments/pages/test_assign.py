"""Assigning: three clicks where the defaults fit, warnings that never block, and every way back."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from assignments.actions.responding import set_aside
from assignments.domain.visibility import Level
from assignments.models import Assignment
from clinic.clock import now
from clinic.extensions import db
from clinic.models import Couple, Practice
from tests import builders
from tests.assignments.planned import planned
from tests.assignments.work import give, send, write
from tests.cast import AS, Cast
from tests.conftest import Clock
from tests.page import Page, get_page, read_page, submit, submit_and_follow

TODAY = date(2026, 9, 16)
# Beside it stands the small form that saves the exercise as one's own version.
ASSIGN = 'main form[action*="/c/assign/"]'


def preview(cast: Cast, slug: str = "gentle-questions") -> str:
    return f"/c/assign/{slug}?couple={cast.sam_and_jo.id}"


def given(app: Flask) -> list[Assignment]:
    with app.app_context():
        return list(db.session.scalars(select(Assignment).order_by(Assignment.assigned_at)))


def page_of(cast: Cast, assignment_id: UUID) -> str:
    return f"/c/couples/{cast.sam_and_jo.id}/assignments/{assignment_id}"


def chosen(page: Page, name: str) -> str | None:
    picked = page.select_one(f"input[name={name}][checked], select[name={name}] option[selected]")
    return str(picked["value"]) if picked else None


def value(page: Page, name: str) -> str:
    found = page.select_one(f"input[name={name}]")
    assert found is not None
    return str(found.get("value", ""))


def test_from_the_couples_page_it_is_assign_pick_and_assign_to_both(cast: Cast, as_: AS, app: Flask) -> None:
    client = as_(cast.priya)
    page = get_page(client, f"/c/couples/{cast.sam_and_jo.id}")
    first = next(a for a in page.select("main a") if "Assign" in a.get_text())
    page = get_page(client, str(first["href"]))
    pick = page.select_one("table.data a")
    assert pick is not None
    page = submit_and_follow(
        client, get_page(client, str(pick["href"])), form=ASSIGN, button="Assign to both"
    )
    assert page.address == f"/c/couples/{cast.sam_and_jo.id}"
    assert "assigned to both. Undo" in page.words
    (only,) = given(app)
    assert (only.for_whom, only.starts_on) == ("both", TODAY)


def test_defaults_come_from_the_exercise_and_the_next_appointment(cast: Cast, as_: AS, app: Flask) -> None:
    with app.app_context():
        builders.appointment(cast.sam_and_jo, starts_at=now() + timedelta(hours=1))
        builders.appointment(cast.sam_and_jo, starts_at=now() + timedelta(days=8))
    page = get_page(as_(cast.priya), preview(cast))
    assert (chosen(page, "for_whom"), chosen(page, "repeat")) == ("both", "weekly")
    assert chosen(page, "sharing_limit") == "shared"
    assert (value(page, "starts_on"), value(page, "best_before")) == ("2026-09-16", "2026-09-24")
    page = get_page(as_(cast.priya), preview(cast, "what-helps-me-feel-safe"))
    assert (chosen(page, "repeat"), chosen(page, "sharing_limit")) == ("once", "both")


def test_sharing_is_offered_no_further_than_exercise_couple_and_practice_allow(
    cast: Cast, as_: AS, app: Flask
) -> None:
    def offered(slug: str) -> list[str]:
        page = get_page(as_(cast.priya), preview(cast, slug))
        return [str(option["value"]) for option in page.select("select[name=sharing_limit] option")]

    assert offered("gentle-questions") == ["shared", "both", "counsellor", "private"]
    assert offered("withdrawal-journal") == ["counsellor", "private"]
    with app.app_context():
        db.session.get_one(Couple, cast.sam_and_jo.id).sharing_limit = "both"
        db.session.get_one(Practice, cast.canal_street.id).allows_counsellor_only = False
        db.session.commit()
    assert offered("gentle-questions") == ["both", "private"]


def test_everything_typed_is_kept_and_the_fault_named_beside_its_field(
    cast: Cast, as_: AS, app: Flask
) -> None:
    client = as_(cast.priya)
    fields = {
        "for_whom": "A",
        "starts_on": "2026-09-20",
        "best_before": "2026-09-18",
        "repeat": "once",
        "note": "On a walk is fine.",
    }
    reply = submit(client, get_page(client, preview(cast)), fields, form=ASSIGN, status=422)
    page = read_page(reply, 422)
    assert "“Best before” comes before the start." in page.words
    assert "On a walk is fine." in page.words
    assert (chosen(page, "for_whom"), value(page, "starts_on")) == ("A", "2026-09-20")
    reply = submit(
        client, get_page(client, preview(cast)), {"starts_on": "2026-09-15"}, form=ASSIGN, status=422
    )
    assert "Start today or later." in read_page(reply, 422).words
    assert given(app) == []


def test_a_tampered_limit_is_refused(cast: Cast, as_: AS, app: Flask) -> None:
    client = as_(cast.priya)
    page = get_page(client, preview(cast, "withdrawal-journal"))
    reply = submit(client, page, {"sharing_limit": "shared"}, form=ASSIGN, status=422)
    assert "Choose one of these." in read_page(reply, 422).words
    assert given(app) == []


def test_undo_takes_it_back_within_ten_minutes_and_leads_on_after(
    cast: Cast, as_: AS, app: Flask, clock: Clock
) -> None:
    client = as_(cast.priya)
    page = submit_and_follow(client, get_page(client, preview(cast)), form=ASSIGN)
    page = submit_and_follow(client, page, form="main form.post")
    assert "Taken back. They will not see it." in page.words
    assert "since withdrawn" in page.words
    page = submit_and_follow(client, get_page(client, preview(cast, "active-listening")), form=ASSIGN)
    clock.move(minutes=11)
    page = submit_and_follow(client, page, form="main form.post")
    assert "Ten minutes have passed. You can still withdraw it." in page.words
    assert "Withdraw" in page.words


def test_until_the_safety_conversations_the_next_step_stands_in_place_of_the_button(
    cast: Cast, as_: AS, app: Flask
) -> None:
    with app.app_context():
        new = builders.couple(cast.priya, first="Kit Park", second="Pat Moss", safety=False)
    client = as_(cast.priya)
    url = f"/c/assign/gentle-questions?couple={new.id}"
    page = get_page(client, url)
    assert "Next: speak with Kit and Pat, each alone" in page.words
    assert not page.select("main form")
    # A form that was open before the rule applied gets the same answer, and nothing is given.
    known = submit_fields(get_page(client, preview(cast)))
    reply = client.post(url, data=known)
    assert reply.status_code == 422
    assert given(app) == []


def submit_fields(page: Page) -> dict[str, str]:
    fields = {str(one["name"]): str(one.get("value", "")) for one in page.select("main form input")}
    return {**fields, "for_whom": "both", "repeat": "once", "sharing_limit": "shared", "note": ""}


def test_it_warns_softly_and_lets_it_through(cast: Cast, as_: AS, app: Flask, clock: Clock) -> None:
    first = give(app, cast, "gentle-questions")
    with app.app_context():
        set_aside(actor=cast.jo, assignment_id=first, kind="hard", choice="skip")
    for slug in ("active-listening", "midday-message", "i-statements"):
        give(app, cast, slug)
    client = as_(cast.priya)
    page = get_page(client, preview(cast))
    assert "Sam has 4 things open already." in page.words
    assert "They have this one open already." in page.words
    assert "It felt hard to Jo last time." in page.words
    submit(client, page, form=ASSIGN)
    assert len(given(app)) == 5


def test_without_a_couple_it_asks_which_those_seen_next_first(cast: Cast, as_: AS, app: Flask) -> None:
    with app.app_context():
        builders.appointment(cast.sam_and_jo)
    for url in ("/c/assign", "/c/assign/gentle-questions"):
        page = get_page(as_(cast.priya), url)
        names = [a.get_text() for a in page.select("table.data a")]
        assert names == ["Okafor and Lind", "Adeyemi and Clarke"]
        assert f"couple={cast.sam_and_jo.id}" in str(page.select("table.data a")[0]["href"])


def test_the_library_there_can_be_searched_and_keeps_the_couple(cast: Cast, as_: AS) -> None:
    page = get_page(as_(cast.priya), f"/c/assign?couple={cast.sam_and_jo.id}&q=phones&family=rituals")
    assert next(a.get_text() for a in page.select("table.data a")) == "Phones away"
    assert {td.get_text() for td in page.select("td[data-label=Kind]")} == {"Rituals of connection"}
    assert "Suggested" not in page.words
    assert value(page, "couple") == str(cast.sam_and_jo.id)


def test_what_a_plan_brings_later_is_neither_recent_nor_suggested(cast: Cast, as_: AS, app: Flask) -> None:
    with app.app_context():
        planned(cast.priya, cast.sam_and_jo)
    page = get_page(as_(cast.priya), f"/c/assign?couple={cast.sam_and_jo.id}")
    tables = {
        str(table.caption.get_text()): {
            str(link["href"]).split("?")[0].rsplit("/", 1)[1] for link in table.select("a")
        }
        for table in page.select("table")
        if table.caption
    }
    assert tables["Recent"] == {"withdrawal-journal"}
    later = {"i-statements", "gentle-questions", "what-helps-me-feel-safe", "weekly-sit-down"}
    assert tables["Suggested"].isdisjoint(later | {"withdrawal-journal"})


def test_suggestions_are_new_to_the_couple_and_recent_ones_are_not(cast: Cast, as_: AS, app: Flask) -> None:
    give(app, cast, "active-listening")
    page = get_page(as_(cast.priya), f"/c/assign?couple={cast.sam_and_jo.id}")
    suggested, recent = ([a.get_text() for a in table.select("a")] for table in page.select("table.data")[:2])
    assert recent == ["All ears"]
    assert len(suggested) == 3
    assert "All ears" not in suggested


def test_a_sign_leads_to_first_steps_and_the_couple_is_kept(cast: Cast, as_: AS) -> None:
    page = get_page(as_(cast.priya), f"/c/assign?couple={cast.sam_and_jo.id}&helps=T7&minutes=5")
    depths = [td.get_text() for td in page.select("td[data-label='How deep']")]
    assert depths == sorted(depths, key=["Easy", "Middle", "Deeper"].index)
    assert len(depths) >= 3
    assert "may help with “Wants to help, and has no way in (T7)”" in page.words
    assert all(f"couple={cast.sam_and_jo.id}" in str(a["href"]) for a in page.select(".find-kinds a"))
    assert all("helps=T7" in str(a["href"]) for a in page.select(".find-kinds a"))


def test_what_felt_hard_is_followed_by_something_gentler_of_its_kind(cast: Cast, as_: AS, app: Flask) -> None:
    given_id = give(app, cast, "the-hurt-beneath")
    with app.app_context():
        set_aside(actor=cast.jo, assignment_id=given_id, kind="hard", choice="skip")
    page = get_page(as_(cast.priya), f"/c/assign?couple={cast.sam_and_jo.id}")
    table = page.select("table.data")[0]
    reasons = {td.get_text() for td in table.select("td[data-label='Why here']")}
    assert "Gentler than “The hurt beneath”, which felt hard" in reasons
    assert "The hurt beneath" not in [a.get_text() for a in table.select("a")]


def test_what_both_have_done_is_followed_by_a_step_on(cast: Cast, as_: AS, app: Flask) -> None:
    given_id = give(app, cast, "go-first")
    for person in (cast.sam, cast.jo):
        write(app, person, given_id, "my-line", {"text": "I was glad of the sun today."})
        send(app, person, given_id, Level.SHARED)
        page = get_page(as_(cast.priya), f"/c/assign?couple={cast.sam_and_jo.id}")
        reasons = {td.get_text() for td in page.select("td[data-label='Why here']")}
        stepped_on = "A step on from “Go first”, which both have done" in reasons
        assert stepped_on is (person is cast.jo)


@pytest.mark.parametrize("couple", ["made-up", "", "00000000-0000-4000-8000-000000000000"])
def test_a_couple_that_is_not_hers_is_not_found(cast: Cast, as_: AS, couple: str) -> None:
    get_page(as_(cast.priya), f"/c/assign?couple={couple}", 404)
    get_page(as_(cast.priya), f"/c/assign/gentle-questions?couple={couple}", 404)
    get_page(as_(cast.priya), f"/c/assign/gentle-questions?couple={cast.nia_and_owen.id}", 404)
    get_page(as_(cast.priya), f"/c/assign/made-up?couple={cast.sam_and_jo.id}", 404)


@pytest.mark.parametrize("who", ["sam", "sofia", "ada"])
def test_only_the_counsellor_assigns(cast: Cast, as_: AS, app: Flask, who: str) -> None:
    client = as_(getattr(cast, who))
    get_page(client, "/c/assign", 404)
    get_page(client, preview(cast), 404)


# ---- what was given ----


def test_it_can_be_extended_and_its_note_changed(cast: Cast, as_: AS, app: Flask) -> None:
    client, one = as_(cast.priya), give(app, cast, "gentle-questions", note="Short is fine.")
    page = get_page(client, page_of(cast, one))
    assert "Short is fine." in page.words
    fields = {"best_before": "2026-10-01", "sharing_limit": "both", "note": "Take your time."}
    page = submit_and_follow(client, page, fields, form=f'main form[action$="assignments/{one}"]')
    assert "Changed." in page.words
    assert "Thursday 1 October" in page.words
    assert "Take your time." in page.words
    assert given(app)[0].sharing_limit == "both"


def test_a_change_over_somebody_elses_is_refused_and_kept_on_the_page(
    cast: Cast, as_: AS, app: Flask
) -> None:
    client, one = as_(cast.priya), give(app, cast, "gentle-questions")
    form = f'main form[action$="assignments/{one}"]'
    stale = get_page(client, page_of(cast, one))
    submit(client, get_page(client, page_of(cast, one)), {"note": "First"}, form=form)
    reply = submit(client, stale, {"note": "Second"}, form=form, status=422)
    page = read_page(reply, 422)
    assert "This was changed somewhere else a moment ago." in page.words
    assert "Second" in page.words


def test_withdrawn_it_can_be_opened_again(cast: Cast, as_: AS, app: Flask) -> None:
    client, one = as_(cast.priya), give(app, cast, "gentle-questions")
    page = get_page(client, page_of(cast, one))
    page = submit_and_follow(client, page, form='main form[action$="/withdraw"]')
    assert "They no longer see it. What they wrote stays with them." in page.words
    get_page(as_(cast.sam), f"/do/{one}", 404)
    page = submit_and_follow(client, page, form='section form[action$="/reopen"]')
    assert "Open again." in page.words
    get_page(as_(cast.sam), f"/do/{one}")


def test_it_says_who_has_done_it_and_not_what_they_kept(cast: Cast, as_: AS, app: Flask) -> None:
    one = give(app, cast, "gentle-questions")
    send(app, cast.sam, one, Level.PRIVATE)
    page = get_page(as_(cast.priya), page_of(cast, one))
    rows = [" ".join(tr.get_text(" ").split()) for tr in page.select("table.data tbody tr")]
    assert rows == ["Sam 16 Sep Done 16 Sep –", "Jo 16 Sep – –"]
    assert "Only me" not in page.words


@pytest.mark.parametrize("who", ["marcus", "omar", "ada", "hana", "sam"])
def test_nobody_else_sees_or_changes_what_was_given(cast: Cast, as_: AS, app: Flask, who: str) -> None:
    one = give(app, cast, "gentle-questions")
    client = as_(getattr(cast, who))
    app.config["WTF_CSRF_ENABLED"] = False
    get_page(client, page_of(cast, one), 404)
    for act in ("", "/undo", "/withdraw", "/reopen"):
        assert client.post(page_of(cast, one) + act).status_code == 404
