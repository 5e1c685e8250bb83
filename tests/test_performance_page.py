"""The page of the measured costs: its picture says what it says, and nothing in it still waits to be filled in."""

from __future__ import annotations

import re

import pytest

from tests.benches.picture import PAGE, PICTURE, ROOT, drawn, rows

# What somebody leaves where a figure is still to come.
PLACEHOLDER = re.compile(
    r"@@|\bT(?:ODO|BD|BC|K)\b|\bFIXME\b|\bX{2,}\b|\?{2,}|\{\{|\{[a-z_]+\}|\| *\|\s*$|\bnan\b|\binf\b"
)
CODE = re.compile(r"^```.*?^```$|`[^`]*`", re.MULTILINE | re.DOTALL)


def unfilled(text: str) -> list[str]:
    """Lines with a placeholder, but for code, where such signs may be meant."""
    blanked = CODE.sub(lambda found: re.sub(r"[^\n]", ".", found[0]), text)
    return [line for line in blanked.splitlines() if PLACEHOLDER.search(line)]


def test_the_picture_is_drawn_from_the_page() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert len(rows(text)) >= 10
    assert PICTURE.read_text(encoding="utf-8") == drawn(text), "draw it anew: python -m tests.benches.picture"


@pytest.mark.parametrize("name", ["performance.md", "scale.md", "operations.md", "deploy/README.md"])
def test_no_figure_is_still_to_be_filled_in(name: str) -> None:
    assert unfilled((ROOT / "docs" / name).read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "line", ["@@BIG@@", "TODO: measure", "| Today | ?? |", "took {seconds} s", "| couples ^ | nan |"]
)
def test_a_placeholder_is_noticed(line: str) -> None:
    assert unfilled(f"# What requests cost\n\n{line}\n\n`{{code}}`\n") == [line]
