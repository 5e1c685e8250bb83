"""What a referral sign is, which there are, and the order they stand in.

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


@dataclass(frozen=True)
class Kind:
    """What is fixed about one sign: its title, its source in the material, and what to consider next."""

    id: str
    title: str
    sources: tuple[str, ...]
    next_step: str


TALK_ALONE = "Talk to each partner alone first."

# In the order of the `signs assess` contract.
KINDS: Mapping[str, Kind] = {
    kind.id: kind
    for kind in (
        Kind(
            "no_movement",
            "No movement, with steady work",
            ("T1",),
            "Adapt the plan, consult a supervisor, or consider stepping up.",
        ),
        Kind(
            "no_movement_low_effort",
            "No movement, and little was tried",
            ("T1",),
            "Ask what got in the way. Offer smaller or other practice.",
        ),
        Kind(
            "worse_or_slipped_back",
            "Getting worse, or slipped back after gains",
            ("T4",),
            "Ask each partner what changed. Adapt the plan or consult a supervisor.",
        ),
        Kind("tension_rising", "Tension is rising", ("T2",), TALK_ALONE),
        Kind(
            "recurring_conflict",
            "The same disagreement stays stuck",
            ("T5",),
            "Ask what each protects in it. Consider working on it in an appointment only.",
        ),
        Kind(
            "withdrawal_persists",
            "Pulling back persists",
            ("T3",),
            "Ask what pulling back is for. It can be a sensible answer to strain.",
        ),
        Kind("withdrawal_intensifies", "Pulling back is growing", ("T4",), TALK_ALONE),
        Kind(
            "wants_help_no_way_in",
            "Wants to help, and has no way in",
            ("T7",),
            "Offer one first step, small enough to do today, or try it in the appointment.",
        ),
        Kind(
            "hope_low_or_split",
            "Hope is low or far apart",
            ("T8",),
            "Ask each partner alone what they hope for from this work.",
        ),
        Kind(
            "diverging",
            "The two are drifting apart",
            ("T8",),
            "Ask how each finds the work and how each finds working with you.",
        ),
        Kind(
            "instrument_drop",
            "A questionnaire has dropped",
            ("T4",),
            "Go through the answers with the person. Ask what changed.",
        ),
        Kind(
            "disengaging",
            "Check-ins are falling silent",
            ("T8",),
            "Ask about time, fit and attendance. Silence is not failure.",
        ),
        Kind(
            "one_sided",
            "One partner is doing the work",
            ("T8",),
            "Start with what gets in the way. This alone is never a reason to refer.",
        ),
        Kind(
            "outside_pressure",
            "Outside pressure is high",
            ("T11",),
            "Read T1 to T5 beside it. Hold before referring.",
        ),
        Kind(
            "trauma_in_the_way",
            "Past trauma is in the way",
            ("T6",),
            "You judge. Past trauma alone is not a reason to refer.",
        ),
        Kind(
            "mood_or_anxiety_beneath",
            "Low mood, anxiety or trauma beneath",
            ("T9",),
            "You judge. A screening figure is not an assessment.",
        ),
        Kind(
            "sole_outlet",
            "One partner is the other's only outlet",
            ("T10",),
            "You judge. Ask who else each can turn to.",
        ),
    )
}

SIGN_IDS: tuple[str, ...] = tuple(KINDS)

# In the order of the signs page. The barriers card and the outside-pressure note are not rows.
PAGE_ROWS: tuple[str, ...] = (
    "no_movement",
    "worse_or_slipped_back",
    "tension_rising",
    "recurring_conflict",
    "withdrawal_persists",
    "withdrawal_intensifies",
    "instrument_drop",
    "wants_help_no_way_in",
    "one_sided",
    "disengaging",
    "hope_low_or_split",
    "diverging",
    "trauma_in_the_way",
    "mood_or_anxiety_beneath",
    "sole_outlet",
)
BARRIERS_CARD = "no_movement_low_effort"
NOTE = "outside_pressure"
READ_BESIDE_PRESSURE = frozenset({"T1", "T2", "T3", "T4", "T5"})

UNVALIDATED = "Unvalidated rule: not yet tried on simulated couples."
TRIED = "Tried on simulated couples only, which is not clinical accuracy."
CHANGED = "Numbers of these rules were changed here, so the figures published for them do not hold."
# The rules whose operating characteristics on simulated couples stand in docs/stall-method.md; a new rule waits
# outside until its own do.
MEASURED = frozenset(
    {
        "no_movement",
        "no_movement_low_effort",
        "worse_or_slipped_back",
        "tension_rising",
        "recurring_conflict",
        "withdrawal_persists",
        "withdrawal_intensifies",
        "wants_help_no_way_in",
        "hope_low_or_split",
        "diverging",
        "instrument_drop",
        "disengaging",
        "one_sided",
        "outside_pressure",
    }
)


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
