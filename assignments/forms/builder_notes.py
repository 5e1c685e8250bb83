"""What is left to do in a draft, said in the builder's words and set beside the box it is about."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from assignments.domain.exercises import Problem
from assignments.domain.exercises.building import steps_of
from assignments.forms.builder_boxes import MOST_FIELDS, boxes_of, field_name

# A file names its fields; a form has labels. Where a rule's sentence names fields, the form says it so.
_IN_OUR_WORDS: Final = (
    (r"^say how often", "Say how often: times a week, once, or when the moment comes."),
    (
        r"^sizes\.small: about two minutes",
        "Two minutes is the idea for the smaller size. Give three at most.",
    ),
    (r"^sizes\.\w+: it takes fewer minutes", "A longer size can’t take fewer minutes than a shorter one."),
    (r"^sizes\.\w+: the timer runs longer", "The timer runs longer than the whole size takes."),
    (
        r"^sizes\.\w+: it leaves out “(?P<step>[^”]+)”",
        "“{step}” is in the smaller size, so tick the usual one too.",
    ),
    (
        r"^steps: where partners take turns",
        "Where partners take turns, one step is for whoever speaks and one for whoever listens.",
    ),
    (
        r"^step \d+ \(“(?P<step>[^”]+)”\): it quotes",
        "It shows an answer that does not come before it. Move one of them, or choose another.",
    ),
    (
        r"^step \d+ \(“(?P<step>[^”]+)”\): “turn” is only",
        "Speaking and listening are only for exercises that are taken in turns.",
    ),
    (r"^reveal_together", "Answers that open together need “Both at once, and you”."),
    (r"^sources: name at least one practice", "Tick at least one practice that this comes from."),
)
_EMPTY_SIZE: Final = "Tick at least one step for this size."


@dataclass(frozen=True)
class Note:
    """One thing left to do: the field it is about, or a step's key, or "" for the page; and the sentence."""

    place: str
    sentence: str
    label: str = ""


def notes_on(draft: Mapping[str, Any], problems: Sequence[Problem]) -> list[Note]:
    """The problems of a draft, each in its place, each place once."""
    steps = steps_of(draft)
    keys = [str(step.get("key")) for step in steps]
    titles = {str(step.get("key")): str(step.get("title") or "") for step in steps}
    notes: dict[tuple[str, str], Note] = {}
    for problem in problems:
        place = _place(problem.place, steps) if problem.place else _place_of_rule(problem.rule)
        note = Note(place, _sentence(problem, titles), _label(problem.place, keys))
        notes.setdefault((note.place, note.sentence), note)
    return list(notes.values())


def by_place(notes: Sequence[Note]) -> dict[str, list[str]]:
    """The sentences that stand at each place."""
    found: dict[str, list[str]] = defaultdict(list)
    for note in notes:
        found[note.place].append(note.sentence)
    return dict(found)


def _place(place: tuple[str | int, ...], steps: Sequence[Mapping[str, Any]]) -> str:
    match place:
        case ("steps", int(number), *rest) if number < len(steps):
            step = steps[number]
            key, kind = str(step.get("key")), str(step.get("type"))
            match rest:
                case ["fields", int(row), str(name), *_] if row < MOST_FIELDS and name != "key":
                    return f"{key}__fields__{row}__{name}"
                case ["fields", *_]:
                    return f"{key}__fields__0__label"
            path = ".".join(str(part) for part in rest if isinstance(part, str))
            boxes = {box.name for box in boxes_of(kind)} | {"quotes", "turn"}
            named = next((name for name in (path, path.split(".")[0], f"{path}.title") if name in boxes), "")
            if named == "cards":
                return f"{key}__cards__light"
            return field_name(named, key) if named else key
        case ("sizes", str(size), "minutes"):
            return "minutes" if size == "usual" else field_name(f"sizes.{size}.minutes")
        case ("sizes", *_):
            return "sizes"
        case ("dose", *rest):
            return field_name(".".join(str(part) for part in rest[:1] and ("dose", rest[0]))) or "dose__text"
        case (str(name), *_):
            return name
    return ""


def _place_of_rule(rule: str) -> str:
    step = re.match(r"step \d+ \(“(?P<step>[^”]+)”\): (?P<quotes>it quotes)?", rule)
    if step:
        return field_name("quotes" if step["quotes"] else "turn", step["step"])
    left_out = re.match(r"sizes\.\w+: it leaves out “(?P<step>[^”]+)”", rule)
    if left_out:
        return field_name("usual", left_out["step"])
    if rule.startswith("sizes.longer"):
        return field_name("sizes.longer.minutes")
    if rule.startswith("sizes.small"):
        return field_name("sizes.small.minutes")
    return rule.split(":")[0].split(".")[0] if ":" in rule else ""


def _sentence(problem: Problem, titles: Mapping[str, str]) -> str:
    if problem.place[:1] == ("sizes",) and problem.place[-1:] == ("steps",):
        return _EMPTY_SIZE
    if problem.rule:
        for pattern, sentence in _IN_OUR_WORDS:
            found = re.match(pattern, problem.rule)
            if found:
                key = found.groupdict().get("step", "")
                return sentence.replace("{step}", titles.get(key) or "This step")
        rule = re.sub(r"^(?:sources|signs|steps|sizes\.\w+): ", "", problem.rule)
        return f"{rule[:1].upper()}{rule[1:]}."
    if problem.expected:
        expected = re.sub(r"^a list of ", "", problem.expected).split(", each with")[0]
        expected = re.sub(r" \{ key = …, label = … \}", " choices", expected)
        return f"{'Still to fill in' if problem.is_missing else 'This takes'}: {expected}."
    return problem.sentence


def _label(place: tuple[str | int, ...], keys: Sequence[str]) -> str:
    match place:
        case ("steps", int(number), *_):
            return f"Step {number + 1}"
        case ("sizes", str(size), *_):
            return {"small": "Smaller size", "usual": "Usual size", "longer": "Longer size"}.get(
                size, "Sizes"
            )
    return ""
