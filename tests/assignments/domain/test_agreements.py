"""Where an agreement stands, whoever did what and in whatever order."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from assignments.domain.agreements import NOTHING_YET, Signed, Standing, Text, standing
from assignments.domain.visibility import Level, level_for_a_private_note, may_agree_together

NOON = datetime(2026, 5, 12, 12, 0, tzinfo=UTC)
FIRST, SECOND = UUID(int=1), UUID(int=2)


def at(minutes: int) -> datetime:
    return NOON + timedelta(minutes=minutes)


def text(number: UUID, forward: int, *signed: Signed) -> Text:
    """Put forward so many minutes after noon, open ten minutes later."""
    return Text(number, at(forward), at(forward + 10), signed)


def by(slot: str, counts: int, withdrawn: int | None = None) -> Signed:
    return Signed(slot, at(counts), at(withdrawn) if withdrawn is not None else None)


def test_a_draft_is_nothing_to_anybody() -> None:
    assert standing([Text(FIRST, None, None)], at(60)) == NOTHING_YET


def test_words_within_their_hold_are_nothing_yet_and_then_there_to_be_signed() -> None:
    words = text(FIRST, 0, by("A", 10))
    assert standing([words], at(9)) == NOTHING_YET
    assert standing([words], at(10)) == Standing(on_offer=FIRST)


def test_it_is_in_force_when_both_signatures_count_and_not_before() -> None:
    words = text(FIRST, 0, by("A", 10), by("B", 30))
    assert standing([words], at(29)) == Standing(on_offer=FIRST)
    assert standing([words], at(30)) == Standing(in_force=FIRST)


def test_of_two_put_forward_at_once_the_one_that_opens_later_is_on_offer() -> None:
    ours = [text(FIRST, 0, by("A", 10)), text(SECOND, 1, by("B", 11))]
    for order in (ours, list(reversed(ours))):
        assert standing(order, at(11)) == Standing(on_offer=SECOND)


def test_words_that_gave_way_before_both_signatures_counted_were_never_agreed() -> None:
    ours = [text(FIRST, 0, by("A", 10), by("B", 30)), text(SECOND, 12, by("A", 22))]
    assert standing(ours, at(40)) == Standing(on_offer=SECOND)


def test_what_is_agreed_stays_so_until_the_change_is_agreed_too() -> None:
    agreed = text(FIRST, 0, by("A", 10), by("B", 20))
    change = text(SECOND, 40, by("B", 50))
    assert standing([agreed, change], at(50)) == Standing(in_force=FIRST, on_offer=SECOND)
    signed = text(SECOND, 40, by("B", 50), by("A", 70))
    assert standing([agreed, signed], at(70)) == Standing(in_force=SECOND)


@pytest.mark.parametrize("slot", ["A", "B"])
def test_whoever_takes_a_signature_back_the_standing_is_the_same(slot: str) -> None:
    signed = [by(one, counts, 60 if one == slot else None) for one, counts in (("A", 10), ("B", 20))]
    words = text(FIRST, 0, by("A", 10), by("B", 20))
    assert standing([words], at(60)) == Standing(in_force=FIRST)
    set_down = text(FIRST, 0, *signed)
    assert standing([set_down], at(60)) == Standing(set_down=FIRST)
    assert standing([set_down], at(59)) == Standing(set_down=FIRST), "a clock that was ahead wrote the moment"


def test_older_words_do_not_come_back_when_newer_ones_are_set_down() -> None:
    older = text(FIRST, 0, by("A", 10), by("B", 20))
    newer = text(SECOND, 40, by("A", 50, 90), by("B", 60))
    assert standing([older, newer], at(90)) == Standing(set_down=SECOND)


def test_an_offer_taken_back_leaves_what_is_in_force_alone() -> None:
    older = text(FIRST, 0, by("A", 10), by("B", 20))
    newer = text(SECOND, 40, by("A", 50, 55))
    assert standing([older, newer], at(60)) == Standing(in_force=FIRST)


def test_a_second_signature_after_the_first_was_taken_back_agrees_nothing() -> None:
    words = text(FIRST, 0, by("A", 10, 15), by("B", 20))
    assert standing([words], at(30)) == Standing(set_down=FIRST)


def test_nothing_lies_open_while_sharing_is_frozen() -> None:
    words = text(FIRST, 0, by("A", 10), by("B", 20))
    assert standing([words], at(30), frozen=True) == NOTHING_YET


def test_an_agreement_needs_both_partners_and_nothing_tighter_than_shared() -> None:
    assert may_agree_together(Level.SHARED, Level.SHARED, for_both=True)
    assert not may_agree_together(Level.SHARED, Level.SHARED, for_both=False)
    for tighter in (Level.BOTH, Level.COUNSELLOR, Level.PRIVATE):
        assert not may_agree_together(Level.SHARED, tighter, for_both=True)


def test_a_note_for_the_counsellor_stays_ones_own_where_that_is_not_allowed() -> None:
    assert level_for_a_private_note(Level.SHARED, counsellor_only_allowed=True) is Level.COUNSELLOR
    assert level_for_a_private_note(Level.SHARED, counsellor_only_allowed=False) is Level.PRIVATE
    assert level_for_a_private_note(Level.PRIVATE, counsellor_only_allowed=True) is Level.PRIVATE
