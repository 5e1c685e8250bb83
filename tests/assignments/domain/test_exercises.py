"""Exercises read from text, answers read from people, and the words both come back in."""

import pytest

from assignments.domain.exercises import (
    ExerciseError,
    blame_hint,
    exercise_from_json,
    exercise_to_json,
    parse_exercise,
    personalise,
    personalised,
    reading_grade,
    texts_of,
)
from tests.assignments.one_of_each import TEXT, exercise, problems_after

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
        ("minutes = 8", 'minutes = "ten"', "minutes: expected whole minutes, from 1 to 90; found “ten”"),
        (
            'dos = ["Sit down."]',
            "dos = []",
            "dos: expected a list of one to six tips to follow; found nothing",
        ),
        (
            'dos = ["Sit down."]',
            'dos = "Sit"',
            "dos: expected a list of one to six tips to follow; found “Sit",
        ),
        ('steps = ["sit"]', "steps = [{}]", "sizes › small › steps 1: expected a text; found a table"),
        ("minutes = 8", "minutes = true", "minutes: expected whole minutes"),
        ("minutes = 8", "minutes = 8.0", "minutes: expected whole minutes"),
        ('summary = "', 'sumary = "', "sumary: there is no such field; did you mean “summary”?"),
        ('family = "rituals"', 'family = "ritual"', "family: expected one of “validation”"),
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
        ("version = 1\n", "version = 1\nversion = 2\n", "the same name stands twice, at line"),
        ('family = "rituals"', 'family = "ritual"', "found “ritual”. Did you mean “rituals”?"),
        ('family = "rituals"', 'family = "rituals', "something is wrong at line"),
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
