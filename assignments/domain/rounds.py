"""When a questionnaire is asked: in rounds, counted from the day the counsellor switched it on.

The days are the same for both partners and depend on nothing that either of them does, so that neither can read
from their own page whether the other has answered.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from assignments.domain.instruments import Instrument

# A round stays open this long. What is not answered by then is left alone until the next one.
OPEN_FOR = timedelta(days=14)


@dataclass(frozen=True)
class Round:
    """One time of asking: its number from 0, the day it opened, and the last day it can be answered."""

    number: int
    opened_on: date
    last_day: date


def round_on(instrument: Instrument, began_on: date, today: date) -> Round | None:
    """The round that is open on a day, or None between two rounds."""
    if today < began_on:
        return None
    every = timedelta(weeks=instrument.every_weeks)
    number = (today - began_on) // every
    opened_on = began_on + number * every
    last_day = opened_on + OPEN_FOR - timedelta(days=1)
    return Round(number, opened_on, last_day) if today <= last_day else None


def next_round_on(instrument: Instrument, began_on: date, today: date) -> date:
    """The first day of the next round after today."""
    if today < began_on:
        return began_on
    every = timedelta(weeks=instrument.every_weeks)
    return began_on + ((today - began_on) // every + 1) * every
