"""The words couples read: warm, short and easy; titles that say nothing of anybody; subjects that say nothing at all."""

from __future__ import annotations

import re
from collections.abc import Iterator
from statistics import mean

import pytest
from flask import Flask
from sqlalchemy import select

from assignments.domain.exercises import Exercise, texts_of
from assignments.domain.exercises.grades import grades_of, screens_of
from assignments.library.loader import load_library
from clinic.extensions import db
from clinic.mail import SUBJECTS
from clinic.models import Person
from tests.cast import Cast
from tests.conftest import Clock, SignInAs
from tests.crawl import pages_of
from tests.reading import (
    ON_AVERAGE,
    WORST,
    grade_of,
    partner_templates,
    texts_in,
    texts_on,
    too_long,
)
from tests.visitors import RECOVERED, VISITORS, Visitor, client_of

# Nothing that blames, counts down, cheers or belongs to a school. A few need their neighbours to be meant.
BANNED = re.compile(
    r"\b(late|overdue|missed|homework|streaks?|modules?|incomplete|snooze|oops|spouse|journey|just|simply"
    r"|great job|well done|you have to|catch up(?! on))\b|!|\d ?%|[\U0001F300-\U0001FAFF\u2764\u2728]",
    re.IGNORECASE,
)
# Said on purpose, and the very opposite of the banned sense.
MEANT = ("nothing to catch up on", "You don’t have to", "You do not have to", "Just show", "do not have to")
COUPLES = ("invited", "new partner", "partner", "partner at work", "partner on Sunday", RECOVERED)
# What the people of the demo wrote themselves is theirs.
THEIRS = "blockquote, textarea, .words, .said, q"


def banned_in(text: str) -> Iterator[str]:
    for said in MEANT:
        text = text.replace(said, "")
    for found in BANNED.finditer(text):
        yield f"“{text[max(0, found.start() - 30) : found.end() + 20].strip()}”"


@pytest.mark.parametrize("exercise", load_library().all(), ids=lambda exercise: exercise.slug)
def test_exercises_speak_warmly(exercise: Exercise) -> None:
    found = [words for text in texts_of(exercise) for words in banned_in(text)]
    assert found == []


@pytest.mark.parametrize("exercise", load_library().all(), ids=lambda exercise: exercise.slug)
def test_every_screen_of_an_exercise_reads_easily(exercise: Exercise) -> None:
    graded = {screen: grade_of(texts) for screen, texts in screens_of(exercise).items()}
    grades = {screen: grade for screen, grade in graded.items() if grade is not None}
    assert {screen: grade for screen, grade in grades.items() if grade > WORST} == {}
    assert mean(grades.values()) <= ON_AVERAGE
    # What a counsellor is shown are these very numbers.
    shown = grades_of(exercise)
    assert shown is not None
    assert (shown.average, shown.hardest) == (round(mean(grades.values()), 1), max(grades.values()))


@pytest.mark.parametrize("template", partner_templates())
def test_a_partners_template_reads_easily_and_every_sentence_is_short_and_warm(template: str) -> None:
    """The walk below sees what is there this evening; this sees the branches it did not take."""
    texts = texts_in(template)
    assert (grade_of(texts) or 0) <= WORST
    assert too_long(texts) == []
    assert [words for text in texts for words in banned_in(text)] == []


@pytest.mark.slow
@pytest.mark.parametrize("visitor", VISITORS, ids=lambda visitor: visitor.name)
def test_pages_speak_warmly_and_plainly_to_couples_and_no_title_names_anybody(
    visitor: Visitor, world: None, app: Flask, as_: SignInAs, clock: Clock
) -> None:
    with app.app_context():
        people = db.session.execute(select(Person.name, Person.family_name)).all()
    names = re.compile(
        r"\b(" + "|".join(sorted({re.escape(name) for pair in people for name in pair})) + r")\b"
    )
    found = set()
    grades: list[float] = []
    for visited in pages_of(app, client_of(app, as_, visitor, clock), visitor):
        title = visited.page.title.get_text() if visited.page.title else ""
        if names.search(title):
            found.add(f"{visited.endpoint}: the title {title!r}")
        if visitor.name in COUPLES:
            for theirs in visited.page.select(THEIRS):
                theirs.decompose()
            found |= {f"{visited.endpoint}: {words}" for words in banned_in(visited.page.words)}
            grade = grade_of(texts_on(visited.page))
            if grade is not None:
                grades.append(grade)
                if grade > WORST:
                    found.add(f"{visited.endpoint}: reading grade {grade}")
    if grades and mean(grades) > ON_AVERAGE:
        found.add(f"reading grade {mean(grades):.1f} on average")
    assert not found, "\n".join(sorted(found))


@pytest.mark.parametrize("kind", sorted(SUBJECTS))
def test_a_subject_is_the_same_for_everybody(kind: str, cast: Cast) -> None:
    """It shows on a locked phone and in a shared inbox, so it holds no name and nothing to fill in."""
    people = [person for person in vars(cast).values() if isinstance(person, Person)]
    names = {name for person in people for name in (person.name, person.family_name)}
    assert not any(name in SUBJECTS[kind] for name in names)
    assert "{" not in SUBJECTS[kind]
    assert "%" not in SUBJECTS[kind]
    assert list(banned_in(SUBJECTS[kind])) == []
