"""Answers to each kind of step: what is kept, to the letter, and what is refused with a plain sentence."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assignments.domain.exercises import (
    AgreementStep,
    AnswerError,
    EntriesStep,
    ISentenceStep,
    exercise_from_json,
    exercise_to_json,
    field_names,
    lines_of,
    merge_part,
    parse_exercise,
    read_answer,
    sentence_of,
)
from assignments.library.loader import load_library
from tests.assignments.one_of_each import TEXT, exercise, step

ANSWERS: list[tuple[str, dict[str, Any], list[str]]] = [
    ("say", {"text": "The weekend\nis full"}, ["The weekend\nis full"]),
    ("close", {"rating": 0}, ["0 out of 10, where 0 is “far” and 10 is “close”"]),
    ("reply", {"choice": "thanks"}, ["Thank you"]),
    ("reply", {"choice": "other", "other": "I hear you"}, ["I hear you"]),
    ("reply", {"choice": "more", "other": "When you can"}, ["Tell me more", "When you can"]),
    ("helped", {"choices": ["tea", "quiet"], "other": "You"}, ["The tea", "The quiet", "You"]),
    (
        "i-say",
        {
            "when": "When the plan changed.",
            "felt": ["sad", "left-out"],
            "felt_other": "cross",
            "would_like": "A word first",
        },
        ["When the plan changed, I felt sad, left out and cross. I’d like a word first."],
    ),
    ("i-say", {"felt": ["tired"]}, ["I felt tired."]),
    ("i-say", {"would_like": "I’d like ten minutes"}, ["I’d like ten minutes."]),
    ("log", {"saw": "A door closed", "tone": "calm"}, ["What I saw: A door closed", "The tone: Calm"]),
    ("sit", {"done": True}, ["5 minutes, done"]),
    ("pact", {"word": "teapot", "agreed": True}, ["Our word: teapot", "I agree to this"]),
    ("pact", {"back": "Tea", "agreed": False}, ["How do we come back? Tea"]),
]


@pytest.mark.parametrize(("key", "value", "lines"), ANSWERS)
def test_an_answer_is_kept_as_plain_data_and_comes_back_in_words(
    key: str, value: dict[str, Any], lines: list[str]
) -> None:
    read = read_answer(step(key), value)
    assert read == value
    assert json.loads(json.dumps(read)) == read
    assert read_answer(step(key), read) == read
    assert lines_of(step(key), read) == lines
    assert "\n" not in sentence_of(step(key), read)


@pytest.mark.parametrize("key", [s.key for s in parse_exercise(TEXT, "t").steps])
def test_every_page_can_be_left_out(key: str) -> None:
    for nothing in (
        None,
        "",
        {},
        dict.fromkeys(field_names(step(key)), ""),
        dict.fromkeys(field_names(step(key))),
    ):
        assert read_answer(step(key), nothing) is None
    assert lines_of(step(key), None) == []


def test_rather_not_say_is_the_same_as_leaving_it_out() -> None:
    assert read_answer(step("close"), {"rating": "skip"}) is None


@pytest.mark.parametrize(("raw", "rating"), [("0", 0), ("10", 10), (7, 7)])
def test_a_rating_is_a_whole_number_from_0_to_10(raw: object, rating: int) -> None:
    assert read_answer(step("close"), {"rating": raw}) == {"rating": rating}


@pytest.mark.parametrize(
    "raw",
    [
        "11",
        "-1",
        "٣",
        "1_0",
        "７",
        " 7",
        "7\n",
        "07",
        "7.0",
        7.0,
        True,
        11,
        -1,
        "9" * 5000,
        10**5000,
        ["7"],
        {},
    ],
    ids=lambda raw: repr(raw)[:12] if not isinstance(raw, int) else "number",
)
def test_anything_else_is_no_rating(raw: object) -> None:
    with pytest.raises(AnswerError, match="from 0 to 10") as caught:
        read_answer(step("close"), {"rating": raw})
    assert caught.value.field == "rating"


def test_what_was_typed_is_kept_to_the_letter_except_for_line_ends() -> None:
    assert read_answer(step("say"), {"text": "  Zoë 👋\r\n“ok” \u202eabc"}) == {
        "text": "  Zoë 👋\n“ok” \u202eabc"
    }
    assert read_answer(step("say"), {"text": " \r\n\t"}) is None


def test_line_ends_count_once_against_the_limit() -> None:
    assert read_answer(step("say"), {"text": "a\r\n" * 25}) is not None


@pytest.mark.parametrize(
    "text", ["a" * 51, "a" * 20_001, "a\x00b", "a\ud800b", "\udfff", 7, True, ["a"], {"a": 1}, b"a"]
)
def test_a_text_that_cannot_be_kept_is_refused_with_a_plain_sentence(text: object) -> None:
    with pytest.raises(AnswerError) as caught:
        read_answer(step("say"), {"text": text})
    assert caught.value.field == "text"
    assert str(caught.value).endswith(".")
    assert "!" not in str(caught.value)


@pytest.mark.parametrize(
    ("key", "raw"),
    [
        ("say", "a text alone"),
        ("say", ["text"]),
        ("say", {"text": "a", "visibility": "shared"}),
        ("read", {"text": "a"}),
        ("reply", {"choice": "nope"}),
        ("reply", {"choice": ["thanks"]}),
        ("helped", {"choices": "tea"}),
        ("helped", {"choices": ["tea", "nope"]}),
        ("helped", {"choices": [["tea"]]}),
        ("i-say", {"felt": ["joyful"]}),
        ("i-say", {"felt_other": "x" * 101}),
        ("log", {"tone": "loud"}),
        ("log", {"saw": "x" * 1001}),
        ("sit", {"done": "perhaps"}),
        ("sit", {"done": 1}),
        ("pact", {"word": "two\nlines"}),
        ("pact", {"agreed": True}),
    ],
)
def test_an_answer_to_another_question_is_refused(key: str, raw: object) -> None:
    with pytest.raises(AnswerError) as caught:
        read_answer(step(key), raw)
    names = field_names(step(key))
    assert caught.value.field in names or not names


def test_choices_come_in_the_order_of_the_page_and_once_each() -> None:
    assert read_answer(step("helped"), {"choices": ["quiet", "tea", "quiet"]}) == {
        "choices": ["tea", "quiet"]
    }


def test_one_part_of_an_i_sentence_is_said_anew_and_the_others_stay() -> None:
    i_say = step("i-say")
    assert isinstance(i_say, ISentenceStep)
    saved = {"when": "the door closed", "felt": ["sad"], "felt_other": "cold"}
    assert merge_part(i_say, saved, "felt", {"felt": ["glad"]}) == {
        "when": "the door closed",
        "felt": ["glad"],
    }
    assert merge_part(i_say, saved, "when", None) == {"felt": ["sad"], "felt_other": "cold"}
    assert merge_part(i_say, None, "would_like", {"would_like": "tea"}) == {"would_like": "tea"}


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@given(st.data())
def test_no_input_at_all_gets_past_the_reader_half_read(data: st.DataObject) -> None:
    asked = data.draw(st.sampled_from(exercise().steps))
    names = field_names(asked) or ("none",)
    raw = data.draw(anything | st.dictionaries(st.sampled_from(names), anything, max_size=4))
    try:
        value = read_answer(asked, raw)
    except AnswerError:
        return
    assert read_answer(asked, value) == value
    assert value is None or json.dumps(value).encode("utf-8")
    assert all(isinstance(line, str) for line in lines_of(asked, value))


def test_entries_and_agreements_take_their_names_from_the_file() -> None:
    log, pact = step("log"), step("pact")
    assert isinstance(log, EntriesStep)
    assert isinstance(pact, AgreementStep)
    assert field_names(log) == ("saw", "tone")
    assert field_names(pact) == ("word", "back", "agreed")


@pytest.mark.parametrize("taken", ["check", "done", "undo", "outcome", "later", "hard"])
def test_a_step_may_not_take_the_address_of_a_page(taken: str) -> None:
    exercise = load_library().get("reflect-and-check")
    assert exercise is not None
    text = exercise_to_json(exercise).replace('"got-it-right"', f'"{taken}"')
    with pytest.raises(ValueError, match=f"“{taken}” is kept for a page"):
        exercise_from_json(text)
