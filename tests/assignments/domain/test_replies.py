"""When a reply is delivered, and what in it would repeat what somebody said in confidence."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from assignments.domain.quoting import quoted_in
from assignments.domain.replies import UNDO, delivered_at

LONDON = ZoneInfo("Europe/London")
SAID = "I went quiet because the weekend scared me.\nWe never talk about money."


@pytest.mark.parametrize(
    ("written", "delivered"),
    [
        ("2026-09-16 09:00", "2026-09-16 16:00"),
        ("2026-09-16 15:50", "2026-09-16 16:00"),
        ("2026-09-16 15:50:01", "2026-09-17 16:00"),
        ("2026-09-16 23:30", "2026-09-17 16:00"),
        # The clocks go back and forward; the hour on the wall stays.
        ("2026-10-25 00:30", "2026-10-25 17:00"),
        ("2026-03-28 20:00", "2026-03-29 16:00"),
    ],
)
def test_a_reply_goes_at_five_in_the_afternoon_and_can_always_be_taken_back_first(
    written: str, delivered: str
) -> None:
    at = datetime.fromisoformat(written).replace(tzinfo=UTC)
    found = delivered_at(at, LONDON)
    assert found == datetime.fromisoformat(delivered).replace(tzinfo=UTC)
    assert found - at >= UNDO


@pytest.mark.parametrize("hours", range(0, 24 * 4, 5))
def test_all_that_is_written_in_a_day_comes_together(hours: int) -> None:
    first = datetime(2026, 9, 16, 16, 0, tzinfo=UTC)
    found = delivered_at(first + timedelta(hours=hours), LONDON)
    assert found.astimezone(LONDON).hour == 17


@pytest.mark.parametrize(
    "reply",
    [
        "Tom says he went quiet because the weekend was hard.",
        "WENT  QUIET,\n because – the weekend!",
        "I wént quiet becàuse",
        "ｗｅｎｔ quiet because the",
        "He we\u200bnt quiet be\u00adcause the weekend.",
        "You both said: we never talk about money.",
        "went\tquiet\tbecause\tthe",
    ],
)
def test_four_words_in_a_row_are_a_quote_however_they_are_typed(reply: str) -> None:
    assert quoted_in(reply, [SAID])


@pytest.mark.parametrize(
    "reply",
    [
        "Well done, both of you.",
        "The weekend scared you both, I think.",
        "Let us talk about the weekend on Thursday.",
        "",
    ],
)
def test_a_reply_in_other_words_is_none(reply: str) -> None:
    assert quoted_in(reply, [SAID]) is None


def test_words_that_hold_any_sentence_together_belong_to_nobody() -> None:
    assert quoted_in("I would like to be there.", ["I would like to be left alone"]) is None
    assert quoted_in("What would you like to do?", ["I'd do what you would like to do."]) is None


def test_an_apostrophe_makes_no_difference() -> None:
    assert quoted_in("please don't ring my mother", ["Don\N{RIGHT SINGLE QUOTATION MARK}t ring my mother"])


def test_a_short_answer_counts_when_the_whole_of_it_is_there() -> None:
    assert quoted_in("About an affair: let us talk.", ["An affair."]) == "an affair"
    assert quoted_in("An easy affair.", ["An affair."]) is None
    assert quoted_in("affair", ["Affair"]) is None


def test_a_quote_is_found_in_a_script_without_spaces() -> None:
    assert quoted_in("彼は夜になると怖いと感じる。", ["夜になると怖いと感じる"])
    assert quoted_in("夜になる", ["夜になると怖いと感じる"]) is None


def test_the_words_are_looked_for_line_by_line() -> None:
    assert quoted_in("the weekend scared me we never", [SAID]) == "the weekend scared me"
    assert quoted_in("scared me we never talk", ["scared me\nwe never talk"]) is not None
