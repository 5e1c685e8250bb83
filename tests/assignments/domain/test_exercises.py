"""Exercises read from text, answers read from people, and the words both come back in."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assignments.domain.exercises import (
    AgreementStep,
    AnswerError,
    EntriesStep,
    Exercise,
    ExerciseError,
    ISentenceStep,
    Step,
    blame_hint,
    exercise_from_json,
    exercise_to_json,
    field_names,
    lines_of,
    merge_part,
    parse_exercise,
    personalise,
    personalised,
    read_answer,
    reading_grade,
    sentence_of,
    texts_of,
)
from assignments.library.loader import load_library

TEXT = """
slug = "tea-and-talk"
version = 1
name = "Tea and talk"
family = "rituals"
who = "turns"
minutes = 8
level = "easy"
summary = "Tea, and one question."
why = "A warm drink slows a talk down."
how = ["Make tea.", "Ask {partner} one thing."]
dos = ["Sit down."]
donts = ["Hurry."]
sharing = "both"
reveal_together = true
sources = ["R1", "I3"]
signs = ["S6", "T3"]

[dose]
text = "Once a week"
per_week = 1

[[steps]]
key = "say"
type = "text"
turn = "speaker"
title = "What is on your mind?"
max_chars = 50

[[steps]]
key = "close"
type = "rating"
title = "How close did it feel?"
low = "far"
high = "close"

[[steps]]
key = "reply"
type = "choose_one"
turn = "listener"
quotes = "say"
title = "What would you say to {partner}?"
options = [{ key = "thanks", label = "Thank you" }, { key = "more", label = "Tell me more" }]
other = "My own words"

[[steps]]
key = "helped"
type = "choose_many"
title = "What helped?"
options = [{ key = "tea", label = "The tea" }, { key = "quiet", label = "The quiet" }]
other = "Something else"

[[steps]]
key = "i-say"
type = "i_sentence"
title = "Say it as I"
when = { title = "When was it?" }
felt = { title = "What did you feel?" }
would_like = { title = "What would you like?" }
feelings = [
  { key = "sad", label = "sad" }, { key = "left-out", label = "left out" },
  { key = "tired", label = "tired" }, { key = "glad", label = "glad" },
]

[[steps]]
key = "log"
type = "entries"
title = "What did you notice?"
entry = "a moment"
fields = [
  { key = "saw", label = "What I saw", kind = "text" },
  { key = "tone", label = "The tone", kind = "choose_one", options = [
    { key = "calm", label = "Calm" }, { key = "tense", label = "Tense" } ] },
]

[[steps]]
key = "sit"
type = "timer"
title = "Sit together"
minutes = 5

[[steps]]
key = "read"
type = "read_only"
title = "Before you go on"
lines = ["Breathe out."]

[[steps]]
key = "pact"
type = "agreement"
title = "What do you agree on?"
fields = [{ key = "word", label = "Our word" }, { key = "back", label = "How do we come back?" }]

[sizes.small]
minutes = 2
timer = 2
steps = ["sit"]

[sizes.usual]
minutes = 8
steps = ["say", "reply", "sit"]

[sizes.longer]
minutes = 20
steps = ["say", "close", "reply", "helped", "i-say", "log", "sit", "read", "pact"]
"""


def exercise() -> Exercise:
    return parse_exercise(TEXT, "tea.toml")


def step(key: str) -> Step:
    found = exercise().step(key)
    assert found is not None
    return found


def problems_after(old: str, new: str) -> str:
    assert old in TEXT
    with pytest.raises(ExerciseError) as caught:
        parse_exercise(TEXT.replace(old, new, 1), "tea.toml")
    assert str(caught.value).startswith("tea.toml: ")
    return str(caught.value)


# Reading a file


def test_a_complete_file_becomes_a_frozen_exercise() -> None:
    read = exercise()
    assert (read.slug, read.version, read.dose.per_week) == ("tea-and-talk", 1, 1)
    assert [s.type for s in read.steps][:3] == ["text", "rating", "choose_one"]
    with pytest.raises(ValueError, match="frozen"):
        read.name = "Other"
    assert hash(read) == hash(exercise())


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('name = "Tea and talk"\n', "", "name: this is missing; expected a plain name"),
        ("minutes = 8", 'minutes = "ten"', "minutes: expected whole minutes, from 1 to 90; found ten"),
        (
            'dos = ["Sit down."]',
            "dos = []",
            "dos: expected a list of one to six tips to follow; found nothing",
        ),
        (
            'dos = ["Sit down."]',
            'dos = "Sit"',
            "dos: expected a list of one to six tips to follow; found Sit",
        ),
        ('steps = ["sit"]', "steps = [{}]", "sizes › small › steps 1: expected a text; found a table"),
        ("minutes = 8", "minutes = true", "minutes: expected whole minutes"),
        ("minutes = 8", "minutes = 8.0", "minutes: expected whole minutes"),
        ('summary = "', 'sumary = "', "sumary: there is no such field; did you mean “summary”?"),
        ('family = "rituals"', 'family = "ritual"', "family: expected one of 'validation'"),
        ('type = "rating"', 'type = "slider"', "expected one of text, rating, choose_one"),
        ('type = "rating"\n', "", "steps 2 › type (step “close”): expected one of text"),
        ('low = "far"\n', "", "steps 2 › low (step “close”): this is missing; expected a few words"),
        (
            "max_chars = 50",
            "max_chars = 20001",
            "steps 1 › max_chars (step “say”): expected the most characters",
        ),
        ('label = "Thank you"', 'lable = "Thank you"', "steps 3 › options 1 › lable (step “reply”)"),
        (
            'label = "Our word"',
            'label = ""',
            "steps 9 › fields 1 › label (step “pact”): expected a few words",
        ),
        (
            'when = { title = "When was it?" }',
            "when = {}",
            "steps 5 › when › title (step “i-say”): this is missing",
        ),
        ('"R1", "I3"', '"R1", "R99"', "sources: there is no material id “R99”"),
        ('"R1", "I3"', '"I3"', "sources: name at least one practice"),
        ('"S6", "T3"', '"S6", "V1"', "signs: “V1” is no sign"),
        ('key = "close"', 'key = "say"', "the step “say” stands here twice"),
        ('quotes = "say"', 'quotes = "later"', "it quotes “later”, but no earlier step has that key"),
        ('who = "turns"', 'who = "each"', "“turn” is only for exercises with who = “turns”"),
        ('turn = "listener"\n', "", "give at least one speaker and one listener step"),
        ('sharing = "both"', 'sharing = "shared"', "need sharing = “both”"),
        ("per_week = 1", "", "dose: say how often"),
        ('steps = ["sit"]', 'steps = ["stand"]', "sizes.small: there is no step “stand”"),
        ('steps = ["sit"]', 'steps = ["close"]', "sizes.usual: it leaves out “close”"),
        (
            '["say", "reply", "sit"]',
            '["reply", "say", "sit"]',
            "sizes.usual: list each step once, in the order",
        ),
        ("minutes = 2\n", "minutes = 4\n", "sizes.small: about two minutes is the idea"),
        ('"read", "pact"]', '"read"]', "sizes.longer: it keeps every step"),
        ('key = "thanks"', 'key = "other"', "the key “other” is kept for the page itself"),
        ('key = "word"', 'key = "agreed"', "the key “agreed” is taken by the agreement itself"),
        ("Ask {partner} one thing.", "Ask {name} one thing.", "how 2: “{name}” is no name we can fill in"),
        ("Make tea.", "Make \\u0007tea.", "how 1: it holds a character that cannot be seen"),
        ("version = 1\n", "version = 1\nversion = 2\n", "this cannot be read as TOML"),
    ],
)
def test_a_problem_names_the_file_the_place_and_what_was_expected(old: str, new: str, said: str) -> None:
    assert said in problems_after(old, new)


def test_every_problem_of_a_file_is_told_at_once() -> None:
    with pytest.raises(ExerciseError) as caught:
        parse_exercise(TEXT.replace("minutes = 8", "minutes = 0", 1).replace('low = "far"\n', ""), "tea.toml")
    assert len(caught.value.problems) == 2


def test_a_file_that_is_nested_without_end_is_a_problem_and_no_crash() -> None:
    with pytest.raises(ExerciseError):
        parse_exercise("a = " + "[" * 5000, "deep.toml")


@pytest.mark.parametrize("number", ["9" * 5000, f"0x{'f' * 5000}", "1e999", "nan"])
def test_a_number_beyond_all_bounds_is_a_problem_and_no_crash(number: str) -> None:
    assert "minutes" in problems_after("minutes = 8", f"minutes = {number}") or number.startswith("9")


def test_a_definition_comes_back_from_json_as_it_was() -> None:
    assert exercise_from_json(exercise_to_json(exercise())) == exercise()


def test_a_size_keeps_its_steps_and_may_shorten_the_timer() -> None:
    read = exercise()
    assert [s.key for s in read.steps_in("usual")] == ["say", "reply", "sit"]
    assert [s.minutes for s in read.steps_in("small") if s.type == "timer"] == [2]
    assert [s.minutes for s in read.steps_in("usual") if s.type == "timer"] == [5]


def test_a_turn_leaves_out_the_pages_of_the_other_role() -> None:
    assert [s.key for s in exercise().steps_in("usual", turn="speaker")] == ["say", "sit"]
    assert [s.key for s in exercise().steps_in("usual", turn="listener")] == ["reply", "sit"]


# Words


def test_names_are_put_in_and_plain_words_stand_in_for_them() -> None:
    assert (
        personalise("Ask {partner}. {counsellor} can help.", partner="Jo")
        == "Ask Jo. Your counsellor can help."
    )
    assert personalise("{partner}’s tea") == "Your partner’s tea"


def test_a_name_that_looks_like_a_placeholder_is_left_as_typed() -> None:
    assert personalise("Ask {partner}", partner="{counsellor}", counsellor="Priya") == "Ask {counsellor}"


def test_a_whole_exercise_is_personalised_and_the_original_left_alone() -> None:
    read = exercise()
    named = personalised(read, partner="Jo" * 60)
    assert named.how[1].startswith("Ask JoJo")
    assert named.steps[2].title.startswith("What would you say to JoJo")
    assert read.how[1] == "Ask {partner} one thing."
    assert not any("{" in text for text in texts_of(named))


@pytest.mark.parametrize(
    "text",
    [
        "You never listen",
        "but you’re always out",
        "I feel that you left",
        "i felt like you did",
        "YOU ALWAYS",
    ],
)
def test_words_that_may_land_as_blame_get_a_soft_hint(text: str) -> None:
    assert blame_hint(text) == "This may land as blame. Keep it or try again?"


@pytest.mark.parametrize("text", ["", "I felt alone", "Thank you. Always nice", "you and I never met before"])
def test_other_words_get_no_hint(text: str) -> None:
    assert blame_hint(text) is None


def test_longer_words_and_sentences_read_at_a_higher_grade() -> None:
    easy, hard = (
        "Sit down. Drink tea.",
        "Intermittent physiological disengagement necessitates mutual accommodation.",
    )
    assert reading_grade(easy) < 3
    assert reading_grade(hard) > 12
    assert reading_grade("") == 0


# Answers

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
