"""The small charts as the chart macros draw them: `domain.charts` lays them out, here they get the macros' names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from assignments.domain.charts import HIGHEST, LOWEST, Chart, Frame, Line, Point, Series, draw
from assignments.domain.history import CoupleHistory, Partner
from assignments.domain.stalls import SHIPPED_LIMITS, Limits, Names

BESIDE_A_SIGN = Frame(width=132, height=44, left=4, right=6, top=5, bottom=5)
# A week between two weeks without an answer is drawn as a dash this long, for a line needs two points.
DASH = 1.5


@dataclass(frozen=True)
class DrawnLine:
    """One partner's line."""

    slot: Partner
    segments: tuple[str, ...]
    end: tuple[float, float] | None
    first: str
    last: str


@dataclass(frozen=True)
class Drawn:
    """One chart as the macros `chart` and `spark_pair` take it. `rule` is the height of a rule's line."""

    label: str
    width: float
    height: float
    lines: tuple[DrawnLine, ...]
    gridlines: tuple[float, ...]
    rule: float | None


@dataclass(frozen=True)
class Measure:
    """What is drawn beside a sign: the item, its name, and the limit its rule counts from, if it counts from one."""

    item: str
    title: str
    limit: str = ""


COMPOSITE = Measure("composite", "Check-in composite")
TENSION = Measure("tension", "Tension", "tension_high")
PULLED_BACK = Measure("pulled_back", "Pulled back", "withdrawal_high")
MEASURES: Mapping[str, Measure] = {
    "no_movement": COMPOSITE,
    "worse_or_slipped_back": COMPOSITE,
    "tension_rising": TENSION,
    "withdrawal_persists": PULLED_BACK,
    "withdrawal_intensifies": Measure("pulled_back", "Pulled back"),
    "hope_low_or_split": Measure("hope", "Hope", "hope_low"),
    "diverging": COMPOSITE,
    "outside_pressure": Measure("outside_pressure", "Outside pressures", "pressure_high"),
}


def chart_beside(
    sign_id: str, history: CoupleHistory, names: Names, limits: Limits = SHIPPED_LIMITS
) -> Drawn | None:
    """The chart of what a sign's rule reads, both partners over all weeks; None where there is nothing to draw."""
    measure = MEASURES.get(sign_id)
    if measure is None:
        return None
    series = {"A": _series(history, "A", measure.item), "B": _series(history, "B", measure.item)}
    chart = draw(
        measure.title,
        {"A": series["A"], "B": series["B"]},
        names,
        (0, max(history.week, 1)),
        frame=BESIDE_A_SIGN,
    )
    if chart.is_empty:
        return None
    limit = getattr(limits, measure.limit) if measure.limit else None
    said = "" if limit is None else f" The rule's line is at {limit}."
    return drawn(chart, said=said, rule=limit)


def drawn(chart: Chart, *, said: str = "", rule: float | None = None) -> Drawn:
    """A laid-out chart for the macros. `rule` is a value on the scale of 0 to 10."""
    frame = chart.frame

    def height(value: float) -> float:
        inner = frame.height - frame.top - frame.bottom
        return round(frame.top + inner * (HIGHEST - value) / (HIGHEST - LOWEST), 1)

    return Drawn(
        label=chart.label + said,
        width=frame.width,
        height=frame.height,
        lines=tuple(_line(line) for line in chart.lines),
        gridlines=(height(HIGHEST), height(LOWEST)),
        rule=None if rule is None else height(rule),
    )


def _line(line: Line) -> DrawnLine:
    first, _, last = line.first_to_last.partition("→")
    return DrawnLine(
        slot=line.partner,
        segments=(*line.segments, *(_dash(dot) for dot in line.dots if dot != line.end)),
        end=None if line.end is None else (line.end.x, line.end.y),
        first=first,
        last=last or first,
    )


def _dash(dot: Point) -> str:
    return f"{dot.x - DASH:g},{dot.y:g} {dot.x + DASH:g},{dot.y:g}"


def _series(history: CoupleHistory, partner: Partner, item: str) -> Series:
    return history.composites(partner) if item == "composite" else history.numbers(partner, item)
