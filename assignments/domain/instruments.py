"""Questionnaires: scoring keys, ranges, cut-offs and reliable change; the wording is never ours to ship.

Sources and standing of the figures (the clinical method page gives the reasoning):

- CSI-4: four items, 0–6 and three times 0–5, total 0–21, higher is better; distressed below 13.5. CSI-16:
  0–81, distressed below 51.5. Both from Funk and Rogge 2007. The cut-offs are screening values from a
  largely dating on-line sample: a reference line for the counsellor, never a verdict and never shown to a
  couple.
- Reliable change follows Jacobson and Truax, 1.96 · √2 · SD · √(1 − r). For CSI-4 with SD 4–4.5 it is
  2.7–3.1 by internal consistency (.94) and 4.8 by a cautious retest reliability of .85: a drop of 3 is
  "possible" and a drop of 5 "reliable". CSI-16 by the same two routes with SD 17 (.98 and .85) gives 6.7
  and 18.3, so 7 and 19. SD and reliabilities are general figures still to be taken from the papers.
- PHQ-2 and GAD-2: two items of 0–3, total 0–6, higher is worse, 3 and above asks for a proper assessment
  (Kroenke and colleagues 2003, 2007). A screen is not an assessment; no reliable-change figure is claimed.

All items are needed for a score: nothing is prorated, least of all near a cut-off.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum


class Direction(StrEnum):
    """Which end of an instrument's range is the good one."""

    HIGHER_IS_BETTER = "higher_is_better"
    HIGHER_IS_WORSE = "higher_is_worse"


@dataclass(frozen=True)
class Instrument:
    """One scored questionnaire: everything about it except the words of its items."""

    key: str
    title: str
    item_ranges: tuple[tuple[int, int], ...]
    direction: Direction
    cut_off: float
    possible_change: int | None
    reliable_change: int | None
    every_weeks: int
    source: str

    @property
    def lowest(self) -> int:
        """The lowest total."""
        return sum(low for low, _ in self.item_ranges)

    @property
    def highest(self) -> int:
        """The highest total."""
        return sum(high for _, high in self.item_ranges)


INSTRUMENTS: Mapping[str, Instrument] = {
    instrument.key: instrument
    for instrument in (
        Instrument(
            key="csi-4",
            title="CSI-4",
            item_ranges=((0, 6), (0, 5), (0, 5), (0, 5)),
            direction=Direction.HIGHER_IS_BETTER,
            cut_off=13.5,
            possible_change=3,
            reliable_change=5,
            every_weeks=4,
            source="Funk and Rogge 2007",
        ),
        Instrument(
            key="csi-16",
            title="CSI-16",
            item_ranges=((0, 6),) + ((0, 5),) * 15,
            direction=Direction.HIGHER_IS_BETTER,
            cut_off=51.5,
            possible_change=7,
            reliable_change=19,
            every_weeks=4,
            source="Funk and Rogge 2007",
        ),
        Instrument(
            key="phq-2",
            title="PHQ-2",
            item_ranges=((0, 3), (0, 3)),
            direction=Direction.HIGHER_IS_WORSE,
            cut_off=3,
            possible_change=None,
            reliable_change=None,
            every_weeks=4,
            source="Kroenke, Spitzer and Williams 2003",
        ),
        Instrument(
            key="gad-2",
            title="GAD-2",
            item_ranges=((0, 3), (0, 3)),
            direction=Direction.HIGHER_IS_WORSE,
            cut_off=3,
            possible_change=None,
            reliable_change=None,
            every_weeks=4,
            source="Kroenke and colleagues 2007",
        ),
    )
}


class Change(StrEnum):
    """How far a score got worse, in the terms of the sign ``instrument_drop``."""

    NONE = "none"
    POSSIBLE = "possible"
    RELIABLE = "reliable"


class InstrumentError(ValueError):
    """The answers or the score do not fit the instrument; the message is a sentence."""


def instrument(key: str) -> Instrument:
    """The instrument of that key."""
    try:
        return INSTRUMENTS[key]
    except KeyError:
        known = ", ".join(INSTRUMENTS)
        raise InstrumentError(f"There is no questionnaire “{key}”. Known are {known}.") from None


def total(key: str, answers: Sequence[int | None]) -> int:
    """Score a filled-in questionnaire; all its items must be answered and in range."""
    one = instrument(key)
    if len(answers) != len(one.item_ranges):
        raise InstrumentError(f"{one.title} has {len(one.item_ranges)} items, not {len(answers)}.")
    summed = 0
    for number, (answer, (low, high)) in enumerate(zip(answers, one.item_ranges, strict=True), start=1):
        if answer is None:
            raise InstrumentError(
                f"{one.title} is scored only when all items are answered: {number} is open."
            )
        if isinstance(answer, bool) or not low <= answer <= high:
            raise InstrumentError(f"{one.title}, item {number}: answers run from {low} to {high}.")
        summed += answer
    return summed


def check_total(key: str, score: int) -> int:
    """Return the score when the instrument can give it, else raise a sentence."""
    one = instrument(key)
    if not one.lowest <= score <= one.highest:
        raise InstrumentError(f"{one.title} runs from {one.lowest} to {one.highest}, not {score}.")
    return score


def beyond_cut_off(key: str, score: int) -> bool:
    """Whether a score is on the distressed side of the cut-off, whichever side that is."""
    one = instrument(key)
    if one.direction is Direction.HIGHER_IS_BETTER:
        return score < one.cut_off
    return score >= one.cut_off


def worsening(key: str, earlier: int, later: int) -> int:
    """How many points worse the later score is; negative when it is better."""
    one = instrument(key)
    return earlier - later if one.direction is Direction.HIGHER_IS_BETTER else later - earlier


def classify_worsening(key: str, earlier: int, later: int) -> Change:
    """Name a worsening by the instrument's reliable-change figures."""
    one = instrument(key)
    points = worsening(key, earlier, later)
    if one.reliable_change is not None and points >= one.reliable_change:
        return Change.RELIABLE
    if one.possible_change is not None and points >= one.possible_change:
        return Change.POSSIBLE
    return Change.NONE


def reliably_worse_from(key: str, earlier: Sequence[int]) -> int | None:
    """The score from which on a later one would be reliably worse than the best of these; None where none is.

    For what is better when higher, a later score at this figure or below it; for the others, at it or above.
    """
    one = instrument(key)
    if one.reliable_change is None or not earlier:
        return None
    if one.direction is Direction.HIGHER_IS_BETTER:
        score = max(earlier) - one.reliable_change
    else:
        score = min(earlier) + one.reliable_change
    return score if one.lowest <= score <= one.highest else None
