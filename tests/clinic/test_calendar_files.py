"""Calendar files from elsewhere: what is read of them, and what is refused."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
import recurring_ical_events
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from icalendar import Calendar
from werkzeug.test import TestResponse

from clinic.actions.appointments import restore_appointment
from clinic.calendar_files import LARGEST_FILE, CalendarProblem, Offered, read_calendar
from clinic.extensions import db
from clinic.models import Appointment
from tests import builders
from tests.cast import AS, Cast
from tests.conftest import EVENING, Clock
from tests.page import get_page, read_page, submit, submit_and_follow

NOW = datetime(2026, 9, 16, 18, 30, tzinfo=UTC)
BROKEN = "That is no calendar file, or it is broken. Export it again as .ics."


def event(*lines: str, title: str = "Okafor") -> str:
    return "".join(
        f"{line}\r\n" for line in ("BEGIN:VEVENT", "UID:1", f"SUMMARY:{title}", *lines, "END:VEVENT")
    )


def file(*events: str) -> bytes:
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n{''.join(events)}END:VCALENDAR\r\n".encode()


def read(*lines: str) -> Offered:
    found = read_calendar(file(event(*lines)), zone="Europe/London", now=NOW)
    assert found.unread == 0
    return found.events[0]


WEEKLY = "DTSTART;TZID=Europe/London:20261019T190000", "RRULE:FREQ=WEEKLY;COUNT=3"


def test_an_evening_stays_the_same_evening_across_the_clock_change() -> None:
    starts = read(*WEEKLY).starts
    assert [(one.day, one.hour) for one in starts] == [(19, 18), (26, 19), (2, 19)]


@pytest.mark.parametrize(
    "lines",
    [
        WEEKLY,
        ("DTSTART;TZID=Europe/London:20200106T190000", "RRULE:FREQ=WEEKLY;INTERVAL=3"),
        ("DTSTART;TZID=Europe/London:20200101T090000", "RRULE:FREQ=WEEKLY;BYDAY=TU,TH;INTERVAL=2;WKST=SU"),
        ("DTSTART;TZID=Europe/London:20190107T090000", "RRULE:FREQ=MONTHLY;BYDAY=1MO"),
        ("DTSTART;TZID=Europe/London:20250131T090000", "RRULE:FREQ=MONTHLY;BYMONTHDAY=-1"),
        ("DTSTART;TZID=Europe/Berlin:20260901T100000", "RRULE:FREQ=DAILY;INTERVAL=5;UNTIL=20261130T235959Z"),
        (*WEEKLY, "EXDATE;TZID=Europe/London:20261026T190000"),
    ],
    ids=lambda lines: lines[-1],
)
def test_what_repeats_comes_when_another_reader_of_calendars_says(lines: tuple[str, ...]) -> None:
    calendar = Calendar.from_ical(file(event(*lines)))
    expected = sorted(
        one["DTSTART"].dt.astimezone(UTC)
        for one in recurring_ical_events.of(calendar).between(NOW, NOW + timedelta(days=365))
    )
    assert list(read(*lines).starts) == expected[:52]


def test_one_of_a_row_that_was_moved_by_itself_stands_where_it_was_moved() -> None:
    moved = event(
        "RECURRENCE-ID;TZID=Europe/London:20261026T190000", "DTSTART;TZID=Europe/London:20261027T170000"
    )
    found = read_calendar(file(event(*WEEKLY), moved), zone="Europe/London", now=NOW)
    assert sorted((one.day, one.hour) for each in found.events for one in each.starts) == [
        (2, 19),
        (19, 18),
        (27, 17),
    ]


@pytest.mark.parametrize(
    ("begins", "hour"),
    [
        ("DTSTART:20261019T180000Z", 18),
        ("DTSTART:20261019T180000", 17),
        ("DTSTART;TZID=GMT Standard Time:20261019T180000", 17),
        ("DTSTART;TZID=Europe/Paris:20261019T180000", 16),
    ],
)
def test_a_time_is_read_in_its_own_zone_and_else_in_the_practices(begins: str, hour: int) -> None:
    assert read(begins).starts[0].hour == hour


@pytest.mark.parametrize(
    "lines",
    [
        ("DTSTART;VALUE=DATE:20261019",),
        ("DTSTART;TZID=Nowhere/Land:20261019T180000",),
        ("DTSTART;TZID=../../etc/passwd:20261019T180000",),
        ("DTSTART:20261019T180000Z", "RRULE:FREQ=SECONDLY"),
        ("DTSTART:20261019T180000Z", "RRULE:FREQ=YEARLY"),
        ("DTSTART:20261019T180000Z", "RRULE:FREQ=WEEKLY;BYHOUR=1,2,3"),
        ("DTSTART:20261019T180000Z", "RRULE:FREQ=MONTHLY;BYMONTHDAY=30;BYMONTH=2"),
        ("DTSTART:20160201T180000Z", "RRULE:FREQ=MONTHLY;INTERVAL=12;BYMONTHDAY=30"),
        ("DTSTART:20261019T180000Z", "RRULE:FREQ=WEEKLY;INTERVAL=999999999"),
        ("DTSTART:20261019T180000Z", "RRULE:FREQ=WEEKLY;COUNT=0"),
        ("DTSTART:20261019T180000Z", "RDATE:20261020T180000Z"),
        ("DTSTART:20261019T180000Z", "DTEND:20261018T180000Z"),
        ("DTSTART:20261019T180000Z", "DURATION:P3D"),
        ("DTSTART:99990101T180000Z",),
        ("DTSTART:soon",),
        ("RRULE:FREQ=WEEKLY",),
    ],
    ids=lambda lines: lines[-1],
)
def test_an_event_that_we_cannot_read_is_left_out_and_counted(lines: tuple[str, ...]) -> None:
    readable = event("DTSTART:20261019T180000Z")
    found = read_calendar(file(event(*lines), readable), zone="Europe/London", now=NOW)
    assert (found.unread, len(found.events)) == (1, 1)


ZONE = "BEGIN:STANDARD\r\nDTSTART:19700101T000000\r\nRRULE:FREQ=SECONDLY\r\nTZOFFSETFROM:+0000\r\nEND:STANDARD\r\n"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\0\0",
        b"\xff\xfe" * 100,
        b"hello",
        b"BEGIN:VCALENDAR",
        b"BEGIN:VEVENT\r\nEND:VEVENT\r\n",
        file() * 2,
        b"BEGIN:X\r\n" * 20_000,
        b"BEGIN:VTIMEZONE\n" * 15_000,
        file(" \r\nBEGIN:VTIME\r\n ZONE;X=1\r\nTZID:A\r\n", ZONE, "END:VTIMEZONE\r\n"),
        file(event("DTSTART;TZID=Europe:20261019T180000")),
    ],
    ids=range(11),
)
def test_what_is_no_calendar_is_refused_with_a_sentence_and_soon(content: bytes) -> None:
    begun = time.monotonic()
    with pytest.raises(CalendarProblem) as problem:
        read_calendar(content, zone="Europe/London", now=NOW)
    assert problem.value.sentence == BROKEN
    assert time.monotonic() - begun < 5


def test_a_zone_of_its_own_is_never_looked_at() -> None:
    zone = f"BEGIN:VTIMEZONE\r\nTZID:Europe/London\r\n{ZONE}END:VTIMEZONE\r\n"
    found = read_calendar(file(zone, event(*WEEKLY)), zone="Europe/London", now=NOW)
    assert len(found.events[0].starts) == 3


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"a" * (LARGEST_FILE + 1), "That file is too large. Export a shorter time, at most 256 KB."),
        (
            file(event("DTSTART:20261019T180000Z") * 501),
            "That file has more than 500 events. Export a shorter time.",
        ),
    ],
)
def test_too_much_is_refused(content: bytes, sentence: str) -> None:
    with pytest.raises(CalendarProblem) as problem:
        read_calendar(content, zone="Europe/London", now=NOW)
    assert problem.value.sentence == sentence


# ---- the pages ----


def upload(client: FlaskClient, content: bytes, status: int = 200) -> TestResponse:
    page = get_page(client, "/c/diary/import")
    fields = {
        str(one["name"]): str(one.get("value", "")) for one in page.select("main form input[type=hidden]")
    }
    reply = client.post("/c/diary/import", data={**fields, "calendar": (BytesIO(content), "diary.ics")})
    assert reply.status_code == status
    return reply


def test_what_is_chosen_is_booked_and_the_rest_is_not(cast: Cast, as_: AS, app: Flask) -> None:
    dentist = event("DTSTART:20261020T080000Z", title="Dentist <script>")
    client = as_(cast.priya)
    page = read_page(upload(client, file(event(*WEEKLY), dentist)))
    assert "3 times, until Monday 2 November" in page.words
    assert "Dentist <script>" in page.words
    chosen = [one.get("value") for one in page.select("main select option[selected]")]
    assert chosen == [str(cast.sam_and_jo.id), ""]
    reply = submit(client, page)
    assert "3 booked." in get_page(client, reply.location).words
    with app.app_context():
        rows = db.session.query(Appointment).order_by(Appointment.starts_at).all()
        assert [(one.couple_id, one.starts_at.hour) for one in rows] == [
            (cast.sam_and_jo.id, 18),
            (cast.sam_and_jo.id, 19),
            (cast.sam_and_jo.id, 19),
        ]
        assert len({one.series_id for one in rows}) == 1


def test_an_event_may_be_with_one_partner_alone_and_the_other_sees_nothing(
    cast: Cast, as_: AS, app: Flask
) -> None:
    with app.app_context():
        builders.appointment(cast.sam_and_jo, starts_at=datetime(2026, 10, 26, 19, tzinfo=UTC))
    client = as_(cast.priya)
    page = read_page(upload(client, file(event(*WEEKLY))))
    offered = [option.get_text() for option in page.select("main select")[0].select("option")]
    assert "Okafor and Lind: Jo alone" in offered
    reply = submit(client, page, {"events-0-couple": f"{cast.sam_and_jo.id} B"})
    assert "3 booked." in get_page(client, reply.location).words
    with app.app_context():
        alone = db.session.query(Appointment).filter_by(for_whom="B").all()
        assert len(alone) == 3
        assert not any(one.in_own_feed for one in alone)


def test_the_same_file_again_books_nothing_twice(cast: Cast, as_: AS, app: Flask) -> None:
    with app.app_context():
        builders.appointment(cast.sam_and_jo, starts_at=datetime(2026, 10, 26, 19, tzinfo=UTC))
    client = as_(cast.priya)
    for said in ("2 booked. 1 stood there already.", "None booked. 3 stood there already."):
        reply = submit(client, read_page(upload(client, file(event(*WEEKLY)))))
        assert said in get_page(client, reply.location).words
    with app.app_context():
        assert db.session.query(Appointment).count() == 3


UNDO = 'form[action$="/take-back"]'


def test_bringing_a_file_in_can_be_undone_for_ten_minutes_of_every_couple_at_once(
    cast: Cast, as_: AS, app: Flask, clock: Clock
) -> None:
    with app.app_context():
        builders.appointment(cast.sam_and_jo, starts_at=datetime(2026, 10, 26, 19, tzinfo=UTC))
    client = as_(cast.priya)
    two = file(event(*WEEKLY), event("DTSTART:20261020T080000Z", title="Adeyemi"))
    reply = submit(client, read_page(upload(client, two)))
    page = get_page(client, reply.location)
    assert "3 booked. 1 stood there already." in page.words
    page = submit_and_follow(client, page, form=UNDO)
    assert "All 3 taken back." in page.words
    with app.app_context():
        # What stood there before the file came stays.
        stands = db.session.query(Appointment).filter_by(cancelled_at=None).one()
        assert stands.import_id is None
    # What was taken back does not stand in the way of the same file again.
    reply = submit(client, read_page(upload(client, two)))
    page = get_page(client, reply.location)
    clock.move(minutes=10, seconds=1)
    submit(client, page, form=UNDO, status=409)
    with app.app_context():
        assert db.session.query(Appointment).filter_by(cancelled_at=None).count() == 4


def test_a_row_taken_back_with_its_file_comes_back_as_a_row(cast: Cast, as_: AS, app: Flask) -> None:
    # Time goes on here, so that rows cancelled one after the other would differ.
    with time_machine.travel(EVENING, tick=True):
        client = as_(cast.priya)
        brought = submit(client, read_page(upload(client, file(event(*WEEKLY)))))
        submit(client, get_page(client, brought.location), form=UNDO)
        with app.app_context():
            gone = db.session.query(Appointment).filter(Appointment.import_id.is_not(None)).all()
            assert len(gone) == 3
            assert len({one.cancelled_at for one in gone}) == 1
            back = restore_appointment(
                actor=cast.priya, couple_id=cast.sam_and_jo.id, appointment_id=gone[1].id
            )
            assert {one.id for one in back} == {one.id for one in gone}


def test_nothing_is_kept_by_looking_and_a_bad_file_is_told_beside_the_field(
    cast: Cast, as_: AS, app: Flask
) -> None:
    client = as_(cast.priya)
    upload(client, file(event(*WEEKLY)))
    page = read_page(upload(client, b"hello", 422), 422)
    assert BROKEN in page.one("#calendar-error").get_text()
    past = file(event("DTSTART:20260101T180000Z"))
    page = read_page(upload(client, past, 422), 422)
    assert "nothing to come in that file" in page.one("#calendar-error").get_text()
    with app.app_context():
        assert db.session.query(Appointment).count() == 0


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("starts", "20261019T190000"),
        ("starts", " ".join(["20261019T180000Z"] * 53)),
        ("starts", "20269999T180000Z"),
        ("starts", "\0"),
        ("minutes", "9" * 5000),
        ("minutes", "-1"),
        ("title", "x" * 25_000),
        ("title", "\0"),
        ("couple", "made-up"),
        ("couple", "nia-and-owen"),
        ("couple", "made up A"),
    ],
)
def test_what_does_not_fit_the_file_is_refused(
    cast: Cast, as_: AS, app: Flask, field: str, value: str
) -> None:
    client = as_(cast.priya)
    page = read_page(upload(client, file(event(*WEEKLY))))
    value = str(cast.nia_and_owen.id) if value == "nia-and-owen" else value
    submit(client, page, {f"events-0-{field}": value}, status=422)
    with app.app_context():
        assert db.session.query(Appointment).count() == 0
