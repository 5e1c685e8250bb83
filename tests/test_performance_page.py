"""The picture of the measured costs says what the page beside it says."""

from __future__ import annotations

from tests.benches.picture import PAGE, PICTURE, drawn, rows


def test_the_picture_is_drawn_from_the_page() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert len(rows(text)) >= 10
    assert PICTURE.read_text(encoding="utf-8") == drawn(text), "draw it anew: python -m tests.benches.picture"
