"""Charts as the template's macros take them: the geometry is the domain's, this only renames its parts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from assignments.domain.charts import GAP, Chart, Frame, Line, Point, draw
from assignments.domain.history import PARTNERS, CoupleHistory
from assignments.domain.stalls import Names

# The macros add the room for end markers and labels themselves, so these frames have no margins of their own.
SPARK = Frame(width=78, height=37, left=0, right=0, top=0, bottom=0)
CHART = Frame(width=330, height=110, left=0, right=0, top=0, bottom=0)
# A week with no neighbour has nothing to be joined to, so it is drawn as a dash this wide.
DASH = 1.5


@dataclass(frozen=True)
class FigureLine:
    """One partner's line: its shape, its runs of weeks, its newest point, and its first and last value."""

    slot: str
    segments: tuple[str, ...]
    end: tuple[float, float] | None
    first: str
    last: str


@dataclass(frozen=True)
class Figure:
    """What `components/charts.html` draws."""

    title: str
    width: float
    height: float
    label: str
    lines: tuple[FigureLine, ...]
    gridlines: tuple[float, ...]
    y_ticks: tuple[tuple[float, str], ...] = ()
    ticks: tuple[tuple[float, str], ...] = ()
    sessions: tuple[float, ...] = ()
    rows: Sequence[tuple[str, str, str]] = field(default=())


def figure(chart: Chart) -> Figure | None:
    """A chart ready to be drawn, or None when there is nothing to draw."""
    if chart.is_empty:
        return None
    half = chart.frame.height / 2
    return Figure(
        title=chart.measure,
        width=chart.frame.width,
        height=chart.frame.height,
        label=chart.label,
        lines=tuple(_line(line) for line in chart.lines),
        gridlines=(0, half, chart.frame.height),
        y_ticks=tuple((tick.at, tick.label) for tick in chart.value_ticks),
        ticks=tuple((tick.at, tick.label) for tick in chart.week_ticks),
        sessions=tuple(tick.at for tick in chart.appointment_ticks),
        rows=[(str(row.week), row.a, row.b) for row in chart.rows],
    )


def small(
    title: str, key: str, history: CoupleHistory, names: Names, weeks: tuple[int, int]
) -> Figure | None:
    """The pair of tiny lines of one check-in item, for a cell of the board."""
    series = {partner: history.numbers(partner, key) for partner in PARTNERS}
    return figure(draw(title, series, names, weeks, frame=SPARK, week_step=0))


def large(
    title: str,
    key: str,
    history: CoupleHistory,
    names: Names,
    weeks: tuple[int, int],
    appointments: Sequence[int] = (),
) -> Figure | None:
    """One check-in item of a couple over the weeks, with the weeks of its appointments."""
    series = {partner: history.numbers(partner, key) for partner in PARTNERS}
    step = max(1, (weeks[1] - weeks[0]) // 8 + 1)
    chart = draw(title, series, names, weeks, frame=CHART, week_step=step, appointments=appointments)
    return figure(chart)


def _line(line: Line) -> FigureLine:
    first, _, last = line.first_to_last.partition("→")
    alone = [_dash(dot) for dot in line.dots if line.end is None or dot.week != line.end.week]
    return FigureLine(
        slot=line.partner,
        segments=(*line.segments, *alone),
        end=(line.end.x, line.end.y) if line.end else None,
        first=first or GAP,
        last=last,
    )


def _dash(dot: Point) -> str:
    return f"{dot.x - DASH:g},{dot.y:g} {dot.x + DASH:g},{dot.y:g}"
