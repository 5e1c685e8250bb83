"""Who has read it: each partner sees who of the practice read their words, and nothing of when or of the other's."""

from __future__ import annotations

from uuid import UUID

import pytest
from flask import Flask

from assignments.actions.entries import save_thanks
from assignments.domain.visibility import Level
from clinic.actions.break_glass import ask_to_break_glass, grant_glass
from clinic.actions.talks import ask_to_talk
from clinic.extensions import db
from clinic.models import AuditLine
from tests.assignments.given import answered, given
from tests.cast import AS, Cast
from tests.conftest import Clock
from tests.page import Page, get_page

READERS = "/me/history/readers"
NOBODY = "Nobody so far"


@pytest.fixture
def answers(app: Flask, cast: Cast) -> dict[str, UUID]:
    """One of Sam's for the counsellor, and Jo's to the same exercise beside it."""
    with app.app_context():
        questions = given(cast.priya, cast.sam_and_jo)
        return {
            "Sam": answered(cast.sam, questions, "The canal", Level.COUNSELLOR),
            "Jo": answered(cast.jo, questions, "The kitchen", Level.COUNSELLOR),
        }


def read(as_: AS, cast: Cast, reader: str, response_id: UUID) -> None:
    get_page(as_(getattr(cast, reader)), f"/c/couples/{cast.sam_and_jo.id}/answers/{response_id}")


def names(page: Page) -> list[str]:
    return [tag.get_text(" ", strip=True) for tag in page.select("main .rows .row-words")]


def full(cast: Cast, who: str) -> str:
    person = getattr(cast, who)
    return f"{person.name} {person.family_name}".strip()


@pytest.mark.both_databases
def test_whoever_read_something_stands_there_once_and_as_what(
    cast: Cast, as_: AS, app: Flask, clock: Clock, answers: dict[str, UUID]
) -> None:
    sam = as_(cast.sam)
    assert NOBODY in get_page(sam, READERS).words
    for _ in range(2):
        read(as_, cast, "priya", answers["Sam"])
        clock.move(minutes=5)
    assert names(get_page(sam, READERS)) == [f"{full(cast, 'priya')} Counsellor"]
    read(as_, cast, "sofia", answers["Sam"])
    assert names(get_page(sam, READERS)) == sorted(
        [f"{full(cast, 'priya')} Counsellor", f"{full(cast, 'sofia')} Supervisor"]
    )


def test_somebody_for_whom_the_glass_was_broken_stands_there_too(
    cast: Cast, as_: AS, app: Flask, answers: dict[str, UUID]
) -> None:
    with app.app_context():
        glass = ask_to_break_glass(
            actor=cast.omar,
            reader_id=cast.omar.id,
            counsellor_id=cast.priya.id,
            about="Sam",
            reason="A call",
        )
        grant_glass(actor=cast.ada, glass_id=glass.id, couple_id=cast.sam_and_jo.id)
    read(as_, cast, "omar", answers["Sam"])
    assert names(get_page(as_(cast.sam), READERS)) == [f"{full(cast, 'omar')} Supervisor"]


def test_reading_again_and_later_changes_no_byte_of_it(
    cast: Cast, as_: AS, app: Flask, clock: Clock, answers: dict[str, UUID]
) -> None:
    """When and how often would tell one partner when the other wrote: the page of one answer shows both."""
    read(as_, cast, "priya", answers["Jo"])
    jo = as_(cast.jo)
    before = get_page(jo, READERS).one("main").decode()
    clock.move(minutes=20)
    read(as_, cast, "priya", answers["Sam"])
    with app.app_context():
        assert db.session.query(AuditLine).filter_by(subject_id=answers["Jo"]).count() > 1
    assert get_page(jo, READERS).one("main").decode() == before


def test_what_was_kept_and_what_leaves_no_trace_has_no_reader(
    cast: Cast, as_: AS, app: Flask, answers: dict[str, UUID]
) -> None:
    with app.app_context():
        ask_to_talk(actor=cast.ruth, reach="In the lunch hour")
        save_thanks(actor=cast.ruth, what="You rang", meant="", level=Level.PRIVATE)
    get_page(as_(cast.priya), f"/c/couples/{cast.ade_and_ruth.id}/talk")
    with app.app_context():
        assert db.session.query(AuditLine).filter_by(event="words read").count() == 1
    for person in (cast.ruth, cast.ade, cast.jo):
        assert NOBODY in get_page(as_(person), READERS).words


def test_the_list_of_ones_answers_leads_to_it_and_nobody_else_has_one(cast: Cast, as_: AS) -> None:
    assert get_page(as_(cast.sam), "/me/history").select(f'a[href="{READERS}"]')
    for person in (cast.priya, cast.sofia, cast.ada):
        get_page(as_(person), READERS, 404)
