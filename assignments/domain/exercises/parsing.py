"""From the text of a TOML file to an exercise, or to sentences a counsellor can act on."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from types import MappingProxyType
from typing import Any, Final

from pydantic import ValidationError

from assignments.domain.exercises.decks import Deck, with_cards
from assignments.domain.exercises.definitions import Dose, Exercise, Size, Sizes
from assignments.domain.exercises.said import nearest, one_of, shown, unreadable
from assignments.domain.exercises.steps import (
    AgreementStep,
    AskedField,
    BodyPart,
    Card,
    CardsStep,
    ChooseManyStep,
    ChooseOneStep,
    Definition,
    EntriesStep,
    FeelingGroup,
    FeelingsStep,
    ISentenceStep,
    Option,
    RatingStep,
    ReadOnlyStep,
    SentencePart,
    StrengthPart,
    TextStep,
    TimerStep,
)

STEP_TYPES: Final[Mapping[str, type[Definition]]] = {
    "text": TextStep,
    "rating": RatingStep,
    "choose_one": ChooseOneStep,
    "choose_many": ChooseManyStep,
    "i_sentence": ISentenceStep,
    "cards": CardsStep,
    "feelings": FeelingsStep,
    "entries": EntriesStep,
    "timer": TimerStep,
    "read_only": ReadOnlyStep,
    "agreement": AgreementStep,
}

_PARTS: Final[Mapping[str, type[Definition]]] = {
    "dose": Dose,
    "sizes": Sizes,
    "small": Size,
    "usual": Size,
    "longer": Size,
    "options": Option,
    "feelings": Option,
    "fields": AskedField,
    "when": SentencePart,
    "felt": SentencePart,
    "would_like": SentencePart,
    "strength": StrengthPart,
    "body": BodyPart,
    "cards": Card,
    "groups": FeelingGroup,
}

_ONLY_IN: Final[Mapping[str, tuple[type[Definition], ...]]] = {
    "when": (ISentenceStep,),
    "felt": (ISentenceStep, FeelingsStep),
    "would_like": (ISentenceStep,),
    "strength": (FeelingsStep,),
    "body": (FeelingsStep,),
    "cards": (CardsStep,),
    "groups": (FeelingsStep,),
}

_BRACES = re.compile(r"\{[^{}]*\}|[{}]")
_KNOWN_BRACES: Final = frozenset({"{partner}", "{counsellor}"})


class ExerciseError(Exception):
    """A file that is no exercise yet; every problem is a sentence with file, place and what was expected."""

    def __init__(self, source: str, problems: tuple[str, ...]) -> None:
        self.source = source
        self.problems = problems
        super().__init__("\n".join(f"{source}: {problem}" for problem in problems))


@dataclass(frozen=True)
class Problem:
    """One thing that keeps a table from being an exercise: the sentence of a file, and its parts for a form."""

    place: tuple[str | int, ...]
    sentence: str
    expected: str = ""
    """What should stand there, in words; empty where the sentence says it."""
    is_missing: bool = False
    rule: str = ""
    """The sentence of a rule about several parts, without the place in front of it."""


def parse_exercise(text: str, source: str, decks: Mapping[str, Deck] = MappingProxyType({})) -> Exercise:
    """Read one exercise out of the text of its file; `source` is how messages name that file.

    `decks` are the ones a step of the kind “cards” may name; their cards become part of the exercise.
    """
    try:
        table = tomllib.loads(text)
    except ValueError as error:
        # Mostly tomllib's own TOMLDecodeError; a number of five thousand digits is a plain ValueError.
        raise ExerciseError(source, (unreadable(error),)) from error
    except RecursionError as error:
        raise ExerciseError(source, ("this is nested far deeper than any exercise is.",)) from error
    return exercise_from_table(table, source, decks)


def exercise_from_table(
    table: Mapping[str, Any], source: str, decks: Mapping[str, Deck] = MappingProxyType({})
) -> Exercise:
    """An exercise from the table that its file or its draft holds; the one reading both go through."""
    exercise, problems = _read(table, decks)
    if exercise is None or problems:
        raise ExerciseError(source, tuple(problem.sentence for problem in problems))
    return exercise


def problems_in(
    table: Mapping[str, Any], decks: Mapping[str, Deck] = MappingProxyType({})
) -> tuple[Problem, ...]:
    """Everything that keeps a table from being an exercise, each with the place it stands at."""
    return _read(table, decks)[1]


def parse_deck(text: str, source: str) -> Deck:
    """Read one deck of cards out of the text of its file. Decks ship with the service; nobody sends one in."""
    try:
        return Deck.model_validate(with_tuples(tomllib.loads(text)))
    except ValueError as error:
        raise ExerciseError(source, (str(error),)) from error


def exercise_to_json(exercise: Exercise) -> str:
    """The definition as JSON, for keeping beside an assignment so that what was given never changes."""
    return exercise.model_dump_json()


def exercise_from_json(text: str) -> Exercise:
    """The definition back from exercise_to_json."""
    return Exercise.model_validate_json(text)


def with_tuples(value: Any) -> Any:
    """TOML has lists, frozen definitions have tuples; the strict reading would refuse the one for the other."""
    if isinstance(value, dict):
        return {key: with_tuples(item) for key, item in value.items()}
    if isinstance(value, list):
        return tuple(with_tuples(item) for item in value)
    return value


def _read(table: Mapping[str, Any], decks: Mapping[str, Deck]) -> tuple[Exercise | None, tuple[Problem, ...]]:
    problems = _odd_texts(dict(table), ())
    try:
        return Exercise.model_validate(with_tuples(with_cards(dict(table), decks))), tuple(problems)
    except ValidationError as error:
        details = [dict(detail) for detail in error.errors(include_url=False)]
        problems.extend(_problem(detail, table) for detail in details if not _is_echo(detail))
        return None, tuple(problems)


def _odd_texts(value: Any, place: tuple[str | int, ...]) -> list[Problem]:
    """Sentences about texts with an unknown {placeholder} or with characters that cannot be seen."""
    if isinstance(value, dict):
        return [one for key, item in value.items() for one in _odd_texts(item, (*place, key))]
    if isinstance(value, list):
        return [one for number, item in enumerate(value) for one in _odd_texts(item, (*place, number))]
    if not isinstance(value, str):
        return []
    found = []
    for brace in _BRACES.findall(value):
        if brace not in _KNOWN_BRACES:
            found.append(
                _at(
                    place,
                    f"“{brace}” is no name we can fill in; write {{partner}} or {{counsellor}}, "
                    "or leave the braces out",
                )
            )
    if any(not character.isprintable() and character != "\n" for character in value):
        found.append(_at(place, "it holds a character that cannot be seen; type the line again"))
    return found


def _at(place: tuple[str | int, ...], rule: str) -> Problem:
    return Problem(place, f"{_path(place)}: {rule}.", rule=rule)


def _problem(detail: dict[str, Any], table: Mapping[str, Any]) -> Problem:
    """One problem from one of pydantic's findings."""
    place, model = _walk(detail["loc"])
    kind, context = detail["type"], detail.get("ctx", {})
    path = _path(place) + _step_name(place, table)
    name = place[-1] if place else ""
    expected = _expected(model, name)
    if kind == "value_error":
        rule = str(context["error"])
        return Problem(place, f"{path}: {rule}." if place else f"{rule}.", rule=rule)
    if kind == "missing":
        sentence = f"{path}: this is missing; expected {expected}."
        return Problem(place, sentence, expected, is_missing=True)
    if kind == "extra_forbidden":
        known = tuple(model.model_fields) if model else ()
        near = get_close_matches(str(name), known, n=1)
        meant = f"did you mean “{near[0]}”?" if near else f"known here: {', '.join(known)}."
        return Problem(place, f"{path}: there is no such field; {meant}")
    if kind in ("union_tag_not_found", "union_tag_invalid"):
        tag, kinds = context.get("tag"), ", ".join(f"'{one}'" for one in STEP_TYPES)
        found = f"; found {shown(tag)}.{nearest(tag, kinds)}" if "tag" in context else "."
        types = f"one of {', '.join(STEP_TYPES)}"
        path = f"{_path((*place, 'type'))}{_step_name(place, table)}"
        return Problem((*place, "type"), f"{path}: expected {types}{found}", types)
    given, question = detail["input"], ""
    if kind == "literal_error":
        expected, question = one_of(context["expected"]), nearest(given, context["expected"])
    sentence = f"{path}: expected {expected}; found {shown(given)}.{question}"
    return Problem(place, sentence, expected, given in ("", ()))


def _walk(location: tuple[str | int, ...]) -> tuple[tuple[str | int, ...], type[Definition] | None]:
    """The place as it is in the file, and the definition its last name belongs to."""
    place: list[str | int] = []
    model: type[Definition] | None = Exercise
    entered: type[Definition] | None = Exercise
    for number, part in enumerate(location):
        # Behind a step's number pydantic puts the step's type, which is no name in the file.
        if number == 2 and place[:1] == ["steps"] and part in STEP_TYPES:
            entered = STEP_TYPES[str(part)]
            continue
        place.append(part)
        if isinstance(part, str):
            model = entered
            entered = None if (number, part) == (0, "steps") else _PARTS.get(part)
            if part in _ONLY_IN and model not in _ONLY_IN[part]:
                entered = None
    return tuple(place), model


def _expected(model: type[Definition] | None, name: str | int) -> str:
    field = model.model_fields.get(str(name)) if model else None
    if field is None:
        return "a text" if isinstance(name, int) else "what the README of the library says"
    if field.description:
        return field.description
    for extra in field.metadata:
        description = getattr(extra, "description", None)
        if description:
            return str(description)
    return _DESCRIPTIONS.get(str(name), "what the README of the library says")


_DESCRIPTIONS: Final[Mapping[str, str]] = {
    "family": "one of validation, rituals, appreciation, speaking, curiosity, agreements, noticing",
    "who": "one of each, together, turns, one",
    "level": "one of easy, middle, deeper",
    "depth": "one of light, middle, deep",
    "dose": "a table [dose] with a text and how often",
    "sizes": "three tables: [sizes.small], [sizes.usual] and [sizes.longer]",
    "small": "a table [sizes.small] with minutes and steps",
    "usual": "a table [sizes.usual] with minutes and steps",
    "longer": "a table [sizes.longer] with minutes and steps",
    "when": "a table with a title for “When …”",
    "felt": "a table with a title for “I felt …”",
    "would_like": "a table with a title for “I'd like …”",
    "strength": "a table with a title and the words at 0 (low) and at 10 (high)",
    "body": "a table with a title and options",
    "type": f"one of {', '.join(STEP_TYPES)}",
    "hint": "one short line, at most 120 characters",
}


def _path(place: tuple[str | int, ...]) -> str:
    """“steps 2 › options 1 › label”: counted from one, as people count."""
    words = ""
    for part in place:
        words += f" {part + 1}" if isinstance(part, int) else f"{' › ' if words else ''}{part}"
    return words


def _step_name(place: tuple[str | int, ...], table: Mapping[str, Any]) -> str:
    if len(place) < 2 or place[0] != "steps" or not isinstance(place[1], int):
        return ""
    steps = table.get("steps")
    step = steps[place[1]] if isinstance(steps, list) and place[1] < len(steps) else None
    key = step.get("key") if isinstance(step, dict) else None
    return f" (step {shown(key)})" if isinstance(key, str) else ""


def _is_echo(detail: dict[str, Any]) -> bool:
    """Whether pydantic only counts a list short because its items are wrong, which it says already."""
    return bool(detail["type"] == "too_short" and detail["input"])
