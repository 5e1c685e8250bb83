"""A form for each kind of step: shape from the step, judgement from the domain, saved words back in their boxes."""

from datetime import date
from typing import Any

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from werkzeug.datastructures import MultiDict

from assignments.domain.exercises import AnswerError, ISentenceStep, Part, Step
from assignments.forms import StepForm, step_form, step_form_class
from assignments.library.loader import load_library


@pytest.fixture
def bare_app() -> Flask:
    """A form needs an application for its settings, not for its pages."""
    made = Flask(__name__)
    made.config.update(SECRET_KEY="only for this test", WTF_CSRF_ENABLED=False)
    return made


def step(slug: str, key: str) -> Step:
    exercise = load_library().get(slug)
    assert exercise is not None
    found = exercise.step(key)
    assert found is not None
    return found


def posted(app: Flask, asked: Step, data: Any, **options: Any) -> StepForm:
    with app.test_request_context("/do", method="POST", data=MultiDict(data)):
        form = step_form(asked, **options)
        form.validate()
        return form


CASES: list[tuple[str, str, list[tuple[str, str]], dict[str, Any]]] = [
    ("validate-first", "on-my-mind", [("text", "A long day")], {"text": "A long day"}),
    ("validate-first", "understood", [("rating", "7")], {"rating": 7}),
    ("validate-first", "thanks", [("choice", "here")], {"choice": "here"}),
    ("validate-first", "thanks", [("other", "Cheers")], {"choice": "other", "other": "Cheers"}),
    (
        "what-helps-me-feel-safe",
        "what-helps",
        [("choices", "touch"), ("choices", "time"), ("other", "")],
        {"choices": ["time", "touch"]},
    ),
    (
        "i-statements",
        "say-it",
        [
            ("when", "the plan changed"),
            ("felt", "hurt"),
            ("felt_other", "cross"),
            ("would_like", "a word first"),
        ],
        {"when": "the plan changed", "felt": ["hurt"], "felt_other": "cross", "would_like": "a word first"},
    ),
    (
        "withdrawal-journal",
        "moments",
        [("box_topic", "money"), ("box_tone", "tense"), ("box_saw", "")],
        {"topic": "money", "tone": "tense"},
    ),
    (
        "appreciation-log",
        "thanks",
        [("box_did", "Made tea"), ("box_day", "2026-05-14"), ("box_meant", "")],
        {"did": "Made tea", "day": "2026-05-14"},
    ),
    ("gentle-questions", "question", [("choice", "song"), ("other", "")], {"choice": "song"}),
    ("gentle-questions", "question", [("other", "Who?")], {"choice": "other", "other": "Who?"}),
    (
        "find-the-word",
        "feeling",
        [("felt", "sad"), ("felt", "glad"), ("felt_other", "grey"), ("strength", "0"), ("body", "chest")],
        {"felt": ["glad", "sad"], "felt_other": "grey", "strength": 0, "body": ["chest"]},
    ),
    ("weekly-sit-down", "sit", [("done", "y")], {"done": True}),
    (
        "pause-and-come-back",
        "our-pause",
        [("box_signal", "teapot"), ("box_how_long", "one-hour"), ("agreed", "y")],
        {"signal": "teapot", "how_long": "one-hour", "agreed": True},
    ),
]


@pytest.mark.parametrize(("slug", "key", "data", "value"), CASES)
def test_what_is_sent_becomes_the_value_and_the_value_fills_the_form_again(
    bare_app: Flask, slug: str, key: str, data: list[tuple[str, str]], value: dict[str, Any]
) -> None:
    asked = step(slug, key)
    form = posted(bare_app, asked, data)
    assert form.errors == {}
    assert form.value() == value
    with bare_app.test_request_context("/do"):
        again = step_form(asked, value)
        assert again.value() == value


EVERY_STEP = [(e.slug, s.key) for e in load_library().all() for s in e.steps]


@pytest.mark.parametrize(("slug", "key"), EVERY_STEP)
def test_every_page_of_the_library_has_a_form_that_may_be_left_empty(
    bare_app: Flask, slug: str, key: str
) -> None:
    with bare_app.test_request_context("/do", method="POST", data={}):
        form = step_form(step(slug, key))
        assert form.validate()
        assert form.value() is None


@pytest.mark.parametrize(("slug", "key"), EVERY_STEP)
def test_every_box_has_a_label_and_keeps_the_browser_from_remembering(
    bare_app: Flask, slug: str, key: str
) -> None:
    with bare_app.test_request_context("/do"):
        for field in step_form(step(slug, key)).answer_fields():
            assert field.label.text
            for box in BeautifulSoup(str(field()), "html.parser").select("textarea, input[type=text]"):
                assert box["autocomplete"] == "off"


def test_a_rating_offers_eleven_tiles_and_a_way_out_with_nothing_chosen(bare_app: Flask) -> None:
    with bare_app.test_request_context("/do"):
        form = step_form(step("validate-first", "understood"))
        tiles = BeautifulSoup(str(form["rating"]()), "html.parser").select("input[type=radio]")
        assert [tile["value"] for tile in tiles] == [*map(str, range(11)), "skip"]
        assert not any(tile.has_attr("checked") for tile in tiles)


def test_rather_not_say_leaves_the_rating_out(bare_app: Flask) -> None:
    assert posted(bare_app, step("validate-first", "understood"), {"rating": "skip"}).value() is None


@pytest.mark.parametrize(
    ("slug", "key", "data", "field"),
    [
        ("validate-first", "understood", {"rating": "٣"}, "rating"),
        ("validate-first", "understood", {"rating": "9" * 5000}, "rating"),
        ("validate-first", "thanks", {"choice": "nope"}, "choice"),
        ("validate-first", "on-my-mind", {"text": "a" * 20_001}, "text"),
        ("validate-first", "on-my-mind", {"text": "a\x00"}, "text"),
        ("what-helps-me-feel-safe", "what-helps", {"choices": "nope"}, "choices"),
        ("withdrawal-journal", "moments", {"box_tone": "loud"}, "box_tone"),
        ("withdrawal-journal", "moments", {"box_topic": "tea", "box_day": "yesterday"}, "box_day"),
        ("withdrawal-journal", "moments", {"box_topic": "tea", "box_day": "2026-02-30"}, "box_day"),
        ("gentle-questions", "question", {"choice": "made-up"}, "choice"),
        ("find-the-word", "feeling", {"felt": "made-up"}, "felt"),
        ("find-the-word", "feeling", {"strength": "11"}, "strength"),
        ("find-the-word", "feeling", {"body": "made-up"}, "body"),
        ("pause-and-come-back", "our-pause", {"agreed": "y"}, "box_signal"),
    ],
)
def test_a_refusal_stands_beside_its_box_once_and_what_was_typed_stays(
    bare_app: Flask, slug: str, key: str, data: dict[str, str], field: str
) -> None:
    form = posted(bare_app, step(slug, key), data)
    assert list(form.errors) == [field]
    assert len(form.errors[field]) == 1
    typed = next(iter(data))
    assert form[typed].data in (data[typed], [data[typed]], True)
    with pytest.raises(AnswerError):
        form.value()


def test_saved_words_never_overwrite_what_is_typed_now(bare_app: Flask) -> None:
    form = posted(bare_app, step("validate-first", "on-my-mind"), {"text": "new"}, value={"text": "old"})
    assert form.value() == {"text": "new"}


def test_emptying_a_box_takes_the_answer_out(bare_app: Flask) -> None:
    form = posted(bare_app, step("validate-first", "on-my-mind"), {"text": ""}, value={"text": "old"})
    assert form.value() is None


def test_an_i_sentence_can_be_asked_one_part_a_page(bare_app: Flask) -> None:
    asked = step("i-statements", "say-it")
    assert isinstance(asked, ISentenceStep)
    saved = {"when": "the plan changed"}
    form = posted(bare_app, asked, {"felt": "sad"}, value=saved, part="felt")
    assert [field.name for field in form.answer_fields()] == ["felt", "felt_other"]
    assert form.value() == {"when": "the plan changed", "felt": ["sad"]}


@pytest.mark.parametrize(
    ("slug", "key", "part"),
    [("validate-first", "on-my-mind", "when"), ("i-statements", "say-it", "body")],
)
def test_a_part_that_a_step_does_not_have_is_refused(slug: str, key: str, part: Part) -> None:
    with pytest.raises(ValueError, match="has no part"):
        step_form_class(step(slug, key), part)


def test_a_feeling_can_be_asked_one_part_a_page(bare_app: Flask) -> None:
    asked = step("find-the-word", "feeling")
    saved = {"felt": ["sad"], "strength": 4}
    form = posted(bare_app, asked, {"strength": "0"}, value=saved, part="strength")
    assert [field.name for field in form.answer_fields()] == ["strength"]
    assert form.value() == {"felt": ["sad"], "strength": 0}
    form = posted(bare_app, asked, {"strength": "skip"}, value=saved, part="strength")
    assert form.value() == {"felt": ["sad"]}


def test_a_new_entry_is_about_today_and_an_old_one_keeps_its_day(bare_app: Flask) -> None:
    asked = step("appreciation-log", "thanks")
    with bare_app.test_request_context("/do"):
        form = step_form(asked)
        form.offer_days(date(2026, 5, 14), is_new=True)
        days = BeautifulSoup(str(form["box_day"]()), "html.parser").select("option")
        assert (days[0]["value"], days[0].get_text()) == ("2026-05-14", "Today, Thursday 14 May")
        assert days[0].has_attr("selected")
        assert [day.get_text() for day in days[-2:]] == ["Friday 1 May", "Leave it out"]
        # The day stands there beforehand, so a day alone is nobody's entry.
        assert form.value() is None
        form = step_form(asked, {"did": "Made tea", "day": "2026-03-02"})
        form.offer_days(date(2026, 5, 14), is_new=False)
        chosen = BeautifulSoup(str(form["box_day"]()), "html.parser").select("option[selected]")
        assert [day.get_text() for day in chosen] == ["Monday 2 March"]


def test_a_form_asks_for_the_token_where_the_application_does(bare_app: Flask) -> None:
    bare_app.config["WTF_CSRF_ENABLED"] = True
    form = posted(bare_app, step("validate-first", "on-my-mind"), {"text": "hello"})
    assert "csrf_token" in form.errors
