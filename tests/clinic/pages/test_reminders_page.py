"""Reminders and the calendar: a partner's own page, and what a calendar gets at its address."""

from __future__ import annotations

from datetime import datetime, timedelta
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from clinic.actions.appointments import book_appointment, cancel_appointment, move_appointment
from clinic.actions.reminders import set_reminders
from clinic.domain.reminders import Timetable
from clinic.extensions import db
from clinic.models import CalendarFeed, Partner, Person, ReminderPlan
from clinic.queries.reminders import timetable_of
from tests.cast import AS, Cast
from tests.conftest import Clock
from tests.page import Page, get_page, read_page, submit, submit_and_follow

FORM = "main form[novalidate]"
MAKE = 'form[action="/me/reminders/calendar"]'
END = 'form[action="/me/reminders/calendar/end"]'


def own_timetable(app: Flask, person: Person) -> Timetable:
    with app.app_context():
        return timetable_of(person)


def checked(page: Page, name: str) -> list[str]:
    return [str(box["value"]) for box in page.select(f"[name={name}][checked]")]


def test_reminders_are_off_until_somebody_turns_them_on(cast: Cast, as_: AS, app: Flask) -> None:
    page = get_page(as_(cast.sam), "/me/reminders")
    assert checked(page, "wanted") == ["off"]
    assert not own_timetable(app, cast.sam).on


def test_the_way_there_stands_on_me(cast: Cast, as_: AS) -> None:
    assert get_page(as_(cast.sam), "/me").select('main a[href="/me/reminders"]')
    assert not get_page(as_(cast.priya), "/me").select('a[href="/me/reminders"]')


def test_days_and_hour_are_kept(cast: Cast, as_: AS, app: Flask) -> None:
    client = as_(cast.sam)
    page = submit_and_follow(
        client,
        get_page(client, "/me/reminders"),
        {"wanted": "on", "days": ["0", "3"], "hour": "7"},
        form=FORM,
    )
    assert "Saved. Reminders are on." in page.words
    assert (checked(page, "wanted"), checked(page, "days")) == (["on"], ["0", "3"])
    assert page.select('[name=hour] [value="7"][selected]')
    assert own_timetable(app, cast.sam) == Timetable(frozenset({0, 3}), 7 * 60, on=True)
    assert not own_timetable(app, cast.jo).on


def test_they_are_turned_off_again_and_the_days_stay(cast: Cast, as_: AS, app: Flask) -> None:
    client = as_(cast.sam)
    submit(client, get_page(client, "/me/reminders"), {"wanted": "on", "days": ["2"]}, form=FORM)
    page = submit_and_follow(client, get_page(client, "/me/reminders"), {"wanted": "off"}, form=FORM)
    assert "Saved. Reminders are off." in page.words
    assert own_timetable(app, cast.sam) == Timetable(frozenset({2}), 18 * 60, on=False)


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"wanted": "on", "days": []}, "Choose at least one day."),
        ({"wanted": "perhaps"}, "Choose one of these."),
        ({"wanted": "on", "days": ["7"]}, "Choose from this list."),
        ({"wanted": "on", "days": ["Monday"]}, "Choose from this list."),
        ({"wanted": "on", "hour": "24"}, "Choose one of these."),
        ({"wanted": "on", "hour": "noon"}, "Choose one of these."),
    ],
)
def test_what_makes_no_timetable_is_refused_and_nothing_is_lost(
    cast: Cast, as_: AS, app: Flask, sent: dict[str, str | list[str]], said: str
) -> None:
    client = as_(cast.sam)
    page = read_page(submit(client, get_page(client, "/me/reminders"), sent, form=FORM, status=422), 422)
    assert said in page.words
    if sent["wanted"] == "on":
        assert checked(page, "wanted") == ["on"]
    with app.app_context():
        assert db.session.scalars(select(ReminderPlan)).all() == []


SHARED = "Someone else may read your inbox."


@pytest.mark.parametrize("said", ["yes", "unsure"])
def test_where_others_may_read_the_inbox_the_page_says_so(cast: Cast, as_: AS, app: Flask, said: str) -> None:
    with app.app_context():
        db.session.get_one(Person, cast.sam.id).inbox_shared = said
        db.session.commit()
    page = get_page(as_(cast.sam), "/me/reminders")
    assert SHARED in page.words
    assert checked(page, "wanted") == ["off"]
    assert SHARED not in get_page(as_(cast.jo), "/me/reminders").words


def test_partners_with_one_address_are_told_both(cast: Cast, as_: AS, app: Flask) -> None:
    with app.app_context():
        db.session.get_one(Person, cast.jo.id).contact_address = cast.sam.contact_address.upper()
        db.session.commit()
    for person in (cast.sam, cast.jo):
        assert SHARED in get_page(as_(person), "/me/reminders").words


def test_the_page_shows_the_mail_as_it_is(cast: Cast, as_: AS, app: Flask) -> None:
    words = get_page(as_(cast.sam), "/me/reminders").words
    assert "A small reminder" in words
    assert " ".join(app.jinja_env.get_template("emails/reminder.txt").render().split()) in words


@pytest.mark.parametrize("who", ["priya", "sofia", "ada"])
def test_staff_have_no_such_page(cast: Cast, as_: AS, who: str) -> None:
    client = as_(getattr(cast, who))
    assert client.get("/me/reminders").data == client.get("/made/up").data


# ---- the calendar ----


def make_address(client: FlaskClient) -> str:
    """The path of a fresh address, as the page shows it once."""
    page = read_page(submit(client, get_page(client, "/me/reminders"), form=MAKE, status=200))
    address = page.select_one("#address")
    assert address is not None
    return urlsplit(address.get_text().strip()).path


def book(app: Flask, cast: Cast, starts_at: datetime) -> None:
    with app.app_context():
        book_appointment(actor=cast.priya, couple_id=cast.sam_and_jo.id, starts_at=starts_at)


def test_a_calendar_reads_the_times_without_signing_in(
    cast: Cast, as_: AS, app: Flask, client: FlaskClient, clock: Clock
) -> None:
    book(app, cast, clock.now + timedelta(days=2))
    reply = client.get(make_address(as_(cast.sam)))
    assert reply.status_code == 200
    assert reply.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert reply.headers["Cache-Control"] == "no-store"
    assert "ETag" not in reply.headers
    assert "Last-Modified" not in reply.headers
    assert "Set-Cookie" not in reply.headers
    assert reply.text.count("SUMMARY:Appointment\r\n") == 1
    assert "DTSTART:20260918T183000Z\r\nDTEND:20260918T193000Z\r\n" in reply.text
    for word in ("Sam", "Jo", "Priya", "Canal", "Meanwhile", "DESCRIPTION", "LOCATION", "VALARM", "ATTENDEE"):
        assert word not in reply.text


def test_a_moved_one_keeps_its_uid_and_a_cancelled_one_is_gone(
    cast: Cast, as_: AS, app: Flask, client: FlaskClient, clock: Clock
) -> None:
    path = make_address(as_(cast.sam))
    with app.app_context():
        one = book_appointment(
            actor=cast.priya, couple_id=cast.sam_and_jo.id, starts_at=clock.now + timedelta(days=2)
        )
    uid = f"UID:{one.id}\r\n"
    assert uid in client.get(path).text
    with app.app_context():
        move_appointment(
            actor=cast.priya, appointment_id=one.id, starts_at=clock.now + timedelta(days=3), minutes=30
        )
    moved = client.get(path).text
    assert uid in moved
    assert "DTSTART:20260919T183000Z\r\nDTEND:20260919T190000Z\r\n" in moved
    with app.app_context():
        cancel_appointment(actor=cast.priya, appointment_id=one.id)
    assert "VEVENT" not in client.get(path).text


def test_what_lies_long_behind_leaves_the_feed(
    cast: Cast, as_: AS, app: Flask, client: FlaskClient, clock: Clock
) -> None:
    book(app, cast, clock.now + timedelta(days=1))
    path = make_address(as_(cast.sam))
    clock.move(days=90)
    assert "VEVENT" in client.get(path).text
    clock.move(days=2)
    assert "VEVENT" not in client.get(path).text


def test_nobody_elses_appointments_are_in_it(
    cast: Cast, as_: AS, app: Flask, client: FlaskClient, clock: Clock
) -> None:
    book(app, cast, clock.now + timedelta(days=1))
    assert "VEVENT" not in client.get(make_address(as_(cast.ade))).text
    assert client.get(make_address(as_(cast.sam))).data == client.get(make_address(as_(cast.jo))).data


def test_a_new_address_ends_the_old_one_and_ending_ends_both(
    cast: Cast, as_: AS, app: Flask, client: FlaskClient
) -> None:
    mine = as_(cast.sam)
    jos = make_address(as_(cast.jo))
    first = make_address(mine)
    second = make_address(mine)
    nothing = client.get("/made/up")
    assert client.get(second).status_code == 200
    assert (client.get(first).status_code, client.get(first).data) == (404, nothing.data)
    page = submit_and_follow(mine, get_page(mine, "/me/reminders"), form=END)
    assert "no longer works" in page.words
    assert not page.select(END)
    for path in (second, "/feed/made-up.ics", "/feed/.ics", "/feed/%F0%9F%99%82.ics"):
        ended = client.get(path)
        assert (ended.status_code, ended.data) == (404, nothing.data)
        assert [name for name, _ in ended.headers] == [name for name, _ in nothing.headers]
    assert client.get(jos).status_code == 200


def test_the_address_is_kept_as_a_hash_and_shown_once(cast: Cast, as_: AS, app: Flask) -> None:
    client = as_(cast.sam)
    token = make_address(client).removeprefix("/feed/").removesuffix(".ics")
    assert len(token) >= 22  # 128 bits and more.
    with app.app_context():
        kept = db.session.scalars(select(CalendarFeed)).one()
        assert token not in kept.token_hash
    assert token not in get_page(client, "/me/reminders").response.text


def test_the_same_form_sent_twice_makes_one_address(cast: Cast, as_: AS, client: FlaskClient) -> None:
    mine = as_(cast.sam)
    page = get_page(mine, "/me/reminders")
    shown = read_page(submit(mine, page, form=MAKE, status=200)).select_one("#address")
    assert shown is not None
    again = submit(mine, page, form=MAKE)
    assert again.location == "/me/reminders"
    assert client.get(urlsplit(shown.get_text().strip()).path).status_code == 200


@pytest.mark.parametrize("gone", ["left", "disabled"])
def test_the_address_of_somebody_who_has_left_finds_nothing(
    cast: Cast, as_: AS, app: Flask, client: FlaskClient, clock: Clock, gone: str
) -> None:
    path, jos = make_address(as_(cast.sam)), make_address(as_(cast.jo))
    with app.app_context():
        if gone == "left":
            db.session.scalars(
                select(Partner).where(Partner.person_id == cast.sam.id)
            ).one().left_at = clock.now
        else:
            db.session.get_one(Person, cast.sam.id).disabled_at = clock.now
        db.session.commit()
    assert client.get(path).status_code == 404
    assert client.get(jos).status_code == 200


def test_reminders_of_one_change_nothing_on_the_page_of_the_other(cast: Cast, as_: AS, app: Flask) -> None:
    before = get_page(as_(cast.jo), "/me/reminders").words
    with app.app_context():
        set_reminders(actor=cast.sam, timetable=Timetable(frozenset({1}), 60, on=True))
    make_address(as_(cast.sam))
    assert get_page(as_(cast.jo), "/me/reminders").words == before
