"""What one partner finds while doing an exercise is their own: what the other did with it changes none of it.

No other couple's rows are near these queries, so `tests/test_whose_rows.py` cannot tell whose of the two they read.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Flask

from assignments.actions.entries import save_thanks
from assignments.actions.erasing import ask_for_erasure
from assignments.actions.responding import record_outcome, send_response, set_aside
from assignments.domain.visibility import Level
from assignments.queries.assignments import assignment_of
from assignments.queries.doing import asked_size, doing_for, own_outcome
from assignments.queries.entries import opened_entries
from assignments.queries.erasures import who_asked
from assignments.queries.exchanges import exchange_for
from clinic.clock import now
from clinic.models import Person
from clinic.queries.couples import own_couple, own_place
from tests.assignments.given import drafted, given, part_of
from tests.cast import Cast
from tests.whose_rows import rows_that_come_out


def finds(person: Person, assignment_id: UUID) -> dict[str, Any]:
    """Where one partner stands with one thing."""
    place = own_place(person)
    doing = doing_for(place, assignment_id, now())
    exchange = exchange_for(place, assignment_id, now())
    return {
        "turn": doing.turn,
        "size": asked_size(place, assignment_of(place.couple, assignment_id)),
        "outcome": own_outcome(doing),
        "response": doing.response,
        "values": doing.values,
        "has written in turns": doing.is_written,
        "has spoken": exchange.spoken,
        "may write": exchange.next and exchange.next.address,
    }


def test_what_the_other_did_with_it_changes_nothing_of_ones_own(cast: Cast, app: Flask) -> None:
    with app.app_context():
        turns = given(cast.priya, cast.sam_and_jo, "reflect-and-check")
        before = finds(cast.jo, turns)
        set_aside(actor=cast.sam, assignment_id=turns, kind="hard", choice="smaller")
        part_of(cast.sam, turns, "A", "thought")
        drafted(cast.sam, turns, "We sat on the steps.", step="take-away")
        assert finds(cast.jo, turns) == before
        send_response(actor=cast.sam, assignment_id=turns, level=Level.PRIVATE)
        record_outcome(actor=cast.sam, assignment_id=turns, turn=1, tried="tried", useful=7)
        assert finds(cast.jo, turns) == before
        assert finds(cast.sam, turns) != before


def test_a_private_thank_you_is_not_even_looked_at_for_what_lies_open(cast: Cast, app: Flask) -> None:
    with app.app_context():
        kept = save_thanks(actor=cast.sam, what="Tea.", meant="", level=Level.PRIVATE)
        shared = save_thanks(actor=cast.sam, what="Bread.", meant="", level=Level.SHARED)
        with rows_that_come_out() as seen:
            opened_entries(own_couple(cast.jo), now())
        assert shared.id.hex in seen
        assert kept.id.hex not in seen


def test_who_asked_to_be_deleted_is_told_of_the_couples_asked_about(cast: Cast, app: Flask) -> None:
    with app.app_context():
        ask_for_erasure(actor=cast.nia)
        ask_for_erasure(actor=cast.sam)
        with rows_that_come_out() as seen:
            assert who_asked(cast.priya, [cast.sam_and_jo.id]) == {cast.sam.id}
        assert cast.nia.id.hex not in seen
