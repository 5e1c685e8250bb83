"""The practice's own pages: colleagues' accounts, who has whom, policies, the log, counts; and never a client's word."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from assignments.actions.deciding import decide, judge_sign
from assignments.actions.entries import save_thanks
from assignments.actions.process_notes import write_note
from assignments.actions.replying import reply_to_answers
from assignments.domain.signs import DecisionState
from assignments.domain.visibility import Level
from assignments.models import Response
from clinic import access
from clinic.actions.reminders import make_calendar_address, set_reminders
from clinic.actions.staffing import close_staff_account
from clinic.actions.talks import ask_to_talk
from clinic.clock import now
from clinic.domain.reminders import Limits, Timetable, within
from clinic.domain.roles import Role
from clinic.errors import Conflict, NotAllowed
from clinic.extensions import db
from clinic.models import Appointment, AuditLine, Couple, Person, Practice, Supervision
from clinic.queries.reminders import everybody_to_remind
from tests import builders
from tests.assignments.given import answered, given
from tests.cast import AS, Cast
from tests.conftest import Clock
from tests.page import get_page, read_page, submit, submit_and_follow

PAGES = ["/p/couples", "/p/sharing", "/p/reminders", "/p/log", "/p/export"]


@pytest.mark.parametrize("url", PAGES)
def test_they_are_for_admins_alone(cast: Cast, as_: AS, url: str) -> None:
    get_page(as_(cast.ada), url)
    for name in ("priya", "sofia", "sam"):
        get_page(as_(getattr(cast, name)), url, 404)


# ---- accounts ----


def account(person: Person) -> str:
    return f"/p/people/{person.id}/account"


def test_a_closed_account_is_signed_out_at_once_and_opens_again(cast: Cast, as_: AS, app: Flask) -> None:
    sofia = as_(cast.sofia)
    assert sofia.get("/c").status_code == 200
    client = as_(cast.ada)
    page = submit_and_follow(client, get_page(client, account(cast.sofia)))
    assert "Account closed" in page.words
    assert "/sign-in" in sofia.get("/c").location
    page = submit_and_follow(client, get_page(client, account(cast.sofia)))
    assert "Account closed" not in page.words
    assert as_(cast.sofia).get("/c").status_code == 200


def test_a_counsellors_couples_go_to_somebody_else_first(cast: Cast, as_: AS, app: Flask) -> None:
    client = as_(cast.ada)
    reply = submit(client, get_page(client, account(cast.priya)), status=422)
    assert "Give their couples to somebody else first." in read_page(reply, 422).words
    with app.app_context():
        assert db.session.get_one(Person, cast.priya.id).disabled_at is None


def test_nobody_closes_their_own_account_or_a_clients(cast: Cast, as_: AS, app: Flask) -> None:
    client = as_(cast.ada)
    reply = submit(client, get_page(client, account(cast.ada)), status=422)
    assert "Ask another admin" in read_page(reply, 422).words
    for person in (cast.sam, cast.hana):
        get_page(client, account(person), 404)
        get_page(client, f"/p/people/{person.id}", 404)
    with app.app_context(), pytest.raises(NotAllowed):
        close_staff_account(actor=cast.priya, person_id=cast.marcus.id)


def test_a_calendar_address_does_not_outlive_the_account(cast: Cast, as_: AS, app: Flask) -> None:
    with app.app_context():
        token = make_calendar_address(actor=cast.marcus)
        db.session.get_one(Couple, cast.nia_and_owen.id).closed_at = now()
        db.session.commit()
        close_staff_account(actor=cast.ada, person_id=cast.marcus.id)
    assert as_(None).get(f"/feed/{token}.ics").status_code == 404


def test_supervision_holds_from_the_moment_it_is_saved(cast: Cast, as_: AS, app: Flask) -> None:
    client = as_(cast.ada)
    page = get_page(client, f"/p/people/{cast.sofia.id}")
    assert [one["value"] for one in page.select("input[checked]")] == [str(cast.priya.id)]
    submit(client, page, {"supervises": [str(cast.marcus.id)]})
    assert "Powell" in get_page(as_(cast.sofia), "/c/couples").words
    assert "Okafor" not in get_page(as_(cast.sofia), "/c/couples").words
    get_page(as_(cast.sofia), f"/c/couples/{cast.sam_and_jo.id}", 404)


def test_only_counsellors_of_the_practice_are_supervised(cast: Cast, as_: AS, app: Flask) -> None:
    client = as_(cast.ada)
    page = get_page(client, f"/p/people/{cast.sofia.id}")
    submit(client, page, {"supervises": [str(cast.hana.id)]}, status=422)
    with app.app_context():
        assert db.session.query(Supervision).filter_by(supervisor_id=cast.sofia.id).count() == 1


# ---- giving a couple to another counsellor ----


def test_a_couple_changes_hands_with_what_is_booked(cast: Cast, as_: AS, app: Flask) -> None:
    with app.app_context():
        past = builders.appointment(cast.sam_and_jo, starts_at=now() - timedelta(days=3))
        coming = builders.appointment(cast.sam_and_jo)
    client = as_(cast.ada)
    page = get_page(client, f"/p/couples/{cast.sam_and_jo.id}")
    assert [one["value"] for one in page.select("[name=counsellor]")] == [str(cast.marcus.id)]
    page = submit_and_follow(client, page, {"counsellor": str(cast.marcus.id)})
    assert "Okafor and Lind are with Marcus now." in page.words
    get_page(as_(cast.priya), f"/c/couples/{cast.sam_and_jo.id}", 404)
    get_page(as_(cast.marcus), f"/c/couples/{cast.sam_and_jo.id}")
    with app.app_context():
        assert db.session.get_one(Appointment, past.id).counsellor_id == cast.priya.id
        assert db.session.get_one(Appointment, coming.id).counsellor_id == cast.marcus.id


def test_it_goes_to_no_other_practice_and_asks_for_the_pass_phrase(cast: Cast, as_: AS, clock: Clock) -> None:
    client = as_(cast.ada)
    page = get_page(client, f"/p/couples/{cast.sam_and_jo.id}")
    submit(client, page, {"counsellor": str(cast.hana.id)}, status=422)
    get_page(client, f"/p/couples/{cast.lea_and_tom.id}", 404)
    clock.move(minutes=11)
    url = f"/p/couples/{cast.sam_and_jo.id}"
    assert client.get(url).location == f"/sign-in/again?next={url}"


# ---- policies ----


def test_clients_are_told_the_policy_and_cannot_choose_what_it_forbids(
    cast: Cast, as_: AS, app: Flask
) -> None:
    client = as_(cast.ada)
    typed = {"policy": "We keep no secrets here.", "allows": "no", "wait": "2880"}
    submit(client, get_page(client, "/p/sharing"), typed)
    with app.app_context():
        practice = db.session.get_one(Practice, cast.canal_street.id)
        assert (practice.allows_counsellor_only, practice.widening_minutes) == (False, 2880)
        builders.couple(cast.priya, first="Kim Ash", second="Lou Birch", policy_read=False)
        kim = db.session.query(Person).filter_by(name="Kim").one()
    assert "We keep no secrets here." in get_page(as_(kim), "/join/agree").words
    page = get_page(client, "/p/sharing")
    assert page.one("#policy").get_text(strip=True) == "We keep no secrets here."


@pytest.mark.parametrize(
    ("field", "value"),
    [("policy", ""), ("policy", "x" * 2001), ("policy", "\0"), ("allows", "maybe"), ("wait", "5")],
)
def test_a_policy_that_is_none_is_refused(cast: Cast, as_: AS, app: Flask, field: str, value: str) -> None:
    client = as_(cast.ada)
    reply = submit(client, get_page(client, "/p/sharing"), {field: value}, status=422)
    assert read_page(reply, 422).select(f"#{field}-error")
    with app.app_context():
        assert db.session.get_one(Practice, cast.canal_street.id).allows_counsellor_only


def test_reminders_stay_within_what_the_practice_lets_them(cast: Cast, as_: AS, app: Flask) -> None:
    every_night = Timetable(frozenset(range(7)), 23 * 60, on=True)
    with app.app_context():
        set_reminders(actor=cast.sam, timetable=every_night)
    client = as_(cast.ada)
    submit(client, get_page(client, "/p/reminders"), {"first": "8", "last": "20", "days": "2"})
    with app.app_context():
        (only,) = everybody_to_remind()
        assert only.timetable == Timetable(frozenset({0, 1}), 20 * 60, on=True)
        with pytest.raises(Conflict, match="fewer reminders"):
            set_reminders(actor=cast.jo, timetable=every_night)
    page = get_page(as_(cast.jo), "/me/reminders")
    hours = [str(one["value"]) for one in page.select("#hour option")]
    assert (hours[0], hours[-1]) == ("8", "20")
    client = as_(cast.jo)
    page = get_page(client, "/me/reminders")
    reply = submit(
        client,
        page,
        {"wanted": "on", "days": ["0", "1", "2"], "hour": "9"},
        status=422,
        form="main form[novalidate]",
    )
    assert "on 2 days a week at most" in read_page(reply, 422).words


def test_limits_that_contradict_each_other_are_refused(cast: Cast, as_: AS) -> None:
    client = as_(cast.ada)
    page = get_page(client, "/p/reminders")
    reply = submit(client, page, {"first": "20", "last": "8"}, status=422)
    assert read_page(reply, 422).select("#last-error")


def test_limits_leave_what_fits_alone() -> None:
    timetable = Timetable(frozenset({1, 4}), 18 * 60, on=True)
    assert within(timetable, Limits(8, 20, 2)) == timetable


# ---- the log ----


def test_the_log_says_who_and_what_of_staff_and_nothing_of_clients(cast: Cast, as_: AS, app: Flask) -> None:
    with app.app_context():
        given(cast.priya, cast.sam_and_jo)
        ask_to_talk(actor=cast.jo, reach="")
    page = get_page(as_(cast.ada), "/p/log")
    assert "Priya Nair Assigned" in page.words
    table = page.one("table.data").get_text(" ")
    for word in ("talk", "Talk", "Jo", "Lind"):
        assert word not in table


def test_filtering_never_tells_what_a_client_did(cast: Cast, as_: AS, app: Flask) -> None:
    with app.app_context():
        ask_to_talk(actor=cast.jo, reach="")
    client = as_(cast.ada)
    assert "Nothing fits." in get_page(client, "/p/log?event=talk+asked+for").words
    assert "Nothing fits." in get_page(client, f"/p/log?person={cast.jo.id}").words
    for odd in ("event=made-up", "person=me", "since=soon", "until=9999-99-99", "page=-1", "page=x"):
        assert "Signed in" in get_page(client, f"/p/log?{odd}").words


def test_no_address_of_the_log_changes_with_what_clients_do(cast: Cast, as_: AS, app: Flask) -> None:
    def addresses() -> list[str]:
        page = get_page(as_(cast.ada), "/p/log")
        return [str(link["href"]) for link in page.select("main a")]

    with app.app_context():
        for _ in range(60):
            given(cast.priya, cast.sam_and_jo)
    before = addresses()
    with app.app_context():
        ask_to_talk(actor=cast.jo, reach="")
        given(cast.priya, cast.sam_and_jo)
    assert addresses() == before


def test_the_log_pages_back_and_narrows_by_day_and_person(
    cast: Cast, as_: AS, app: Flask, clock: Clock
) -> None:
    with app.app_context():
        for _ in range(60):
            clock.move(minutes=1)
            given(cast.priya, cast.sam_and_jo)
    client = as_(cast.ada)
    page = get_page(client, "/p/log?event=assigned")
    assert len(page.select("table.data tbody tr")) == 50
    older = page.find("a", string="Older")
    assert older is not None
    last = get_page(client, str(older["href"]))
    assert len(last.select("table.data tbody tr")) == 10
    assert not last.find("a", string="Older")
    assert last.find("a", string="Newer")
    assert "Nothing fits." in get_page(client, f"/p/log?event=assigned&person={cast.marcus.id}").words
    assert "Nothing fits." in get_page(client, "/p/log?event=assigned&until=2026-09-15").words
    assert "Assigned" in get_page(client, "/p/log?since=2026-09-16&until=2026-09-16").words
    assert "Canal" not in get_page(as_(cast.iris), "/p/log").words


def test_the_same_within_a_minute_is_one_line_with_its_number(
    cast: Cast, as_: AS, app: Flask, clock: Clock
) -> None:
    """A page of answers read at once would else push everything else off the page."""
    with app.app_context():
        for minutes in (0, 0, 0, 1):
            clock.move(minutes=minutes)
            given(cast.priya, cast.sam_and_jo)
    page = get_page(as_(cast.ada), "/p/log?event=assigned")
    said = [row.select("td")[1].get_text() for row in page.select("table.data tbody tr")]
    assert said == ["Assigned", "Assigned, 3 times"]


def test_how_many_texts_were_read_at_once_is_not_told(cast: Cast, as_: AS, app: Flask, clock: Clock) -> None:
    """It would say how much a couple has written."""
    with app.app_context():
        work = given(cast.priya, cast.sam_and_jo)
        answers = [answered(author, work, "A line", Level.COUNSELLOR) for author in (cast.sam, cast.jo)]
    clock.move(minutes=11)
    get_page(as_(cast.priya), f"/c/couples/{cast.sam_and_jo.id}/answers/{answers[0]}")
    with app.app_context():
        read = db.session.scalars(select(AuditLine).where(AuditLine.event == "words read")).all()
    page = get_page(as_(cast.ada), "/p/log?event=words+read")
    said = [row.select("td")[1].get_text() for row in page.select("table.data tbody tr")]
    assert len(read) > 1
    assert said == ["Words read"]


# ---- counts ----


@pytest.mark.both_databases
def test_a_small_count_is_not_told(cast: Cast, as_: AS, app: Flask) -> None:
    with app.app_context():
        for number in range(6):
            builders.appointment(cast.sam_and_jo, starts_at=datetime(2026, 9, 1 + number, 9, tzinfo=UTC))
        given(cast.priya, cast.sam_and_jo)
    client = as_(cast.ada)
    text = client.get("/p/export/counts.csv").text.splitlines()
    assert text[0].split(",")[:4] == ["Month", "Couples begun", "Couples closed", "Appointments"]
    assert text[1].split(",")[:5] == ["2026-09", "fewer than 5", "0", "6", "fewer than 5"]
    assert len(text) == 13
    words = get_page(client, "/p/export").words
    assert "fewer than 5" in words
    assert "September 2026" in words
    assert as_(cast.iris).get("/p/export/counts.csv").text.splitlines()[1].split(",")[3] == "0"


# ---- never a client's word ----

CANARY = "quicksilver heron"


@pytest.fixture
def full_of_words(cast: Cast, app: Flask) -> None:
    """Everything a client or a counsellor may write about a couple, with the same odd words in it."""
    with app.app_context():
        for person, level in (
            (cast.sam, Level.PRIVATE),
            (cast.jo, Level.COUNSELLOR),
            (cast.ade, Level.SHARED),
        ):
            couple = cast.ade_and_ruth if person is cast.ade else cast.sam_and_jo
            answer = answered(person, given(cast.priya, couple), CANARY, level)
        seen = {answer: db.session.get_one(Response, answer).version}
        reply_to_answers(actor=cast.priya, couple_id=cast.ade_and_ruth.id, seen=seen, words=CANARY)
        write_note(actor=cast.priya, couple_id=cast.sam_and_jo.id, about_day=now().date(), words=CANARY)
        save_thanks(actor=cast.sam, what=CANARY, meant=CANARY, level=Level.SHARED)
        ask_to_talk(actor=cast.jo, reach=CANARY)
        couple_id = cast.sam_and_jo.id
        judge_sign(actor=cast.priya, couple_id=couple_id, sign="sole_outlet", judgement="yes", note=CANARY)
        decide(actor=cast.priya, couple_id=couple_id, state=DecisionState.CONTINUE, reason=CANARY)


def admin_pages(app: Flask, cast: Cast) -> list[str]:
    """Every address an admin may ask for, with every id that could stand in it."""
    ids = {"person_id": [cast.priya.id, cast.sofia.id, cast.ada.id], "couple_id": [cast.sam_and_jo.id]}
    found = []
    with app.test_request_context():
        for rule in app.url_map.iter_rules():
            if "GET" not in (rule.methods or ()) or rule.endpoint.endswith("static"):
                continue
            permission = access.permission_of(app, rule.endpoint)
            if not access.role_may(Role.ADMIN, permission) or set(rule.arguments) - set(ids):
                continue
            for name in rule.arguments:
                # mypy takes the names for those of url_for's own arguments.
                found += [app.url_for(rule.endpoint, **{name: str(one)}) for one in ids[name]]  # type: ignore[arg-type]  # url_for takes any name
            if not rule.arguments:
                found.append(app.url_for(rule.endpoint))
    return [one for one in found if one not in ("/leave", "/join/open")]


def test_no_page_of_an_admins_holds_a_word_of_a_client(
    cast: Cast, as_: AS, app: Flask, full_of_words: None
) -> None:
    client: FlaskClient = as_(cast.ada)
    pages = admin_pages(app, cast)
    assert {"/p/log", "/p/people", "/p/export/counts.csv", f"/p/couples/{cast.sam_and_jo.id}"} <= set(pages)
    for url in pages:
        text = client.get(url).text
        assert CANARY not in text, url
        assert "asked to talk" not in text, url


def test_the_sweep_can_find_the_words(cast: Cast, as_: AS, full_of_words: None) -> None:
    assert CANARY in as_(cast.priya).get(f"/c/couples/{cast.sam_and_jo.id}/signs/decisions").text


def test_what_an_admin_does_leaves_one_line_each(cast: Cast, as_: AS, app: Flask) -> None:
    client = as_(cast.ada)
    submit(client, get_page(client, "/p/reminders"), {"first": "8"})
    with app.app_context():
        lines = db.session.query(AuditLine).filter_by(event="practice changed").all()
        assert [one.details for one in lines] == [{"what": "reminder limits"}]
