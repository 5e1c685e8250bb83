"""Who may see what one partner wrote: the table of decisions 11 and 12, and what holds of every history.

The histories are made of the acts the pages offer (send, change, cancel, take back), in any order and at any time.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assignments.domain import visibility
from assignments.domain.visibility import Change, Level, Opening, Sharing

START = datetime(2026, 9, 16, 18, 30, tzinfo=UTC)
HOLD = timedelta(minutes=10)
DELAY = timedelta(hours=24)
KEPT_FROM_PARTNER = (Level.PRIVATE, Level.COUNSELLOR)
OPEN = (Level.BOTH, Level.SHARED)


def at(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def sent(level: Level, minute: float = 0, *changes: Change) -> Sharing:
    """Sent at that minute, held for ten."""
    return Sharing(level, at(minute), at(minute) + HOLD, changes)


DRAFT = Sharing(None, None, None)


# --- One response on its own.


@pytest.mark.parametrize("level", Level)
def test_a_draft_is_private_whatever_was_chosen(level: Level) -> None:
    draft = Sharing(level, None, None)
    assert draft.level_at(at(0)) is Level.PRIVATE
    assert not visibility.counsellor_reads(draft, at(10_000))
    assert not visibility.partner_reads(draft, sent(Level.BOTH), at(10_000))


@pytest.mark.parametrize(
    ("level", "reads"),
    [(Level.PRIVATE, False), (Level.COUNSELLOR, True), (Level.BOTH, True), (Level.SHARED, True)],
)
def test_the_counsellor_reads_at_once_what_was_sent_to_her(level: Level, reads: bool) -> None:
    assert visibility.counsellor_reads(sent(level), at(0)) is reads


@pytest.mark.parametrize(
    ("level", "minute", "reads"),
    [
        (Level.PRIVATE, 10_000, False),
        (Level.COUNSELLOR, 10_000, False),
        (Level.BOTH, 10_000, False),
        (Level.SHARED, 9.99, False),
        (Level.SHARED, 10, True),
    ],
)
def test_the_partner_reads_what_is_shared_when_the_hold_has_passed(
    level: Level, minute: float, reads: bool
) -> None:
    assert visibility.partner_reads(sent(level), None, at(minute)) is reads


def test_hiding_counts_at_once() -> None:
    hidden = sent(Level.SHARED, 0, Change(Level.PRIVATE, at(30)))
    assert visibility.partner_reads(hidden, None, at(29))
    assert not visibility.partner_reads(hidden, None, at(30))
    assert not visibility.counsellor_reads(hidden, at(30))


def test_what_was_hidden_by_a_clock_that_was_ahead_is_hidden_by_any_other() -> None:
    """A host's clock may be minutes ahead, or years, until somebody puts it right."""
    hidden = sent(Level.SHARED, 0, Change(Level.PRIVATE, at(600_000), at_once=True))
    assert hidden.level_at(at(30)) is Level.PRIVATE
    assert hidden.heading_to(at(30)) is Level.PRIVATE
    assert hidden.pending(at(30)) is None
    assert not visibility.partner_reads(hidden, None, at(30))
    assert not visibility.counsellor_reads(hidden, at(30))
    assert visibility.open_since(hidden, None, at(30)) is None
    assert hidden.level_then(at(30)) is Level.SHARED
    narrowed = sent(Level.PRIVATE, 0, Change(Level.COUNSELLOR, at(600_000), at_once=True))
    assert narrowed.level_at(at(30)) is Level.PRIVATE
    stopped = sent(Level.SHARED, 0, Change(Level.PRIVATE, at(600_000), cancelled=True, at_once=True))
    assert stopped.level_at(at(30)) is Level.SHARED


def test_what_was_hidden_and_opened_again_is_open() -> None:
    """Hiding counts until something later takes its place."""
    hidden = Change(Level.PRIVATE, at(30), at_once=True)
    assert sent(Level.SHARED, 0, hidden, Change(Level.SHARED, at(1500))).level_at(at(1499)) is Level.PRIVATE
    assert sent(Level.SHARED, 0, hidden, Change(Level.SHARED, at(1500))).level_at(at(1500)) is Level.SHARED


def test_widening_waits_and_a_cancelled_one_never_counts() -> None:
    widened = Change(Level.SHARED, at(1450))
    kept = sent(Level.PRIVATE, 0, widened)
    assert kept.pending(at(1449)) == widened
    assert not visibility.partner_reads(kept, None, at(1449))
    assert kept.pending(at(1450)) is None
    assert visibility.partner_reads(kept, None, at(1450))
    cancelled = sent(Level.PRIVATE, 0, Change(Level.SHARED, at(1450), cancelled=True))
    assert cancelled.pending(at(5)) is None
    assert not visibility.partner_reads(cancelled, None, at(10_000))


@pytest.mark.parametrize("present", Level)
@pytest.mark.parametrize("wanted", Level)
def test_only_a_looser_level_waits(present: Level, wanted: Level) -> None:
    waits = list(Level).index(wanted) > list(Level).index(present)
    assert visibility.takes_effect_at(present, wanted, START, DELAY) == (START + DELAY if waits else START)


@pytest.mark.parametrize("level", Level)
def test_nothing_is_read_by_the_partner_while_sharing_stands_still(level: Level) -> None:
    assert not visibility.partner_reads(sent(level), sent(level), at(10_000), frozen=True)


# --- Both at once.


def test_two_answers_open_together_when_both_are_sent_and_past_the_hold() -> None:
    first, second = sent(Level.BOTH, 0), sent(Level.BOTH, 100)
    assert not visibility.partner_reads(first, second, at(109.9))
    assert not visibility.partner_reads(second, first, at(109.9))
    assert visibility.revealed_at(first, second, at(500)) == at(110)
    assert visibility.partner_reads(first, second, at(110))
    assert visibility.partner_reads(second, first, at(110))


@pytest.mark.parametrize("other", [None, DRAFT, sent(Level.PRIVATE), sent(Level.COUNSELLOR)])
def test_both_at_once_stays_shut_while_the_other_keeps_theirs(other: Sharing | None) -> None:
    own = sent(Level.BOTH)
    assert not visibility.partner_reads(own, other, at(10_000))
    assert visibility.may_take_back(own, other, at(10_000))
    assert visibility.opening(own, other, at(10_000), closes_at=None, frozen=False) is Opening.WAITING
    assert visibility.opening(own, other, at(10_000), closes_at=at(9_000), frozen=False) is Opening.CLOSED


def test_one_that_was_tightened_within_its_hold_never_opened() -> None:
    tightened = sent(Level.BOTH, 0, Change(Level.PRIVATE, at(9)))
    own = sent(Level.BOTH, 0)
    assert visibility.revealed_at(own, tightened, at(10_000)) is None
    assert visibility.may_take_back(own, tightened, at(10_000))


def test_after_they_have_opened_hiding_one_closes_the_page_for_both() -> None:
    hidden, other = sent(Level.BOTH, 0, Change(Level.COUNSELLOR, at(60))), sent(Level.BOTH, 0)
    assert visibility.opening(hidden, other, at(59), closes_at=None, frozen=False) is Opening.OPENED
    for one, two in ((hidden, other), (other, hidden)):
        assert visibility.opening(one, two, at(60), closes_at=None, frozen=False) is Opening.CLOSED
    assert not visibility.partner_reads(hidden, other, at(60))
    assert visibility.is_frozen_text(hidden, other, at(60))


def test_what_was_shared_and_then_put_to_both_at_once_has_been_read_and_stays() -> None:
    once_shared = sent(Level.SHARED, 0, Change(Level.BOTH, at(60)))
    assert visibility.is_frozen_text(once_shared, None, at(61))
    assert not visibility.may_take_back(once_shared, None, at(61))


@pytest.mark.parametrize("level", [Level.PRIVATE, Level.COUNSELLOR, Level.SHARED])
def test_sending_can_be_undone_until_the_hold_ends(level: Level) -> None:
    assert visibility.may_take_back(sent(level), None, at(9.99))
    assert not visibility.may_take_back(sent(level), None, at(10))
    assert not visibility.may_take_back(DRAFT, None, at(10))
    # Taken back, it is a draft again, whatever hour it still carries.
    assert not visibility.may_take_back(Sharing(level, None, at(10)), None, at(5))


# --- While sharing stands still.


def test_undo_says_nothing_about_the_other_while_sharing_stands_still() -> None:
    """They would have opened at minute 110, but sharing stopped before. Undo must not tell that they would have."""
    own, other = sent(Level.BOTH, 0), sent(Level.BOTH, 100)
    for unanswered in (None, DRAFT, other):
        assert visibility.may_take_back(own, unanswered, at(500), frozen_since=at(50))
        assert not visibility.is_frozen_text(own, unanswered, at(500), frozen_since=at(50))


def test_what_opened_before_sharing_stopped_stays_as_it_was() -> None:
    own, other = sent(Level.BOTH, 0), sent(Level.BOTH, 0)
    assert not visibility.may_take_back(own, other, at(500), frozen_since=at(50))


def test_a_shared_answer_does_not_show_by_its_undo_that_sharing_stands_still() -> None:
    own = sent(Level.SHARED, 100)
    for frozen_since in (None, at(50)):
        assert visibility.may_take_back(own, None, at(109), frozen_since=frozen_since)
        assert not visibility.may_take_back(own, None, at(110), frozen_since=frozen_since)


# --- What an author is offered.


@given(
    limit=st.sampled_from(Level),
    counsellor_only_allowed=st.booleans(),
    for_both=st.booleans(),
    reveal_together=st.booleans(),
)
def test_the_choices_never_pass_the_limit_and_only_me_is_always_one(
    limit: Level, counsellor_only_allowed: bool, for_both: bool, reveal_together: bool
) -> None:
    offered = visibility.levels_offered(
        limit,
        counsellor_only_allowed=counsellor_only_allowed,
        for_both=for_both,
        reveal_together=reveal_together,
    )
    assert Level.PRIVATE in offered
    assert list(offered) == sorted(set(offered), key=lambda level: level.looseness, reverse=True)
    assert not any(level.is_looser_than(limit) for level in offered)
    assert counsellor_only_allowed or Level.COUNSELLOR not in offered
    assert for_both or Level.BOTH not in offered
    assert not (reveal_together and for_both and Level.SHARED in offered)


def test_the_words_about_a_level_name_its_readers() -> None:
    names = {"partner": "Jo", "counsellor": "Priya"}
    assert visibility.readers(Level.SHARED, **names) == "Jo and Priya"
    assert "Jo" not in visibility.readers(Level.COUNSELLOR, **names)
    assert visibility.readers(Level.PRIVATE, **names) == "Only me"
    assert [visibility.readers_in_a_sentence(level, **names) for level in Level] == [
        "only me",
        "Priya only",
        "both at once",
        "Jo and Priya",
    ]
    for level in Level:
        line = visibility.outcome(level, **names, hold_minutes=1)
        assert all(len(sentence.split()) <= 15 for sentence in line.split(". ")), line
    assert "in 1 minute." in visibility.outcome(Level.SHARED, **names, hold_minutes=1)


# --- Every history.

Act = Literal["send", "change", "cancel", "take back"]


@dataclass
class Author:
    """One partner's side, changed by the same rules the actions follow."""

    chosen: Level | None = None
    sent_at: datetime | None = None
    changes: list[Change] = field(default_factory=list)

    @property
    def facts(self) -> Sharing:
        opens_at = self.sent_at + HOLD if self.sent_at else None
        return Sharing(self.chosen, self.sent_at, opens_at, tuple(self.changes))

    def do(self, act: Act, level: Level, other: Sharing, now: datetime) -> None:
        if act == "send" and self.sent_at is None:
            self.chosen, self.sent_at = level, now
        elif act == "change" and self.sent_at is not None:
            present = self.facts.level_at(now)
            if level is not present:
                self._cancel(now)
                self.changes.append(Change(level, visibility.takes_effect_at(present, level, now, DELAY)))
        elif act == "cancel":
            self._cancel(now)
        elif act == "take back" and visibility.may_take_back(self.facts, other, now):
            self.chosen, self.sent_at, self.changes = None, None, []

    def _cancel(self, now: datetime) -> None:
        self.changes = [
            Change(change.to, change.takes_effect_at, change.cancelled or change.takes_effect_at > now)
            for change in self.changes
        ]


def acts(levels: tuple[Level, ...] = tuple(Level)) -> st.SearchStrategy[Any]:
    """One act: which partner, what, to which level, and how many minutes after the one before."""
    return st.tuples(
        st.booleans(),
        st.sampled_from(["send", "send", "change", "change", "cancel", "take back"]),
        st.sampled_from(levels),
        st.sampled_from([0, 1, 5, 10, 11, 60, 1440, 1500]),
    )


Look = Callable[[Author, Author, datetime], None]


def play(history: list[Any], look: Look) -> None:
    """Do every act, and look after each, both at once and a while later."""
    one, two = Author(), Author()
    now = START
    for is_first, act, level, minutes in history:
        now += timedelta(minutes=minutes)
        actor, other = (one, two) if is_first else (two, one)
        actor.do(act, level, other.facts, now)
        look(one, two, now)
    for later in (10, 1440, 10_000):
        look(one, two, now + timedelta(minutes=later))


@given(st.lists(acts(), max_size=12))
def test_what_a_partner_may_have_read_is_never_changed_or_taken_back(history: list[Any]) -> None:
    read: set[tuple[str, datetime | None]] = set()

    def look(one: Author, two: Author, now: datetime) -> None:
        for name, own, other in (("one", one.facts, two.facts), ("two", two.facts, one.facts)):
            if visibility.partner_reads(own, other, now):
                read.add((name, own.sent_at))
            if (name, own.sent_at) in read:
                assert visibility.is_frozen_text(own, other, now)
                assert not visibility.may_take_back(own, other, now)
        # Somebody who has been read stays sent: taking back would have forgotten when.
        assert {sent_at for name, sent_at in read if name == "one"} <= {one.sent_at}
        assert {sent_at for name, sent_at in read if name == "two"} <= {two.sent_at}

    play(history, look)


@given(st.lists(acts(), max_size=12))
def test_nobody_reads_more_than_the_level_says(history: list[Any]) -> None:
    def look(one: Author, two: Author, now: datetime) -> None:
        for own, other in ((one.facts, two.facts), (two.facts, one.facts)):
            level = own.level_at(now)
            assert visibility.counsellor_reads(own, now) is (level is not Level.PRIVATE)
            if visibility.partner_reads(own, other, now):
                assert level in OPEN
                assert own.sent_at is not None
                assert now >= own.sent_at + HOLD
                if level is Level.BOTH:
                    assert other.sent_at is not None
                    assert now >= other.sent_at + HOLD

    play(history, look)


@given(st.lists(acts(), max_size=12))
def test_opening_is_one_moment_for_both_and_the_same_words_for_both(history: list[Any]) -> None:
    def look(one: Author, two: Author, now: datetime) -> None:
        first, second = one.facts, two.facts
        moment = visibility.revealed_at(first, second, now)
        assert moment == visibility.revealed_at(second, first, now)
        if moment is not None:
            assert visibility.partner_reads(first, second, moment)
            assert visibility.partner_reads(second, first, moment)
        for closes_at in (None, at(30)):
            for frozen in (False, True):
                words = [
                    visibility.opening(own, other, now, closes_at=closes_at, frozen=frozen)
                    for own, other in ((first, second), (second, first))
                ]
                assert words[0] is words[1]

    play(history, look)


@given(st.lists(acts(), max_size=8), st.lists(acts(KEPT_FROM_PARTNER), max_size=8), st.booleans())
def test_what_is_kept_from_the_partner_changes_nothing_the_partner_can_learn(
    own_history: list[Any], kept_history: list[Any], frozen: bool
) -> None:
    """Whatever the other drafts, keeps or tells the counsellor, it is as if they had not begun."""
    own, other = Author(), Author()
    now = START
    turns = [(own, act) for act in own_history] + [(other, act) for act in kept_history]
    for author, (_, act, level, minutes) in sorted(turns, key=lambda turn: str(turn[1])):
        now += timedelta(minutes=minutes)
        author.do(act, level, other.facts if author is own else own.facts, now)
        for moment in (now, now + HOLD, now + DELAY):
            learned = [
                (
                    visibility.partner_reads(own.facts, kept, moment, frozen=frozen),
                    visibility.is_frozen_text(own.facts, kept, moment),
                    visibility.may_take_back(own.facts, kept, moment),
                    visibility.opening(own.facts, kept, moment, closes_at=at(60), frozen=frozen),
                    kept is not None and visibility.partner_reads(kept, own.facts, moment, frozen=frozen),
                )
                for kept in (other.facts, None)
            ]
            assert learned[0] == learned[1]


@given(st.lists(acts(), max_size=12), st.integers(min_value=0, max_value=3000))
def test_while_sharing_stands_still_nothing_the_other_does_can_be_learned(
    history: list[Any], minute: int
) -> None:
    """From the moment sharing stops, the author's own pages do not move with what the other does."""
    stopped = at(minute)

    def look(one: Author, two: Author, now: datetime) -> None:
        if now < stopped or visibility.revealed_at(one.facts, two.facts, stopped) is not None:
            return
        for other in (two.facts, None):
            assert visibility.may_take_back(
                one.facts, other, now, frozen_since=stopped
            ) is visibility.may_take_back(one.facts, None, now)
            assert not visibility.partner_reads(one.facts, other, now, frozen=True)
            for closes_at in (None, at(60)):
                assert visibility.opening(
                    one.facts, other, now, closes_at=closes_at, frozen=True
                ) is visibility.opening(None, None, now, closes_at=closes_at, frozen=True)

    play(history, look)


@pytest.mark.parametrize(
    ("limit", "ended", "offered"),
    [
        (Level.SHARED, False, (Level.SHARED, Level.PRIVATE)),
        (Level.SHARED, True, (Level.PRIVATE,)),
        (Level.BOTH, False, (Level.PRIVATE,)),
        (Level.PRIVATE, False, (Level.PRIVATE,)),
    ],
)
def test_a_thank_you_is_shared_or_kept_and_never_looser_than_the_limit(
    limit: Level, ended: bool, offered: tuple[Level, ...]
) -> None:
    assert visibility.levels_offered_for_thanks(limit, ended=ended) == offered


def test_a_text_is_open_since_it_last_opened() -> None:
    day = timedelta(days=1)
    hidden_and_shown = (Change(Level.PRIVATE, START + day), Change(Level.SHARED, START + 3 * day))
    kept = Sharing(Level.SHARED, START, START + HOLD, hidden_and_shown)
    assert visibility.open_since(kept, None, START) is None
    assert visibility.open_since(kept, None, START + HOLD) == START + HOLD
    assert visibility.open_since(kept, None, START + 2 * day) is None
    assert visibility.open_since(kept, None, START + 9 * day) == START + 3 * day
    assert kept.heading_to(START + 2 * day) is Level.SHARED
    assert visibility.opens_next(kept, START) is None  # Hiding is on its way, so nothing is going to open.
    assert visibility.opens_next(kept, START + 2 * day) == START + 3 * day


def test_answers_that_open_together_are_open_since_the_later_of_them() -> None:
    one, two = (
        Sharing(Level.BOTH, START, START + HOLD),
        Sharing(Level.BOTH, START + DELAY, START + DELAY + HOLD),
    )
    for own, other in ((one, two), (two, one)):
        assert visibility.open_since(own, other, START + DELAY) is None
        assert visibility.open_since(own, other, START + 2 * DELAY) == START + DELAY + HOLD


@pytest.mark.parametrize(
    ("minutes", "words"), [(1440, "1 day"), (2880, "2 days"), (60, "1 hour"), (90, "90 minutes")]
)
def test_a_widening_says_how_long_it_waits(minutes: int, words: str) -> None:
    line = visibility.outcome_of_change(
        Level.PRIVATE, Level.SHARED, partner="Jo", counsellor="Priya", hold_minutes=10, delay_minutes=minutes
    )
    assert line == f"This opens in {words}. You can cancel until then."


@pytest.mark.parametrize("may_have_been_read", [True, False])
def test_hiding_says_that_it_may_have_been_read_only_where_it_may(may_have_been_read: bool) -> None:
    line = visibility.outcome_of_change(
        Level.SHARED,
        Level.PRIVATE,
        partner="Jo",
        counsellor="Priya",
        hold_minutes=10,
        delay_minutes=1440,
        may_have_been_read=may_have_been_read,
    )
    assert ("may have read it already" in line) is may_have_been_read


@pytest.mark.parametrize("hidden_first", [True, False])
def test_of_two_changes_of_one_moment_the_tighter_counts(hidden_first: bool) -> None:
    """Whichever way the database gives them back: it orders rows by a moment, and these have the same."""
    changes = [Change(Level.PRIVATE, at(30)), Change(Level.COUNSELLOR, at(30))]
    own = sent(Level.SHARED, 0, *(changes if hidden_first else reversed(changes)))
    assert own.level_at(at(30)) is own.level_then(at(30)) is Level.PRIVATE
