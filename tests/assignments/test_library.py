"""The library that ships: complete, readable, and worded the way couples are spoken to."""

import re
from pathlib import Path

import pytest

from assignments.domain.exercises import (
    DEPTHS,
    SIZE_NAMES,
    Card,
    CardsStep,
    Exercise,
    ExerciseError,
    FeelingsStep,
    exercise_from_json,
    exercise_to_json,
    personalised,
    reading_grade,
    sentences_in,
    texts_of,
    words_in,
)
from assignments.domain.material import ARTICLES, MATERIAL, Kind, articles_behind, kind_of, label_of
from assignments.library.loader import EXERCISES_FOLDER, check_library, load_decks, load_library

EXERCISES = check_library().exercises

# A hair space, a typewriter apostrophe and a per cent sign are as unwelcome as the words.
UNWELCOME = re.compile(
    r"!|%|'|\b(?:just|simply|should|must|homework|task|assignment|module|streak|overdue|late|missed|failed|spouse|"
    r"husband|wife|journey|journal|score|points|diagnos\w+|avoidant|narciss\w+|toxic)\b|[\U0001F300-\U0001FAFF♥❤]",
    re.IGNORECASE,
)


@pytest.mark.parametrize("practice", [one for one in MATERIAL if kind_of(one) is Kind.PRACTICE])
def test_each_practice_has_an_exercise_of_its_own(practice: str) -> None:
    named = [exercise for exercise in EXERCISES if exercise.sources[0] == practice]
    assert len(named) == 1
    assert all(kind_of(one) is not Kind.PRACTICE for one in named[0].sources[1:])


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda e: e.slug)
def test_the_three_sizes_really_differ(exercise: Exercise) -> None:
    small, usual, longer = (exercise.size(name) for name in SIZE_NAMES)
    assert small.minutes <= 3
    assert small.minutes < usual.minutes < longer.minutes
    assert len(small.steps) < len(usual.steps) < len(longer.steps)
    # Whoever makes it smaller, or has more time, reads what that means.
    assert small.hint
    assert longer.hint


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda e: e.slug)
def test_nothing_to_do_stands_under_what_is_better_left_out(exercise: Exercise) -> None:
    assert not [line for line in exercise.donts if re.search(r"\. (?:Tell|Ask|Talk|Say|Use) ", line)]
    # “In a row” may be read as “one after the other”.
    assert not [text for text in texts_of(exercise) if re.search(r"\bin a row\b", text)]


def test_the_library_is_read_once_and_lists_everything_in_order() -> None:
    assert load_library() is load_library()
    assert [e.slug for e in load_library().all()] == [e.slug for e in EXERCISES]
    assert len(EXERCISES) == sum(kind_of(one) is Kind.PRACTICE for one in MATERIAL)


def test_an_unknown_slug_or_another_version_is_not_there() -> None:
    assert load_library().get("nothing-like-it") is None
    assert load_library().get("validate-first", version=1) is not None
    assert load_library().get("validate-first", version=2) is None


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda e: e.slug)
def test_every_sentence_is_short_and_the_whole_reads_easily(exercise: Exercise) -> None:
    for text in texts_of(exercise):
        assert not UNWELCOME.search(text), text
        assert text == text.strip()
        for sentence in sentences_in(text):
            assert len(words_in(sentence)) <= 15, sentence
        # Below eight words a grade says more about one long word than about the text.
        if len(words_in(text)) >= 8:
            assert reading_grade(text) <= 7, text
    assert reading_grade(" ".join(f"{text.rstrip('.')}." for text in texts_of(exercise))) <= 5


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda e: e.slug)
def test_every_text_reads_with_names_and_without(exercise: Exercise) -> None:
    for named in (personalised(exercise), personalised(exercise, partner="Jo", counsellor="Priya")):
        for text in texts_of(named):
            assert "{" not in text
            assert not re.search(r"[.?] your (?:partner|counsellor)", text)


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda e: e.slug)
def test_speaker_and_listener_both_get_a_question_in_every_size_but_the_smallest(exercise: Exercise) -> None:
    if exercise.who == "turns":
        assert {"speaker", "listener"} <= {step.turn for step in exercise.steps_in("usual")}


@pytest.mark.parametrize(
    "slug",
    [
        "weekly-sit-down",
        "phone-free-evening",
        "evening-check-in",
        "something-together",
        "how-we-are",
        "time-and-place",
    ],
)
def test_a_ritual_sets_a_time_once_and_then_runs_and_asks_for_closeness(slug: str) -> None:
    ritual = load_library().get(slug)
    assert ritual is not None
    first = [step.type for step in ritual.steps_in("usual")]
    again = [step.type for step in ritual.steps_in("usual", first_time=False)]
    assert first[0] == "agreement"
    assert "agreement" not in again
    assert again[-2:] == ["timer", "rating"]


def test_sharing_is_as_tight_as_the_material_asks() -> None:
    journal, safe = load_library().get("withdrawal-journal"), load_library().get("what-helps-me-feel-safe")
    assert journal is not None
    assert journal.sharing == "counsellor"
    assert safe is not None
    assert (safe.sharing, safe.reveal_together) == ("both", True)


DECK = load_decks()["gentle-questions"]


@pytest.mark.parametrize("depth", DEPTHS)
def test_the_deck_holds_questions_enough_of_every_depth(depth: str) -> None:
    assert len([card for card in DECK.cards if card.depth == depth]) >= 12
    assert len(DECK.cards) >= 40


@pytest.mark.parametrize("card", DECK.cards, ids=lambda card: card.key)
def test_every_card_asks_openly_and_pries_into_nothing(card: Card) -> None:
    assert len(words_in(card.question)) <= 15
    assert card.question.endswith("?")
    # A question that begins with its verb can be answered with yes or no.
    assert re.match(r"(?:What|Which|Who|Where|When|How)\b", card.question), card.question
    prying = r"\b(?:sex|ex|exes|affair|money|debt|blame|fault|wrong|hit|hurt|secret|lie|lied|cheat\w*|why don|why did)\b"
    assert not re.search(prying, card.question, re.IGNORECASE)


@pytest.mark.parametrize(
    ("slug", "key", "depths"),
    [
        ("gentle-questions", "question", {"light", "middle", "deep"}),
        ("one-question-a-week", "question", {"light", "middle"}),
        ("start-light", "light-one", {"light"}),
        ("start-light", "deeper-one", {"middle"}),
        ("deeper-talk", "card", {"deep"}),
    ],
)
def test_an_exercise_holds_the_cards_themselves_and_room_for_ones_own(
    slug: str, key: str, depths: set[str]
) -> None:
    exercise = load_library().get(slug)
    assert exercise is not None
    step = exercise.step(key)
    assert isinstance(step, CardsStep)
    assert {card.depth for card in step.cards} == depths
    assert set(step.cards) <= set(DECK.cards)
    assert step.other
    # What was given is kept as JSON, without the deck it came from.
    assert exercise_from_json(exercise_to_json(exercise)).step(key) == step


def test_there_are_feeling_words_enough_in_families() -> None:
    exercise = load_library().get("find-the-word")
    assert exercise is not None
    step = exercise.step("feeling")
    assert isinstance(step, FeelingsStep)
    assert len(step.groups) >= 6
    assert len({word.label for word in step.feelings}) >= 40
    assert "nowhere" in {place.key for place in step.body.options}


@pytest.mark.parametrize("slug", ["what-helps-me-feel-safe", "when-closeness-was-easy", "what-weighs-on-us"])
def test_what_is_revealed_together_opens_together(slug: str) -> None:
    exercise = load_library().get(slug)
    assert exercise is not None
    assert (exercise.who, exercise.sharing, exercise.reveal_together) == ("each", "both", True)


def test_search_takes_a_word_and_filters() -> None:
    library = load_library()
    assert library.search("PHONES away")[0].slug == "phone-free-evening"
    assert {e.slug for e in library.search("Q4")} == {"what-helps-me-feel-safe"}
    assert {e.family for e in library.search(family="rituals")} == {"rituals"}
    assert all(e.minutes <= 5 for e in library.search(max_minutes=5))
    assert all(e.level == "middle" for e in library.search(level="middle"))
    assert library.search("zzzzz") == ()
    assert library.search() == library.all()


# The catalogue and the report


def test_the_catalogue_holds_every_id_of_the_material() -> None:
    counts = {
        "V": 8,
        "R": 7,
        "A": 4,
        "E": 7,
        "Q": 7,
        "G": 4,
        "N": 6,
        "PL": 3,
        "S": 7,
        "D": 7,
        "T": 11,
        "I": 10,
    }
    assert set(MATERIAL) == {f"{letters}{n}" for letters, most in counts.items() for n in range(1, most + 1)}
    assert len(set(MATERIAL.values())) == len(MATERIAL)


def test_an_id_says_what_kind_of_thing_it_names() -> None:
    assert [kind_of(i) for i in ("PL1", "S7", "D7", "T10", "I10", "V8")] == [
        Kind.PLAN,
        Kind.AVOIDANCE_SIGN,
        Kind.TIP,
        Kind.THRESHOLD,
        Kind.IDEA,
        Kind.PRACTICE,
    ]
    with pytest.raises(KeyError):
        kind_of("V99")


def test_every_id_comes_from_an_article_and_no_article_carries_what_is_not_there() -> None:
    behind = articles_behind(MATERIAL)
    assert set(behind) == set(ARTICLES.values())
    assert {material_id for ids in behind.values() for material_id in ids} == set(MATERIAL)
    assert articles_behind(["V3", "A2"]) == {ARTICLES["AV"]: ("A2",), ARTICLES["WD"]: ("V3",)}


def test_the_report_names_honestly_what_no_exercise_carries() -> None:
    report = check_library()
    assert report.problems == ()
    assert report.where_used["V1"] == ("validate-first",)
    assert "PL1" in report.missing
    # A threshold an exercise helps with is not thereby on the checklist.
    assert "T3" in report.missing
    assert "S3" not in report.missing
    assert not report.is_complete
    printed = "\n".join(report.lines())
    assert all(f"{material_id} " in printed and label_of(material_id) in printed for material_id in MATERIAL)
    assert "Missing: " in printed


def test_the_report_takes_into_account_what_is_reached_elsewhere() -> None:
    report = check_library({"T1": ["signs page"], "PL1": ["six-weeks"]})
    assert report.where_used["T1"] == ("signs page",)
    assert "T1" not in report.missing
    assert check_library({material_id: ["somewhere"] for material_id in MATERIAL}).is_complete


def test_broken_files_are_all_named_and_the_good_ones_still_read(tmp_path: Path) -> None:
    good = (EXERCISES_FOLDER / "validate-first.toml").read_text(encoding="utf-8")
    (tmp_path / "validate-first.toml").write_text(good, encoding="utf-8")
    (tmp_path / "misnamed.toml").write_text(good, encoding="utf-8")
    (tmp_path / "broken.toml").write_text("slug = ", encoding="utf-8")
    (tmp_path / "latin.toml").write_bytes(b'name = "Caf\xe9"')
    report = check_library(folder=tmp_path)
    assert [e.slug for e in report.exercises] == ["validate-first"]
    told = "\n".join(report.problems)
    assert "broken.toml: this cannot be read as TOML" in told
    assert "latin.toml: this is not UTF-8 text" in told
    assert "misnamed.toml: slug: expected “misnamed”, the name of the file; found “validate-first”." in told


def test_loading_a_broken_library_fails_with_every_problem(tmp_path: Path) -> None:
    (tmp_path / "one.toml").write_text("a", encoding="utf-8")
    (tmp_path / "two.toml").write_text("b", encoding="utf-8")
    with pytest.raises(ExerciseError) as caught:
        load_library(tmp_path)
    assert "one.toml" in str(caught.value)
    assert "two.toml" in str(caught.value)
