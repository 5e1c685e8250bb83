"""What is enough of an answer to open the other partner's in return."""

from __future__ import annotations

from typing import Any

import pytest

from assignments.domain.exercises import Exercise, Step, gives_something
from assignments.library.loader import load_library
from tests.assignments.given import exercise


def step_of(type_name: str) -> Step:
    """The first step of this type in the library."""
    return next(step for one in load_library().all() for step in one.steps if step.type == type_name)


@pytest.mark.parametrize("text", [".", " ", "x", "…!?", "\N{SMILING FACE WITH SMILING EYES}", "- - -", "a b"])
def test_a_text_without_a_word_gives_nothing(text: str) -> None:
    step = step_of("text")
    assert not gives_something([step], {step.key: {"text": text}})


@pytest.mark.parametrize("text", ["No", "42", "- ok -", "मैं", "我们", "été"])
def test_one_word_is_enough_in_any_script(text: str) -> None:
    step = step_of("text")
    assert gives_something([step], {step.key: {"text": text}})


@pytest.mark.parametrize(
    ("type_name", "value", "gives"),
    [
        ("rating", {"rating": 0}, True),
        ("choose_one", {"choice": "other", "other": "."}, False),
        ("choose_one", {"choice": "anything"}, True),
        ("choose_many", {"choices": [], "other": "?"}, False),
        ("choose_many", {"choices": ["anything"]}, True),
        ("i_sentence", {"when": "."}, False),
        ("i_sentence", {"felt": ["sad"]}, True),
        ("i_sentence", {"would_like": "a hug"}, True),
    ],
)
def test_a_choice_or_a_number_is_enough_and_own_words_need_a_word(
    type_name: str, value: dict[str, Any], gives: bool
) -> None:
    step = step_of(type_name)
    assert gives_something([step], {step.key: value}) is gives


def test_entries_and_agreements_need_a_word_in_one_of_their_boxes() -> None:
    for type_name in ("entries", "agreement"):
        step = step_of(type_name)
        box = next(field for field in step.fields if field.kind != "choose_one")  # type: ignore[union-attr]  # both types have boxes
        assert not gives_something([step], {step.key: {box.key: ".", "agreed": True}})
        assert gives_something([step], {step.key: {box.key: "Ten minutes", "agreed": True}})
    entries = step_of("entries")
    key = next(field.key for field in entries.fields if field.kind != "choose_one")  # type: ignore[union-attr]  # both types have boxes
    assert not gives_something(
        [entries], {entries.key: {"entries": {"1": {key: "."}}, "writing": {key: "-"}}}
    )
    assert gives_something([entries], {entries.key: {"writing": {key: "Tea"}}})


def test_a_timer_gives_nothing_beside_questions_and_is_enough_alone() -> None:
    timer, text = step_of("timer"), step_of("text")
    assert not gives_something([timer, text], {timer.key: {"done": True}})
    assert gives_something([timer], {})


def test_nothing_said_gives_nothing() -> None:
    one: Exercise = exercise("gentle-questions")
    assert not gives_something(one.steps, {})
    assert not gives_something(one.steps, {"made-up": {"text": "Words of another version"}})
