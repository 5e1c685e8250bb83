"""The geometry of the small charts: both partners on one fixed 0–10 scale, gaps kept and never joined.

The results are plain values for a template that writes the SVG, and the same numbers as a sentence and as
table rows, so that nothing is said by a line alone. Weeks are counted from the couple's first check-in week
(0).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from assignments.domain.history import PARTNERS, Partner
from assignments.domain.stalls import Names

LOWEST, HIGHEST = 0, 10
GAP = "\N{EN DASH}"


@dataclass(frozen=True)
class Frame:
    """The drawing area in SVG units; the margins leave room for the end markers and the tick labels."""

    width: float
    height: float
    left: float
    right: float
    top: float
    bottom: float


SPARK = Frame(width=96, height=28, left=5, right=5, top=5, bottom=5)
CHART = Frame(width=320, height=140, left=24, right=12, top=10, bottom=22)


@dataclass(frozen=True)
class Point:
    """One drawn value."""

    x: float
    y: float
    week: int
    value: float


@dataclass(frozen=True)
class Tick:
    """One mark on an axis: where it is and what it says."""

    at: float
    label: str


@dataclass(frozen=True)
class Line:
    """One partner's line.

    ``segments`` are ready for the ``d`` of a ``<path>``, each after its ``M``: runs of successive weeks. ``dots``
    are weeks with no neighbour, which no line could show. ``end`` is the newest value, for the marker that tells
    A from B by shape.
    """

    partner: Partner
    name: str
    segments: tuple[str, ...]
    dots: tuple[Point, ...]
    end: Point | None
    first_to_last: str


@dataclass(frozen=True)
class TableRow:
    """One week of the table view, a text for each partner."""

    week: int
    a: str
    b: str


@dataclass(frozen=True)
class Chart:
    """One measure of one couple, ready to be drawn."""

    measure: str
    frame: Frame
    view_box: str
    lines: tuple[Line, Line]
    band: str
    value_ticks: tuple[Tick, ...]
    week_ticks: tuple[Tick, ...]
    appointment_ticks: tuple[Tick, ...]
    label: str
    rows: tuple[TableRow, ...]

    @property
    def is_empty(self) -> bool:
        """True when there is nothing to draw: the page then says so in words and draws no chart."""
        return not self.rows


Series = Iterable[tuple[int, float]]


def spark(
    measure: str, series: Mapping[Partner, Series], names: Names, weeks: tuple[int, int] | None = None
) -> Chart:
    """The pair of tiny lines for a cell of the board."""
    return draw(measure, series, names, weeks, frame=SPARK, week_step=0)


def draw(
    measure: str,
    series: Mapping[Partner, Series],
    names: Names,
    weeks: tuple[int, int] | None = None,
    *,
    frame: Frame = CHART,
    week_step: int = 2,
    appointments: Sequence[int] = (),
    band: Sequence[tuple[int, float, float]] = (),
    values_from: tuple[int, int] = (LOWEST, HIGHEST),
    neighbours: int = 1,
) -> Chart:
    """Lay out one measure for both partners.

    ``weeks`` is the span drawn, both ends included; without it, the span of the values. Charts that stand
    side by side are given the same span. ``band`` holds (week, least, most) for the shaded uncertainty of
    the model. ``values_from`` is the range of what is measured; ``neighbours`` is how many weeks apart two values may
    stand and still be joined, for what is asked less often than every week.
    """
    lowest, highest = values_from
    values = {partner: dict(series.get(partner, ())) for partner in PARTNERS}
    for partner in PARTNERS:
        for week, value in values[partner].items():
            if not lowest <= value <= highest:
                raise ValueError(f"{measure}, week {week}: {value:g} is outside {lowest} to {highest}.")
    known = sorted(values["A"].keys() | values["B"].keys())
    first, last = weeks or ((known[0], known[-1]) if known else (0, 0))
    if last < first:
        raise ValueError("The last week drawn cannot come before the first.")
    scale = _Scale(frame, first, last, values_from)
    shown = {
        partner: {week: value for week, value in values[partner].items() if first <= week <= last}
        for partner in PARTNERS
    }
    in_span = sorted(shown["A"].keys() | shown["B"].keys())
    line_a, line_b = (
        _line(partner, names.of(partner), shown[partner], scale, neighbours) for partner in PARTNERS
    )
    return Chart(
        measure=measure,
        frame=frame,
        view_box=f"0 0 {frame.width:g} {frame.height:g}",
        lines=(line_a, line_b),
        band=_band([one for one in band if first <= one[0] <= last], scale),
        value_ticks=tuple(
            Tick(scale.y(value), f"{value:g}") for value in (lowest, (lowest + highest) / 2, highest)
        )
        if week_step
        else (),
        week_ticks=tuple(Tick(scale.x(week), str(week)) for week in range(first, last + 1, week_step))
        if week_step
        else (),
        appointment_ticks=tuple(
            Tick(scale.x(week), f"Appointment in week {week}")
            for week in appointments
            if first <= week <= last
        ),
        label=_label(f"{measure}, {lowest} to {highest}.", shown, names),
        rows=tuple(
            TableRow(week, _text(shown["A"].get(week)), _text(shown["B"].get(week)))
            for week in range(first, last + 1)
        )
        if in_span
        else (),
    )


class _Scale:
    """Turns weeks and values into SVG units; a single week stands at the left."""

    def __init__(self, frame: Frame, first: int, last: int, values_from: tuple[int, int]) -> None:
        self._frame = frame
        self.lowest, self.highest = values_from
        self._first = first
        self._span = max(last - first, 1)

    def x(self, week: int) -> float:
        inner = self._frame.width - self._frame.left - self._frame.right
        return round(self._frame.left + inner * (week - self._first) / self._span, 1)

    def y(self, value: float) -> float:
        inner = self._frame.height - self._frame.top - self._frame.bottom
        return round(self._frame.top + inner * (self.highest - value) / (self.highest - self.lowest), 1)


def _line(partner: Partner, name: str, values: Mapping[int, float], scale: _Scale, neighbours: int) -> Line:
    runs: list[list[Point]] = []
    for week in sorted(values):
        point = Point(scale.x(week), scale.y(values[week]), week, values[week])
        if runs and week - runs[-1][-1].week <= neighbours:
            runs[-1].append(point)
        else:
            runs.append([point])
    end = runs[-1][-1] if runs else None
    first_to_last = ""
    if end is not None:
        start = runs[0][0]
        first_to_last = _text(end.value) if start is end else f"{_text(start.value)}→{_text(end.value)}"
    return Line(
        partner=partner,
        name=name,
        segments=tuple(" ".join(f"{one.x:g},{one.y:g}" for one in run) for run in runs if len(run) > 1),
        dots=tuple(run[0] for run in runs if len(run) == 1),
        end=end,
        first_to_last=first_to_last,
    )


def _band(bounds: Sequence[tuple[int, float, float]], scale: _Scale) -> str:
    ordered = sorted(bounds)
    upper = [(week, most) for week, _, most in ordered]
    lower = [(week, least) for week, least, _ in reversed(ordered)]
    edge = [
        (scale.x(week), scale.y(min(max(value, scale.lowest), scale.highest)))
        for week, value in (*upper, *lower)
    ]
    return " ".join(f"{x:g},{y:g}" for x, y in edge)


def _label(measure: str, values: Mapping[Partner, Mapping[int, float]], names: Names) -> str:
    return f"{measure} " + " ".join(_said(names.of(one), values[one]) for one in PARTNERS)


def _said(name: str, values: Mapping[int, float]) -> str:
    if not values:
        return f"{name}: no answers yet."
    first, last = min(values), max(values)
    if first == last:
        return f"{name}: {_text(values[first])} in week {first}."
    missing = last - first + 1 - len(values)
    gaps = (
        "" if not missing else f", {missing} {'week' if missing == 1 else 'weeks'} without an answer between"
    )
    return f"{name}: {_text(values[first])} in week {first}, {_text(values[last])} in week {last}{gaps}."


def _text(value: float | None) -> str:
    return GAP if value is None else f"{round(value, 1):g}"
