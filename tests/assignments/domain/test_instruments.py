"""Scoring keys, ranges, cut-offs, reliable change, and above all directions."""

from __future__ import annotations

import pytest

from assignments.domain.instruments import (
    INSTRUMENTS,
    Change,
    InstrumentError,
    beyond_cut_off,
    classify_worsening,
    total,
    worsening,
)


def test_the_ranges_are_those_of_the_publishers() -> None:
    ranges = {key: (one.lowest, one.highest) for key, one in INSTRUMENTS.items()}
    assert ranges == {"csi-4": (0, 21), "csi-16": (0, 81), "phq-2": (0, 6), "gad-2": (0, 6)}


def test_a_low_csi_is_distressed_and_a_high_phq_or_gad_is() -> None:
    assert beyond_cut_off("csi-4", 13)
    assert not beyond_cut_off("csi-4", 14)
    assert beyond_cut_off("csi-16", 51)
    assert not beyond_cut_off("csi-16", 52)
    assert beyond_cut_off("phq-2", 3)
    assert not beyond_cut_off("phq-2", 2)
    assert beyond_cut_off("gad-2", 3)
    assert not beyond_cut_off("gad-2", 2)


def test_worse_means_lower_on_csi_and_higher_on_phq() -> None:
    assert worsening("csi-4", 12, 7) == 5
    assert worsening("phq-2", 1, 4) == 3


def test_a_csi4_drop_of_five_is_reliable_and_of_three_or_four_possible() -> None:
    found = [classify_worsening("csi-4", 12, 12 - drop) for drop in (-5, 2, 3, 4, 5)]
    assert found == [Change.NONE, Change.NONE, Change.POSSIBLE, Change.POSSIBLE, Change.RELIABLE]


def test_no_reliable_change_is_claimed_for_the_two_item_screens() -> None:
    assert classify_worsening("phq-2", 0, 6) is Change.NONE


def test_a_score_needs_every_item_in_range() -> None:
    assert total("csi-4", [6, 5, 5, 5]) == 21
    for answers in ([6, 5, 5], [7, 5, 5, 5], [6, 6, 5, 5], [6, 5, 5, None], [-1, 5, 5, 5], [True, 5, 5, 5]):
        with pytest.raises(InstrumentError):
            total("csi-4", answers)


def test_an_unknown_questionnaire_is_refused() -> None:
    with pytest.raises(InstrumentError, match="csi-4, csi-16, phq-2, gad-2"):
        total("phq-9", [0])
