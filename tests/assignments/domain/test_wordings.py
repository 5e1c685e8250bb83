"""The practice's words for a questionnaire, when it is asked, and which way its scores point."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from assignments.demo.questionnaires import placeholder, spread
from assignments.domain import wordings
from assignments.domain.instruments import INSTRUMENTS, reliably_worse_from, total
from assignments.domain.rounds import next_round_on, round_on
from assignments.domain.wordings import WordedItem

CSI = INSTRUMENTS["csi-4"]
PHQ = INSTRUMENTS["phq-2"]
BEGAN = date(2026, 9, 16)


def test_a_form_is_whole_only_with_every_item_and_every_answer() -> None:
    whole = placeholder(CSI)
    assert wordings.is_complete(CSI, whole)
    assert not wordings.is_complete(CSI, None)
    assert wordings.missing(CSI, wordings.empty(CSI))[0] == "Item 1 has no words yet."
    short = replace(
        whole, items=(replace(whole.items[0], anchors=whole.items[0].anchors[:6]), *whole.items[1:])
    )
    assert wordings.missing(CSI, short) == ["Item 1 needs 7 answers and has 6."]
    assert wordings.items_done(CSI, short) == 3
    fewer = replace(whole, items=whole.items[:3])
    assert not wordings.is_complete(CSI, fewer)


def test_an_answer_scores_the_same_in_whichever_order_the_form_prints_it() -> None:
    item = WordedItem("Sample", ("None", "A little", "Some", "All"))
    low_first = wordings.answers_of(PHQ, 0, item)
    high_first = wordings.answers_of(PHQ, 0, replace(item, high_first=True))
    assert [(one.score, one.words) for one in low_first] == [
        (0, "None"),
        (1, "A little"),
        (2, "Some"),
        (3, "All"),
    ]
    assert high_first == low_first[::-1]


def test_words_come_back_as_they_were_kept() -> None:
    whole = placeholder(CSI)
    assert wordings.from_json(wordings.to_json(whole)) == whole
    assert wordings.anchors_in(" One \n\n Two\r\n") == ("One", "Two")


def test_the_words_shown_for_an_answer_are_those_of_its_score() -> None:
    said = wordings.chosen_words(placeholder(CSI), CSI, [0, 5, 1, 2])
    assert [answer for _, answer in said] == ["Lowest", "Highest", "Step 1 of 5", "Step 2 of 5"]


def test_it_is_asked_at_weeks_0_4_8_and_12_for_two_weeks_each() -> None:
    opened = {
        week: found.opened_on
        for week in range(14)
        if (found := round_on(CSI, BEGAN, BEGAN + timedelta(weeks=week))) is not None
    }
    assert list(opened) == [0, 1, 4, 5, 8, 9, 12, 13]
    assert opened[13] == BEGAN + timedelta(weeks=12)
    assert round_on(CSI, BEGAN, BEGAN - timedelta(days=1)) is None
    assert round_on(CSI, BEGAN, BEGAN + timedelta(days=13)) is not None
    assert round_on(CSI, BEGAN, BEGAN + timedelta(days=14)) is None
    assert next_round_on(CSI, BEGAN, BEGAN) == BEGAN + timedelta(weeks=4)
    assert next_round_on(CSI, BEGAN, BEGAN - timedelta(days=3)) == BEGAN


def test_a_drop_is_reliable_downwards_where_higher_is_better() -> None:
    assert reliably_worse_from("csi-4", [12, 15, 14]) == 10
    assert reliably_worse_from("csi-4", [3]) is None  # Nothing is left below it.
    assert reliably_worse_from("phq-2", [1]) is None
    assert reliably_worse_from("csi-16", [60]) == 41


def test_totals_of_the_demo_add_up() -> None:
    for score in (0, 10, 21):
        assert total("csi-4", spread(CSI, score)) == score
