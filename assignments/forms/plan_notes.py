"""What is left to do in a plan, said in the builder's words and set beside the box it is about."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from assignments.forms.builder_notes import Note

# A file counts weeks and items; a form has boxes with labels. {week} and {place} are put in from the sentence.
_IN_OUR_WORDS: Final = (
    (r"weeks (?P<week>\d+) › title: expected", "week{week}_title", "Say what the week is about."),
    (r"weeks (?P<week>\d+) › title: (?P<rest>.+)", "week{week}_title", "{rest}"),
    (r"weeks (?P<week>\d+) › items: expected", "week{week}_exercise1", "Choose at least one exercise."),
    (
        r"weeks (?P<week>\d+) › items (?P<place>\d+) › exercise: there is no",
        "week{week}_exercise{place}",
        "This is no longer in the library. Choose another.",
    ),
    (
        r"weeks (?P<week>\d+): items: “",
        "week{week}_exercise1",
        "One exercise stands here twice. Take one out.",
    ),
    (r"name: expected", "name", "Give it a name."),
    (r"why: expected", "why", "Say in one or two lines what it is for."),
    (r"(?P<field>name|why): (?P<rest>.+)", "{field}", "{rest}"),
    (r"checkpoint: ", "ask_after", "Ask before the last week, so that the answer can change something."),
)


def plan_notes(problems: Iterable[str]) -> list[Note]:
    """The problems of a plan, each beside its box; what belongs to no box has no place."""
    return list(dict.fromkeys(_note(problem) for problem in problems))


def _note(problem: str) -> Note:
    for pattern, place, sentence in _IN_OUR_WORDS:
        found = re.match(pattern, problem)
        if found:
            parts = found.groupdict()
            rest = parts.get("rest", "")
            parts["rest"] = f"{rest[:1].upper()}{rest[1:]}"
            week = parts.get("week")
            return Note(place.format(**parts), sentence.format(**parts), f"Week {week}" if week else "")
    return Note("", f"{problem[:1].upper()}{problem[1:]}")
