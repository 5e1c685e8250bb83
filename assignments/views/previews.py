"""An exercise as a partner meets it on a phone, drawn with the partner's own templates and leading nowhere.

Each page is a whole document for a frame of its own, so that it has a phone's width, its own ids and its own headings.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from flask import render_template, url_for

from assignments.domain.exercises import (
    WHO_NAMES,
    EntriesStep,
    Exercise,
    SizeName,
    TextStep,
    personalised,
)
from assignments.domain.turns import Act, has_exchange, strand_of
from assignments.forms import StepForm, step_form, turn_form
from assignments.models import Assignment
from assignments.queries.doing import Doing, DoingPage
from assignments.queries.exchanges import NextPart, QuotedPart
from assignments.views.do.steps import cards_on_table
from clinic import clock
from clinic.access import is_file, signed_in
from clinic.models import Partner
from clinic.queries.people import practice_of

INTRO = "intro"
_PARTNER = "Jo"


@dataclass(frozen=True)
class Screen:
    """One page as it stands on the phone: the step it belongs to, what it is called here, and its document."""

    key: str
    label: str
    document: str


def screens(exercise: Exercise, size: SizeName, *, counsellor: str) -> list[Screen]:
    """Every page of one size, the page before the first question included."""
    doing = _sample(exercise, size, counsellor)
    between = _turns(doing, counsellor) if has_exchange(exercise) else ()
    return [_intro(doing), *(_screen(doing, page) for page in doing.pages), *between]


def screen_at(exercise: Exercise, key: str, *, counsellor: str) -> Screen:
    """The page of one step, whichever size keeps it; the page before the first question for anything else."""
    doing = _sample(exercise, "longer", counsellor)
    page = next((page for page in doing.pages if page.step.key == key), None)
    return _screen(doing, page) if page else _intro(_sample(exercise, "usual", counsellor))


def _sample(exercise: Exercise, size: SizeName, counsellor: str) -> Doing:
    """Somebody who has just begun. The rows belong to no session and are never kept."""
    named = personalised(exercise, partner=_PARTNER, counsellor=counsellor)
    return Doing(
        place=Partner(),
        assignment=Assignment(id=uuid4()),
        turn=1,
        exercise=named,
        size=size,
        response=None,
        values=_said(named),
    )


def _said(exercise: Exercise) -> Mapping[str, Any]:
    """Words for the steps that a later one shows again, so that the preview shows that too."""
    quoted = {step.quotes for step in exercise.steps}
    return {
        step.key: {"text": "What was written here before."}
        for step in exercise.steps
        if isinstance(step, TextStep) and step.key in quoted
    }


def _intro(doing: Doing) -> Screen:
    document = drawn(
        "assignments/do/intro.html",
        doing=doing,
        exercise=doing.exercise,
        minutes=doing.minutes,
        who=WHO_NAMES[doing.exercise.who],
        note="",
        counsellor="",
        offered=["only you"],
        start_url="#",
    )
    return Screen(INTRO, "Before the first question", document)


def _screen(doing: Doing, page: DoingPage) -> Screen:
    document = drawn(
        "assignments/do/step.html",
        doing=doing,
        here=page,
        form=_form(page),
        newer=None,
        newer_lines=[],
        version=0,
        timer=None,
        back_url="#",
        changing="",
        this_week=None,
        taken_out=[],
        reads="",
        hint="",
        **cards_on_table(doing, page),
    )
    number = doing.pages.index(page) + 1
    return Screen(page.step.key, f"Page {number} of {len(doing.pages)}", document)


@dataclass(frozen=True)
class SampleExchange:
    """What a page of a listening turn asks of its exchange, for two people there are none of."""

    assignment: Assignment
    exercise: Exercise
    counsellor_name: str
    partner_name: str = _PARTNER


def _turns(doing: Doing, counsellor: str) -> Iterator[Screen]:
    """The steps that go to and fro between two phones, each as the one whose step it is meets it."""
    exchange = SampleExchange(doing.assignment, doing.exercise, counsellor)
    strand = strand_of(doing.exercise)
    for number, step in enumerate(strand, start=1):
        act = Act(step, round=1, is_fresh=number == 1, number=number, total=len(strand))
        quoted = QuotedPart("B", _PARTNER, False, ["What was written here before."])
        document = drawn(
            "assignments/turns/part.html",
            exchange=exchange,
            one=NextPart(1, "A", act, None),
            form=turn_form(act),
            quotes=[quoted] if step.quotes else [],
            newer=None,
            newer_lines=[],
        )
        label = f"Two phones, {number} of {len(strand)}: the {step.turn} writes"
        yield Screen(f"turn-{step.key}", label, document)


def _form(page: DoingPage) -> StepForm:
    form = step_form(page.step, None, part=page.part, formdata=None)
    if isinstance(page.step, EntriesStep):
        form.offer_days(clock.today(practice_of(signed_in()).timezone), is_new=True)
    return form


def drawn(template: str, **values: Any) -> str:
    """A partner's page without script, whose links lead nowhere."""
    return render_template(template, url_for=_nowhere, leave_url="#", help_url="#", is_preview=True, **values)


def _nowhere(endpoint: str, **values: Any) -> str:
    return url_for(endpoint, **values) if is_file(endpoint) else "#"
