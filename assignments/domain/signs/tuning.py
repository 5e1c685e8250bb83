"""Trying another threshold on what has already happened, before anybody changes a rule.

A replay works every week of the past out again with other limits and says what would have shown. It says nothing of
whether that would have been right: the published figures hold for the shipped rules alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice

from assignments.domain.history import CoupleHistory
from assignments.domain.signs.assessing import assess_many
from assignments.domain.signs.rows import Assessment, State
from assignments.domain.stalls import SHIPPED_LIMITS, Limits

WEEKS_BACK = 12


@dataclass(frozen=True)
class Rule:
    """One number a practice may set, with the range it may take."""

    key: str
    title: str
    least: int
    most: int
    unit: str

    @property
    def shipped(self) -> int:
        """The number that ships."""
        return int(getattr(SHIPPED_LIMITS, self.key))


RULES: Mapping[str, Rule] = {
    rule.key: rule
    for rule in (
        Rule("stall_from_week", "No movement is judged from this week on", 4, 16, "week"),
        Rule("weeks_in_a_row", "A movement has to hold this many weeks in a row", 1, 4, "weeks"),
        Rule("checkins_each", "Check-ins needed from each partner", 2, 8, "check-ins"),
        Rule("tension_high", "Tension counts as high from", 5, 10, "of 10"),
        Rule("tension_high_times", "High tension shows after", 1, 3, "of 3 reports"),
        Rule("conflict_times", "The same disagreement shows after", 2, 5, "of 5 reports"),
        Rule("withdrawal_high", "Pulling back counts from", 4, 10, "of 10"),
        Rule("withdrawal_times", "Pulling back shows after", 2, 5, "of 5 reports"),
        Rule("hope_low", "Hope counts as low up to", 1, 5, "of 10"),
        Rule("hope_gap", "Hope counts as far apart from a gap of", 2, 8, "points"),
        Rule("disengaged_weeks", "Silence shows after", 2, 8, "weeks"),
        Rule("pressure_high", "Outside pressure counts as high from", 5, 10, "of 10"),
    )
}


class RuleError(ValueError):
    """A rule that does not exist, or a number it cannot take; the message is a sentence."""


def checked(key: str, value: int) -> Rule:
    """The rule, when it may take this number."""
    rule = RULES.get(key)
    if rule is None:
        raise RuleError("Choose a rule from the list.")
    if not rule.least <= value <= rule.most:
        raise RuleError(f"Choose a number from {rule.least} to {rule.most}.")
    return rule


def value_of(limits: Limits, key: str) -> int:
    """What a rule stands at."""
    return int(getattr(limits, key))


def with_changes(changes: Mapping[str, int], since: date | None) -> Limits:
    """The shipped rules with a practice's numbers in them; what differs is told by the version."""
    # A rule that was dropped since, or a number it no longer takes, falls back to what ships.
    known = {
        key: value
        for key, value in changes.items()
        if key in RULES and RULES[key].least <= value <= RULES[key].most and value != RULES[key].shipped
    }
    if not known or since is None:
        return SHIPPED_LIMITS
    told = f"{SHIPPED_LIMITS.version}, with {len(known)} changed by your practice, the last from {since.isoformat()}"
    return _replaced(SHIPPED_LIMITS, known, told)


def tried(limits: Limits, key: str, value: int) -> Limits:
    """The same rules with one number changed, to see what it would do."""
    return _replaced(limits, {key: value}, limits.version)


def _replaced(limits: Limits, values: Mapping[str, int], version: str) -> Limits:
    given: dict[str, object] = {key: type(getattr(limits, key))(value) for key, value in values.items()}
    return replace(limits, version=version, **given)  # type: ignore[arg-type]  # the keys are those of RULES


@dataclass(frozen=True)
class Alert:
    """A sign that asks for a decision became met in a week."""

    sign: str
    week: int


def alerts(
    histories: Sequence[CoupleHistory], limits: Limits, weeks: int = WEEKS_BACK
) -> list[tuple[Alert, ...]]:
    """For each couple, each time in the last so many weeks that a sign which asks for a decision became met.

    Each week is judged by its own record, so by what was known then and as its page judged it, however long the record
    has grown since. The model takes all the weeks of all the couples in one call.
    """
    past = [
        [history.up_to(week) for week in range(max(0, history.week - weeks), history.week + 1)]
        for history in histories
    ]
    assessed = assess_many([record for records in past for record in records], limits)
    return [
        _alerts_of(islice(assessed, len(records)), history.week - weeks)
        for history, records in zip(histories, past, strict=True)
    ]


def _alerts_of(weeks: Iterable[Assessment], before: int) -> tuple[Alert, ...]:
    """What became met in each week; what was met in the week before them all is no news."""
    found = []
    known = frozenset[str]()
    for assessment in weeks:
        now = frozenset(
            sign.id for sign in assessment.rows if sign.state is State.MET and sign.asks_for_decision
        )
        if assessment.week > before:
            found += [Alert(sign, assessment.week) for sign in sorted(now - known)]
        known = now
    return tuple(found)


def shown_otherwise(now: Iterable[Alert], then: Iterable[Alert]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The signs that would have shown and did not, and those that did and would not have."""
    has, would = {one.sign for one in now}, {one.sign for one in then}
    return tuple(sorted(would - has)), tuple(sorted(has - would))
