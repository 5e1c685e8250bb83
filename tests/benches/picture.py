"""The picture of docs/performance.md, drawn from its own tables: `python -m tests.benches.picture`.

A bar for each request, as long as its multiple of the floor; the line is the goal.
"""

from __future__ import annotations

import math
import re
from pathlib import Path
from xml.sax.saxutils import escape

import click

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "performance.md"
PICTURE = ROOT / "docs" / "pictures" / "performance.svg"
# A row of the tables that `http_cost` prints: name, SQL, bytes, CPU, times bare, times floor.
ROW = re.compile(
    r"^\| ([^|]+) \| (\d+) \| ([\d,]+) \| ([\d.]+) \| ([\d.]+) \| \*\*([\d.]+)\*\* \|", re.MULTILINE
)
GOAL, WIDEST = 2.0, 300.0
LEFT, WIDTH, LINE, BAR = 230.0, 640, 26, 16


def rows(text: str) -> list[tuple[str, float]]:
    """The requests of the first table and their multiples of the floor."""
    first = text.split("\n### ")[1]
    return [(found[0].strip(), float(found[5])) for found in ROW.findall(first)]


def along(times: float) -> float:
    """Where a multiple lies on the axis, which grows by factors."""
    return LEFT + (WIDTH - LEFT - 60) * math.log(max(times, 1.0)) / math.log(WIDEST)


def drawn(text: str) -> str:
    """The picture."""
    found = rows(text)
    height = 60 + LINE * len(found)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="sans-serif" font-size="13">',
        f'<title>Processor time as a multiple of the floor</title><rect width="{WIDTH}" height="{height}" fill="#fff"/>',
    ]
    for times in (1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0):
        x = along(times)
        colour = "#b3261e" if times == GOAL else "#ccc"
        parts.append(f'<path d="M{x:.1f} 30V{height - 16}" stroke="{colour}"/>')
        parts.append(f'<text x="{x:.1f}" y="22" text-anchor="middle" fill="#444">{times:.0f}</text>')
    for number, (name, times) in enumerate(found):
        y = 40 + LINE * number
        parts.append(
            f'<text x="{LEFT - 10}" y="{y + 13}" text-anchor="end" fill="#222">{escape(name)}</text>'
            f'<rect x="{LEFT}" y="{y}" width="{max(2.0, along(times) - LEFT):.1f}" height="{BAR}" fill="#3d6b8c"/>'
            f'<text x="{max(2.0, along(times) - LEFT) + LEFT + 6:.1f}" y="{y + 13}" fill="#222">{times:.1f}</text>'
        )
    return "\n".join([*parts, "</svg>", ""])


@click.command()
def main() -> None:
    """Draw it anew."""
    PICTURE.write_text(drawn(PAGE.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
