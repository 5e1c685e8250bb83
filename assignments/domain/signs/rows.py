"""What a referral sign is, and what a rule is handed and gives back.

A sign is evidence beside a rule. It is counsellor-only, it decides nothing, and signs are never added up.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from itertools import takewhile
from typing import NamedTuple

from assignments.domain.checkins import CheckinAnswers
from assignments.domain.history import COMPOSITE, PARTNERS, CoupleHistory, Partner
from assignments.domain.signs.kinds import (
    BARRIERS_CARD,
    CHANGED,
    MEASURED,
    NOTE,
    PAGE_ROWS,
    READ_BESIDE_PRESSURE,
    TRIED,
    UNVALIDATED,
    Kind,
)
from assignments.domain.stalls import Finding, Limits, Movement, Names, Sufficiency


class State(StrEnum):
    """The five states of a row; the last two are ordinary, not failures."""

    MET = "met"
    WATCH = "watch"
    NOT_MET = "not_met"
    NOT_ENOUGH = "not_enough"
    YOU_JUDGE = "you_judge"


STATE_LABELS: Mapping[State, str] = {
    State.MET: "Met",
    State.WATCH: "Watch",
    State.NOT_MET: "Not met",
    State.NOT_ENOUGH: "Not enough yet",
    State.YOU_JUDGE: "You judge",
}


class Words(NamedTuple):
    """What a rule says of a couple; ``evidence`` holds the very records it counted, ready for JSON."""

    sentence: str
    rule: str
    evidence: Mapping[str, object] = {}
    clears: str = ""
    readings: tuple[str, ...] = ()


class Verdict(NamedTuple):
    """What one rule found. Most rows of a caseload are never read, so the words are found when somebody reads them."""

    state: State
    words: Callable[[], Words]
    probability: float | None = None


@dataclass(frozen=True)
class Beside:
    """What all the signs of one couple share: the limits, and the other readings of what shows.

    ``shipped`` says that the limits are those that were measured; any other number makes another rule of it.
    """

    limits: Limits
    shipped: bool
    readings: Callable[[], tuple[str, ...]] = field(repr=False, compare=False)

    def validated(self, kind: Kind) -> bool:
        """Whether the figures that were published hold for the rule as it is here."""
        return self.shipped and kind.id in MEASURED

    def standing(self, kind: Kind) -> str:
        """What a rule was tried on, in words."""
        if self.validated(kind):
            return TRIED
        return CHANGED if kind.id in MEASURED else UNVALIDATED


@dataclass(frozen=True)
class Sign:
    """One sign as the page, the brief, a kept decision and the command need it.

    A caseload has a hundred thousand of them and hardly any is read, so all but the state is found when it is asked for.
    """

    kind: Kind
    verdict: Verdict
    beside: Beside

    @property
    def state(self) -> State:
        """Where it stands."""
        return self.verdict.state

    @property
    def probability(self) -> float | None:
        """The chance it rests on, where there is one."""
        return self.verdict.probability

    @property
    def asks_for_decision(self) -> bool:
        """Whether, met, it asks the counsellor for a decision."""
        return self.id != BARRIERS_CARD and not self.beside.limits.decision_sources.isdisjoint(self.sources)

    @property
    def validated(self) -> bool:
        """Whether its rule, as it is here, was tried on simulated couples."""
        return self.beside.validated(self.kind)

    @property
    def id(self) -> str:
        """The name of the sign in the contract."""
        return self.kind.id

    @property
    def title(self) -> str:
        """The name of the sign on pages."""
        return self.kind.title

    @property
    def sources(self) -> tuple[str, ...]:
        """The thresholds of the material it comes from."""
        return self.kind.sources

    @property
    def next_step(self) -> str:
        """What to consider next."""
        return self.kind.next_step

    @property
    def sentence(self) -> str:
        """What was found, in words."""
        return self._words.sentence

    @property
    def rule(self) -> str:
        """The rule in words, and whether it was tried."""
        return self._words.rule

    @property
    def evidence(self) -> Mapping[str, object]:
        """The very records that were counted."""
        return self._words.evidence

    @property
    def clears(self) -> str:
        """What would clear it, where it shows."""
        return self._words.clears

    @property
    def other_readings(self) -> tuple[str, ...]:
        """Other ways to read it, where it shows."""
        return self._words.readings

    @property
    def state_label(self) -> str:
        """The state in words, as the flag shows it."""
        return STATE_LABELS[self.state]

    @property
    def rule_label(self) -> str:
        """Says of every rule that has not been tried against simulated couples that it has not."""
        return "" if self.validated or self.state is State.YOU_JUDGE else "Unvalidated rule"

    @cached_property
    def _words(self) -> Words:
        words = self.verdict.words()
        shows = self.state in (State.MET, State.WATCH)
        standing = "" if self.state is State.YOU_JUDGE else f" {self.beside.standing(self.kind)}"
        read_beside = not READ_BESIDE_PRESSURE.isdisjoint(self.sources)
        return words._replace(
            rule=words.rule + standing,
            clears=words.clears if shows else "",
            readings=(*words.readings, *self.beside.readings()) if shows and read_beside else (),
        )


@dataclass(frozen=True)
class Assessment:
    """Everything the rules say about one couple in one week; there is no total, on purpose."""

    couple: str
    week: int
    sufficiency: Sufficiency
    why: str
    signs: tuple[Sign, ...]
    reports: Mapping[str, int]
    version: str

    def sign(self, sign_id: str) -> Sign:
        """One sign by its id."""
        return self._by_id[sign_id]

    @property
    def rows(self) -> tuple[Sign, ...]:
        """The rows of the signs page, in its order."""
        return tuple(self.sign(sign_id) for sign_id in PAGE_ROWS)

    @property
    def barriers_card(self) -> Sign | None:
        """The card about what got in the way, shown instead of a row when little was tried."""
        card = self.sign(BARRIERS_CARD)
        return card if card.state is State.MET else None

    @property
    def note(self) -> Sign | None:
        """The outside-pressure note, read beside T1–T5; it changes no state."""
        note = self.sign(NOTE)
        return note if note.state is State.MET else None

    @cached_property
    def _by_id(self) -> Mapping[str, Sign]:
        return {sign.kind.id: sign for sign in self.signs}


@dataclass(frozen=True, eq=False)
class Case:
    """What every rule is handed: the record, the limits, the names, and the movement already estimated.

    ``movements``, ``tension_rises`` and ``pulled_back_rises`` are those of the last evaluated weeks, oldest first;
    ``stall_movements`` only of weeks in which a lack of movement may be judged at all.
    """

    history: CoupleHistory
    limits: Limits
    names: Names
    sufficiency: Sufficiency
    why: str
    movements: tuple[Movement, ...]
    stall_movements: tuple[Movement, ...]
    tension_rises: tuple[Finding, ...]
    pulled_back_rises: Mapping[Partner, tuple[Finding, ...]]

    @cached_property
    def recent(self) -> Mapping[Partner, list[tuple[int, CheckinAnswers]]]:
        """Each partner's check-ins that are not too old to be counted, newest first: (week, answers)."""
        too_old = self.history.week - self.limits.recent_weeks
        return {
            partner: [
                (one.week, one.answers)
                for one in takewhile(
                    lambda one: one.week > too_old, reversed(self.history.checkins_of(partner))
                )
            ]
            for partner in PARTNERS
        }

    @cached_property
    def line_records(self) -> Mapping[str, list[dict[str, object]]]:
        """Every answer of the lines that the model reads, by item: evidence that several rules share."""
        return {
            item: [
                {"partner": partner, "week": week, "item": item, "value": round(value, 2)}
                for partner in PARTNERS
                for week, value in (
                    self.history.composites(partner)
                    if item == COMPOSITE
                    else self.history.numbers(partner, item)
                )
            ]
            for item in (COMPOSITE, "tension", "pulled_back")
        }
