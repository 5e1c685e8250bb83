"""Taking turns on one phone: who holds it, page by page."""

from __future__ import annotations

import pytest

from assignments.domain.exercises import Exercise
from assignments.domain.one_phone import goes_on_one_phone, hands, is_said_aloud
from assignments.library.loader import load_library


def exercise(slug: str) -> Exercise:
    found = load_library().get(slug)
    assert found is not None
    return found


def told(slug: str, first: str) -> list[str]:
    pages = hands(exercise(slug), owner="A", other="B", first=first)
    return [f"{page.holder} {page.step or '<- phone'}" for page in pages]


def test_the_phone_goes_to_and_fro_and_then_they_swap() -> None:
    assert told("reflect-and-check", "A") == [
        "A thought", "B <- phone", "B say-back", "A <- phone", "A got-it-right", "B <- phone", "B makes-sense",
        "B thought", "A <- phone", "A say-back", "B <- phone", "B got-it-right", "A <- phone", "A makes-sense",
    ]  # fmt: skip


def test_it_is_handed_on_first_where_the_other_begins() -> None:
    assert told("reflect-and-check", "B")[:3] == ["B <- phone", "B thought", "A <- phone"]


TURNS = [one.slug for one in load_library().all() if one.who == "turns"]


@pytest.mark.parametrize("slug", TURNS)
@pytest.mark.parametrize("first", ["A", "B"])
def test_nobody_ever_finds_themselves_with_the_phone_of_the_other(slug: str, first: str) -> None:
    holder = "A"
    for page in hands(exercise(slug), owner="A", other="B", first=first):
        if page.step is None:
            assert page.holder != holder
            holder = page.holder
        assert page.holder == holder


@pytest.mark.parametrize("slug", TURNS)
def test_how_it_was_is_never_asked_while_the_phone_is_passed(slug: str) -> None:
    every = exercise(slug)
    assert goes_on_one_phone(every)
    shown = {page.step for page in hands(every, owner="A", other="B", first="A")}
    for step in every.steps:
        assert step.type not in ("rating", "entries", "agreement") or step.key not in shown
        assert is_said_aloud(step) or step.key not in shown


def test_what_each_does_on_their_own_or_writes_together_is_not_passed_on() -> None:
    assert not [one.slug for one in load_library().all() if one.who != "turns" and goes_on_one_phone(one)]
