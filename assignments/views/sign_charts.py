"""The small charts beside the signs: what each rule reads, the line it counts from, and what the model makes of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cached_property

from assignments.domain.charts import HIGHEST, Frame, draw
from assignments.domain.history import PARTNERS, CoupleHistory, Partner
from assignments.domain.stalls import SHIPPED_LIMITS, Limits, Names, course_of
from assignments.views.figures import CHART, Figure, figure

BESIDE_A_SIGN = Frame(width=132, height=44, left=0, right=0, top=0, bottom=0)


@dataclass(frozen=True)
class RuledFigure(Figure):
    """A chart with the height at which the rule draws its line, and the model's band over where the couple began."""

    rule: float | None = None
    area: str = ""
    """The band as points of a polygon: four times in five the couple's level lies within it."""

    baseline: float | None = None
    """The height of where the couple began, as the model has it."""

    counts_from: int | None = None
    """The number the rule draws its line at."""


@dataclass(frozen=True)
class Measure:
    """What is drawn beside a sign: the item, its name, and the limit its rule counts from, if it counts from one."""

    item: str
    title: str
    limit: str = ""
    every: int = 1
    """How many weeks lie between two times it is asked."""


COMPOSITE = Measure("composite", "Check-in composite")
MEASURES: Mapping[str, Measure] = {
    "no_movement": COMPOSITE,
    "worse_or_slipped_back": COMPOSITE,
    "tension_rising": Measure("tension", "Tension", "tension_high"),
    "withdrawal_persists": Measure("pulled_back", "Pulled back", "withdrawal_high"),
    "withdrawal_intensifies": Measure("pulled_back", "Pulled back"),
    "hope_low_or_split": Measure("hope", "Hope", "hope_low", every=2),
    "diverging": COMPOSITE,
    "outside_pressure": Measure("outside_pressure", "Outside pressures", "pressure_high"),
}


class SignCharts:
    """The charts of one couple's signs: small ones beside the rows, large ones with their scale for whoever asks why."""

    def __init__(self, history: CoupleHistory, names: Names, limits: Limits = SHIPPED_LIMITS) -> None:
        self._history, self._names, self._limits = history, names, limits

    def beside(self, sign_id: str) -> RuledFigure | None:
        """Both partners over all weeks on what a sign's rule reads; None where there is nothing to draw."""
        return self._drawn(sign_id, BESIDE_A_SIGN, week_step=0)

    def within(self, sign_id: str) -> RuledFigure | None:
        """The same chart large, with its scale."""
        return self._drawn(sign_id, CHART, week_step=max(1, self._history.week // 8 + 1))

    @cached_property
    def _course(self) -> Sequence[tuple[int, float, float, float]]:
        """The model's own line, which several rows are judged by and which costs as much as they do."""
        return course_of(self._history)

    def _drawn(self, sign_id: str, frame: Frame, *, week_step: int) -> RuledFigure | None:
        measure = MEASURES.get(sign_id)
        if measure is None:
            return None
        series = {partner: _series(self._history, partner, measure.item) for partner in PARTNERS}
        weeks = (0, max(self._history.week, 1))
        course = self._course if measure is COMPOSITE else ()
        band = [(week, least, most) for week, _, least, most in course]
        drawn = draw(
            measure.title,
            series,
            self._names,
            weeks,
            frame=frame,
            week_step=week_step,
            band=band,
            neighbours=measure.every,
        )
        plain = figure(drawn)
        if plain is None:
            return None
        limit: int | None = getattr(self._limits, measure.limit) if measure.limit else None
        values = {one.name: getattr(plain, one.name) for one in fields(Figure)}
        if limit is not None:
            values["label"] += f" The rule counts from {limit}."
        if course:
            (_, began, _, _), (_, _, least, most) = course[0], course[-1]
            values["label"] += (
                f" The couple began at {began:.1f}; four times in five the level is now between {least:.1f} and {most:.1f}."
            )
        return RuledFigure(
            **values,
            rule=None if limit is None else _height(limit, frame),
            counts_from=limit,
            area=drawn.band,
            baseline=_height(course[0][1], frame) if course else None,
        )


def _height(value: float, frame: Frame) -> float:
    return round(frame.height * (1 - value / HIGHEST), 1)


def _series(history: CoupleHistory, partner: Partner, item: str) -> tuple[tuple[int, float], ...]:
    return history.composites(partner) if item == "composite" else history.numbers(partner, item)
