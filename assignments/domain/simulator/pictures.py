"""The geometry of the report's pictures, in SVG units, for templates that write them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from assignments.domain.simulator.figures import Figure

WIDTH = 640
LEFT, RIGHT, TOP, BOTTOM = 40, 150, 16, 34
ROW = 26
NAMES_WIDTH = 150
# The two shares that are drawn for every world, told apart by shape as well as by place.
DRAWN = ("Sensitivity by week 8", "Specificity by week 8")


@dataclass(frozen=True)
class Line:
    """One line of a chart: shares by week."""

    name: str
    values: Sequence[float]


@dataclass(frozen=True)
class DrawnLine:
    """A line ready for ``<polyline>``, with the place of its name; ``dashes`` tells it from its neighbours."""

    name: str
    points: str
    label_y: float
    dashes: str


@dataclass(frozen=True)
class Tick:
    """One mark on an axis."""

    at: float
    label: str


@dataclass(frozen=True)
class LineChart:
    """Shares by week."""

    width: int
    height: int
    left: int
    right: int
    bottom: int
    lines: tuple[DrawnLine, ...]
    across: tuple[Tick, ...]
    up: tuple[Tick, ...]


@dataclass(frozen=True)
class Dot:
    """One figure with its interval; ``square`` says the second of the two."""

    low: float
    value: float
    high: float
    y: float
    square: bool


@dataclass(frozen=True)
class World:
    """One row of the picture of worlds."""

    name: str
    y: float
    dots: tuple[Dot, ...]


@dataclass(frozen=True)
class Whiskers:
    """Sensitivity and specificity in every world."""

    width: int
    height: int
    left: int
    right: int
    rows: tuple[World, ...]
    across: tuple[Tick, ...]
    names: tuple[str, ...] = DRAWN


DASHES = ("", "8 3", "2 3", "", "10 3 2 3", "5 5")
LABEL_HEIGHT = 15


def line_chart(lines: Sequence[Line], height: int = 320) -> LineChart:
    """Lay out shares from nothing to all, by week."""
    weeks = max(max((len(line.values) for line in lines), default=0) - 1, 1)
    right, bottom = WIDTH - RIGHT, height - BOTTOM

    def x(week: int) -> float:
        return round(LEFT + (right - LEFT) * week / weeks, 1)

    def y(share: float) -> float:
        return round(TOP + (bottom - TOP) * (1 - share), 1)

    ends = sorted(
        ((y(line.values[-1]) if line.values else float(bottom), place) for place, line in enumerate(lines)),
    )
    label_at: dict[int, float] = {}
    last = -math.inf
    for end, place in ends:
        last = max(end, last + LABEL_HEIGHT)
        label_at[place] = last
    return LineChart(
        width=WIDTH,
        height=height,
        left=LEFT,
        right=right,
        bottom=bottom,
        lines=tuple(
            DrawnLine(
                line.name,
                " ".join(f"{x(week):g},{y(share):g}" for week, share in enumerate(line.values)),
                label_at[place],
                DASHES[place % len(DASHES)],
            )
            for place, line in enumerate(lines)
        ),
        across=tuple(Tick(x(week), str(week)) for week in range(0, weeks + 1, 2)),
        up=tuple(Tick(y(share / 4), f"{25 * share} %") for share in range(5)),
    )


def whiskers(worlds: Mapping[str, Sequence[Figure]]) -> Whiskers:
    """Lay out two shares for each world, from a half to all."""
    right = WIDTH - 20

    def x(share: float) -> float:
        inside = min(max(share, 0.4), 1.0)
        return round(NAMES_WIDTH + (right - NAMES_WIDTH) * (inside - 0.4) / 0.6, 1)

    rows = []
    for place, (name, figures) in enumerate(worlds.items()):
        middle = TOP + 20 + ROW * place
        chosen = [next(one for one in figures if one.name.startswith(drawn)) for drawn in DRAWN]
        rows.append(
            World(
                name,
                middle,
                tuple(
                    Dot(x(one.low), x(one.value), x(one.high), middle + (5 if square else -5), square)
                    for square, one in ((False, chosen[0]), (True, chosen[1]))
                    if not math.isnan(one.value)
                ),
            )
        )
    return Whiskers(
        width=WIDTH,
        height=TOP + 20 + ROW * len(rows) + BOTTOM,
        left=NAMES_WIDTH,
        right=right,
        rows=tuple(rows),
        across=tuple(Tick(x(share / 10), f"{10 * share} %") for share in range(4, 11)),
    )
