"""Referring on: what a letter may hold, and the steps until somebody has been seen.

A letter is the counsellor's own words and the facts she ticks. No fact here is drawn from an answer, a check-in, a
questionnaire or a sign: what was written in private, or for the counsellor alone, can't reach a letter by a tick.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from clinic.language import day_of_year

WORDS_CHARACTERS = 2000
KINDS: Mapping[str, str] = {
    "individual": "Individual counselling or therapy",
    "couples": "Couples work elsewhere",
    "medical": "Doctor or mental-health team",
    "abuse": "Domestic-abuse service",
    "substances": "Drink, drugs or gambling service",
    "sexual_health": "Sexual health or sex therapy",
    "practical": "Money, housing or legal advice",
    "other": "Other",
}


class Whom(StrEnum):
    """Who is referred. A letter about one of them does not name the other."""

    BOTH = "both"
    A = "A"
    B = "B"


class Fact(StrEnum):
    """What may be ticked to stand in a letter."""

    SINCE = "since"
    APPOINTMENTS = "appointments"
    PRACTICE = "practice"
    DECIDED = "decided"


FACT_LABELS: Mapping[Fact, str] = {
    Fact.SINCE: "Since when we have worked together",
    Fact.APPOINTMENTS: "How many appointments there were",
    Fact.PRACTICE: "The names of what was practised between appointments",
    Fact.DECIDED: "What I decided, and when",
}


class Step(StrEnum):
    """What has become of a referral. Each is a dated entry, and none is ever changed."""

    SENT = "sent"
    ACCEPTED = "accepted"
    SEEN = "seen"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


STEP_LABELS: Mapping[Step, str] = {
    Step.SENT: "Sent",
    Step.ACCEPTED: "Accepted",
    Step.SEEN: "Seen for the first time",
    Step.DECLINED: "Could not be taken",
    Step.WITHDRAWN: "Withdrawn",
}
CLOSING = frozenset({Step.SEEN, Step.DECLINED, Step.WITHDRAWN})


@dataclass(frozen=True)
class ContactWords:
    """What the directory says of a service."""

    name: str
    kind: str
    phone: str
    address: str
    note: str


@dataclass(frozen=True)
class Known:
    """The facts that could be ticked, before anything is."""

    names: Sequence[str]
    since: date
    appointments: int
    practised: Sequence[str]
    decided: str
    decided_on: date


def lines(known: Known, ticked: Sequence[Fact]) -> list[str]:
    """The ticked facts as sentences, in a fixed order; what has nothing to say is left out."""
    said = {
        Fact.SINCE: f"I have worked with {' and '.join(known.names)} since {day_of_year(known.since)}.",
        Fact.APPOINTMENTS: f"There {'was' if known.appointments == 1 else 'were'} {known.appointments}"
        f" appointment{'' if known.appointments == 1 else 's'} so far.",
        Fact.PRACTICE: f"Between appointments there was practice: {', '.join(known.practised)}.",
        Fact.DECIDED: f"On {day_of_year(known.decided_on)} I decided to {known.decided.lower()}.",
    }
    empty = {Fact.PRACTICE} if not known.practised else set()
    return [said[fact] for fact in Fact if fact in ticked and fact not in empty]


def needs_consent(whom: Whom) -> tuple[str, ...]:
    """The slots of those whose consent has to be on record before a letter names them."""
    return ("A", "B") if whom is Whom.BOTH else (whom.value,)


def allowed_next(taken: Sequence[Step]) -> tuple[Step, ...]:
    """The steps that can follow, in order; none once it has been closed."""
    if CLOSING.intersection(taken):
        return ()
    if Step.ACCEPTED in taken:
        return (Step.SEEN, Step.DECLINED, Step.WITHDRAWN)
    if Step.SENT in taken:
        return (Step.ACCEPTED, Step.SEEN, Step.DECLINED, Step.WITHDRAWN)
    return (Step.SENT, Step.WITHDRAWN)
