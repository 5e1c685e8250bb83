"""The corners of the rules about who sees what: each of these was a line that could be broken unnoticed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from assignments.domain import visibility
from assignments.domain.visibility import Change, Consent, Level, Opening, Sharing

START = datetime(2026, 9, 16, 18, 30, tzinfo=UTC)
OPENS = START + timedelta(minutes=10)
LATER = START + timedelta(days=1)


def sent(level: Level | None, *changes: Change) -> Sharing:
    return Sharing(level, START, OPENS, changes)


def test_sent_without_a_choice_is_private() -> None:
    assert sent(None).level_at(LATER) is Level.PRIVATE


def test_no_hold_has_passed_for_what_was_never_sent_or_never_opens() -> None:
    assert not Sharing(Level.SHARED, None, OPENS).is_past_hold(LATER)
    assert not Sharing(Level.SHARED, START, None).is_past_hold(LATER)
    assert sent(Level.SHARED).is_past_hold(LATER)


def test_a_change_that_was_cancelled_is_no_moment_at_which_anything_changes() -> None:
    cancelled = Change(Level.SHARED, LATER, cancelled=True)
    assert list(sent(Level.PRIVATE, cancelled).moments()) == [OPENS]
    assert list(sent(Level.PRIVATE, Change(Level.SHARED, LATER)).moments()) == [OPENS, LATER]


@pytest.mark.parametrize(
    ("limits", "allowed", "expected"),
    [
        ((Level.COUNSELLOR, Level.SHARED), True, Level.COUNSELLOR),
        ((Level.COUNSELLOR, Level.SHARED), False, Level.PRIVATE),
        ((Level.SHARED, Level.BOTH), False, Level.BOTH),
        ((Level.SHARED, Level.SHARED), False, Level.SHARED),
        ((Level.PRIVATE, Level.SHARED), True, Level.PRIVATE),
    ],
)
def test_the_tightest_limit_binds_and_no_secrets_leaves_the_author_alone(
    limits: tuple[Level, ...], allowed: bool, expected: Level
) -> None:
    assert visibility.loosest_of(limits, allows_counsellor_only=allowed) is expected


@pytest.mark.parametrize(
    ("limit", "counsellor", "both", "together", "expected"),
    [
        (Level.SHARED, True, True, False, "shared both counsellor private"),
        (Level.SHARED, True, True, True, "both counsellor private"),
        (Level.SHARED, True, False, True, "shared counsellor private"),
        (Level.SHARED, True, False, False, "shared counsellor private"),
        (Level.SHARED, False, True, False, "shared both private"),
        (Level.COUNSELLOR, True, True, True, "counsellor private"),
        (Level.COUNSELLOR, False, True, True, "private"),
        (Level.PRIVATE, False, False, True, "private"),
        (Level.BOTH, True, True, True, "both counsellor private"),
    ],
)
def test_exactly_these_levels_are_offered(
    limit: Level, counsellor: bool, both: bool, together: bool, expected: str
) -> None:
    offered = visibility.levels_offered(
        limit, counsellor_only_allowed=counsellor, for_both=both, reveal_together=together
    )
    assert " ".join(offered) == expected


def test_an_agreement_is_signed_only_where_everything_lies_open_to_both() -> None:
    assert visibility.may_agree_together(Level.SHARED, Level.SHARED, for_both=True)
    assert not visibility.may_agree_together(Level.SHARED, Level.BOTH, for_both=True)
    assert not visibility.may_agree_together(Level.SHARED, Level.SHARED, for_both=False)


@pytest.mark.parametrize(
    ("limit", "allowed", "expected"),
    [
        (Level.SHARED, True, Level.COUNSELLOR),
        (Level.SHARED, False, Level.PRIVATE),
        (Level.PRIVATE, True, Level.PRIVATE),
    ],
)
def test_a_private_note_goes_to_the_counsellor_where_that_is_offered(
    limit: Level, allowed: bool, expected: Level
) -> None:
    assert visibility.level_for_a_private_note(limit, counsellor_only_allowed=allowed) is expected


@pytest.mark.parametrize(
    ("consent", "level", "goes"),
    [
        (Consent.NONE, Level.SHARED, False),
        (Consent.NONE, Level.COUNSELLOR, False),
        (Consent.SHARED, Level.SHARED, True),
        (Consent.SHARED, Level.COUNSELLOR, False),
        (Consent.SHARED, Level.PRIVATE, False),
        (Consent.COUNSELLOR, Level.COUNSELLOR, True),
        (Consent.COUNSELLOR, Level.SHARED, True),
        (Consent.COUNSELLOR, Level.PRIVATE, False),
    ],
)
def test_a_record_takes_along_what_its_author_let_go(consent: Consent, level: Level, goes: bool) -> None:
    assert visibility.may_be_handed_on(consent, sent(level), None, LATER) is goes


def test_what_is_still_held_goes_into_no_record_by_the_consent_to_what_is_shared() -> None:
    assert not visibility.may_be_handed_on(Consent.SHARED, sent(Level.SHARED), None, START)
    assert visibility.may_be_handed_on(Consent.COUNSELLOR, sent(Level.SHARED), None, START)


@pytest.mark.parametrize(("level", "other"), [(Level.SHARED, None), (Level.BOTH, sent(Level.BOTH))])
def test_what_is_hidden_in_the_very_moment_it_opens_may_have_been_read_and_stays_as_it_was(
    level: Level, other: Sharing | None
) -> None:
    """Found by chance: whoever read it in that moment would have seen other words a moment later."""
    hidden = sent(level, Change(Level.PRIVATE, OPENS))
    assert visibility.partner_reads(sent(level), other, OPENS)
    assert visibility.is_frozen_text(hidden, other, OPENS)
    assert visibility.is_frozen_text(hidden, other, LATER)
    assert not visibility.may_take_back(hidden, other, OPENS)


@pytest.mark.parametrize("level", [Level.SHARED, Level.BOTH])
def test_what_is_hidden_before_it_opens_can_still_be_changed(level: Level) -> None:
    hidden = sent(level, Change(Level.PRIVATE, OPENS - timedelta(seconds=1)))
    assert not visibility.is_frozen_text(hidden, sent(Level.BOTH), LATER)


def test_words_that_will_be_shared_tomorrow_can_be_changed_today() -> None:
    widening = sent(Level.PRIVATE, Change(Level.SHARED, LATER))
    assert not visibility.is_frozen_text(widening, None, LATER - timedelta(seconds=1))
    assert visibility.is_frozen_text(widening, None, LATER)


@pytest.mark.parametrize(
    ("minutes", "said"),
    [(0, "0 minutes"), (1, "1 minute"), (90, "90 minutes"), (120, "2 hours"), (1440, "1 day")],
)
def test_how_long_a_widening_waits_is_said_in_the_largest_whole_measure(minutes: int, said: str) -> None:
    told = visibility.outcome_of_change(
        Level.PRIVATE,
        Level.SHARED,
        partner="Jo",
        counsellor="Priya",
        hold_minutes=10,
        delay_minutes=minutes,
    )
    assert told == f"This opens in {said}. You can cancel until then."


@pytest.mark.parametrize("level", [Level.SHARED, Level.BOTH])
def test_nothing_is_frozen_while_it_is_still_held(level: Level) -> None:
    held = sent(level)
    assert not visibility.is_frozen_text(held, sent(Level.BOTH), START)
    assert visibility.may_take_back(held, sent(Level.BOTH), START)
    assert not visibility.is_frozen_text(Sharing(None, None, None), sent(Level.BOTH), LATER), "a draft"


def test_what_opens_now_does_not_open_next() -> None:
    assert visibility.opens_next(sent(Level.SHARED), OPENS - timedelta(seconds=1)) == OPENS
    assert visibility.opens_next(sent(Level.SHARED), OPENS) is None


def test_what_has_no_hold_opens_at_no_moment_and_is_not_taken_back() -> None:
    assert visibility.opens_next(Sharing(Level.SHARED, START, None), START) is None
    assert not visibility.may_take_back(Sharing(Level.PRIVATE, START, None), None, START)


def test_a_text_is_open_since_it_opened_whatever_else_opens_afterwards() -> None:
    later = Sharing(Level.SHARED, OPENS, LATER)
    assert visibility.open_since(sent(Level.SHARED), later, LATER) == OPENS


def opening_of(
    own: Sharing | None, other: Sharing | None, closes_at: datetime | None, *, frozen: bool = False
) -> Opening:
    return visibility.opening(own, other, LATER, closes_at=closes_at, frozen=frozen)


def test_with_one_answer_or_none_it_waits_until_its_time_has_run_out() -> None:
    for own, other in ((None, sent(Level.BOTH)), (sent(Level.BOTH), None), (None, None)):
        assert opening_of(own, other, None) is Opening.WAITING
        assert opening_of(own, other, LATER + timedelta(seconds=1)) is Opening.WAITING
        assert opening_of(own, other, LATER) is Opening.CLOSED


def test_while_sharing_stands_still_what_had_opened_looks_like_what_had_not() -> None:
    both = sent(Level.BOTH), sent(Level.BOTH)
    assert opening_of(*both, None) is Opening.OPENED
    assert opening_of(*both, None, frozen=True) is Opening.WAITING
    assert opening_of(*both, LATER, frozen=True) is Opening.CLOSED


def test_after_an_ending_the_counsellor_keeps_what_lay_open_and_no_more() -> None:
    left = {level: visibility.left_after_an_ending(level) for level in Level}
    assert left == {
        Level.PRIVATE: Level.PRIVATE,
        Level.COUNSELLOR: Level.COUNSELLOR,
        Level.BOTH: Level.COUNSELLOR,
        Level.SHARED: Level.COUNSELLOR,
    }


def said_of(present: Level | None, wanted: Level) -> str:
    return visibility.outcome_of_change(
        present, wanted, partner="Jo", counsellor="Priya", hold_minutes=10, delay_minutes=1440
    )


@pytest.mark.parametrize(
    ("present", "wanted", "said"),
    [
        (None, Level.PRIVATE, "No one else can read this."),
        (None, Level.SHARED, "Goes to Jo in 10 minutes."),
        (Level.SHARED, Level.SHARED, "As it is now."),
        (Level.PRIVATE, Level.PRIVATE, "As it is now."),
        (Level.COUNSELLOR, Level.PRIVATE, "No one else can read this."),
        (Level.SHARED, Level.BOTH, "You each see the other's answer"),
        (Level.SHARED, Level.COUNSELLOR, "You can hide this from now on. Jo may have read it already."),
        (Level.PRIVATE, Level.COUNSELLOR, "This opens in 1 day."),
    ],
)
def test_each_choice_says_what_it_would_change(present: Level | None, wanted: Level, said: str) -> None:
    assert said_of(present, wanted).startswith(said)
