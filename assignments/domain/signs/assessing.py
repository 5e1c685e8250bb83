"""Put one couple's record beside every rule."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import TypeVar

from assignments.domain.checkins import composite
from assignments.domain.history import PARTNERS, CoupleHistory
from assignments.domain.signs.counted import (
    hope_low_or_split,
    outside_pressure,
    recurring_conflict,
    wants_help_no_way_in,
    withdrawal_persists,
)
from assignments.domain.signs.kinds import KINDS, NOTE
from assignments.domain.signs.moved import (
    diverging,
    tension_rising,
    withdrawal_intensifies,
    worse_or_slipped_back,
)
from assignments.domain.signs.rows import (
    Assessment,
    Beside,
    Case,
    Sign,
    State,
    Verdict,
)
from assignments.domain.signs.scores import instrument_drop, mood_or_anxiety_beneath, you_judge
from assignments.domain.signs.stalled import contradicting_answers, no_movement, no_movement_low_effort
from assignments.domain.signs.taking_part import disengaging, one_sided
from assignments.domain.stalls import (
    NO_NAMES,
    SHIPPED_LIMITS,
    DataCheck,
    Finding,
    Limits,
    Movement,
    Movements,
    Names,
    Sufficiency,
    check_data,
    movements_of,
)

# Whatever is judged in a week of its own.
Judged = TypeVar("Judged", Movement, Finding)

RULES: Mapping[str, Callable[[Case], Verdict]] = {
    "no_movement": no_movement,
    "no_movement_low_effort": no_movement_low_effort,
    "worse_or_slipped_back": worse_or_slipped_back,
    "tension_rising": tension_rising,
    "recurring_conflict": recurring_conflict,
    "withdrawal_persists": withdrawal_persists,
    "withdrawal_intensifies": withdrawal_intensifies,
    "wants_help_no_way_in": wants_help_no_way_in,
    "hope_low_or_split": hope_low_or_split,
    "diverging": diverging,
    "instrument_drop": instrument_drop,
    "disengaging": disengaging,
    "one_sided": one_sided,
    "outside_pressure": outside_pressure,
    "trauma_in_the_way": you_judge,
    "mood_or_anxiety_beneath": mood_or_anxiety_beneath,
    "sole_outlet": you_judge,
}


def assess(
    history: CoupleHistory,
    limits: Limits = SHIPPED_LIMITS,
    names: Names = NO_NAMES,
    movements: Movements | None = None,
) -> Assessment:
    """Work out all signs of one couple from its record; nothing is stored and nothing is decided.

    ``movements`` are the findings of the model about this record, where they are known already.
    """
    if movements is None:
        (movements,) = movements_of([history], limits, weeks_asked([history], limits))
    case = case_of(history, limits, names, movements)
    verdicts = {sign_id: rule(case) for sign_id, rule in RULES.items()}
    shipped = limits is SHIPPED_LIMITS or limits == SHIPPED_LIMITS
    beside = Beside(limits, shipped, cache(lambda: _common_readings(case, verdicts[NOTE])))
    return Assessment(
        couple=history.couple,
        week=history.week,
        sufficiency=case.sufficiency,
        why=case.why,
        signs=tuple([Sign(kind, verdicts[kind.id], beside) for kind in KINDS.values()]),
        reports={partner: len(history.checkins_of(partner)) for partner in PARTNERS},
        version=limits.version,
    )


def assess_many(
    histories: Sequence[CoupleHistory],
    limits: Limits = SHIPPED_LIMITS,
    names: Sequence[Names] | None = None,
) -> Iterator[Assessment]:
    """All signs of a caseload, couple by couple in the order given; the model works them out together.

    The results come one by one, so that ten thousand couples need not stand in memory with all their sentences.
    """
    for start in range(0, len(histories), AT_A_TIME):
        batch = histories[start : start + AT_A_TIME]
        called = names[start : start + AT_A_TIME] if names else [NO_NAMES] * len(batch)
        found = movements_of(batch, limits, weeks_asked(batch, limits))
        for history, who, movements in zip(batch, called, found, strict=True):
            yield assess(history, limits, who, movements)


AT_A_TIME = 256


def assess_weeks(
    history: CoupleHistory, weeks: Iterable[int], limits: Limits = SHIPPED_LIMITS
) -> Iterator[Assessment]:
    """All signs of one couple as they stood in some weeks, each by its own record; the model takes them in one call.

    It reads no more than a year back, so a record that ends later would begin later, and judge an old week otherwise.
    """
    return assess_many([history.up_to(week) for week in weeks], limits)


def weeks_asked(histories: Sequence[CoupleHistory], limits: Limits) -> int:
    """The evaluated weeks a rule looks back on, and one more where the last week may not be told yet."""
    return limits.weeks_in_a_row + any(one.week_is_open for one in histories)


def case_of(history: CoupleHistory, limits: Limits, names: Names, movements: Movements) -> Case:
    """What the rules are handed about one couple in its present week."""
    data = check_data(history, limits, names)

    def last(found: Sequence[Judged]) -> tuple[Judged, ...]:
        """Those of the last weeks; a movement of long ago is no longer evidence of where the couple is."""
        known = [one for one in found if one.week <= history.week and history.is_told(one.week)]
        too_old = history.week - limits.fresh_weeks
        return tuple([one for one in known[-limits.weeks_in_a_row :] if one.week > too_old])

    of_couple = last(movements.couple)
    return Case(
        history=history,
        limits=limits,
        names=names,
        sufficiency=data.sufficiency,
        why=data.why,
        movements=of_couple,
        stall_movements=tuple(one for one in of_couple if _may_be_judged(history, one.week, data, limits)),
        tension_rises=last(movements.tension_rise),
        pulled_back_rises={partner: last(movements.pulled_back_rise[partner]) for partner in PARTNERS},
    )


def _may_be_judged(history: CoupleHistory, week: int, data: DataCheck, limits: Limits) -> bool:
    """Whether there was enough, in that week, to judge a lack of movement."""
    if week < limits.stall_from_week:
        return False
    then = data if week == history.week else check_data(history, limits, week=week)
    return then.sufficiency is Sufficiency.ENOUGH


def _common_readings(case: Case, pressure: Verdict) -> tuple[str, ...]:
    readings = []
    if pressure.state is State.MET:
        readings.append(f"{pressure.words().sentence} Hold before referring.")
    readings.extend(contradicting_answers(case))
    readings.extend(_alike(case))
    readings.append(
        "A holiday, an illness, a new baby or a bad spell can look the same. So can using the scale differently over time."
    )
    return tuple(readings)


def _alike(case: Case) -> tuple[str, ...]:
    """Two people who always answer alike may be one person answering for both."""
    first, second = ({one.week: one.answers for one in case.history.checkins_of(side)} for side in PARTNERS)
    both = [week for week in first if week in second and composite(first[week]) is not None]
    if len(both) >= case.limits.checkins_each and all(first[week] == second[week] for week in both):
        return (
            f"Both gave the same answers in all {len(both)} shared weeks. One may have answered for both.",
        )
    return ()
