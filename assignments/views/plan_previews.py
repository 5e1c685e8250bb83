"""A week of a plan as a partner meets it on Today, drawn with Today's own template and leading nowhere."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import SimpleNamespace
from uuid import uuid4

from assignments.domain.exercises import Exercise, SizeName, personalised
from assignments.domain.plans import Draft
from assignments.domain.progress import Progress
from assignments.models import Assignment
from assignments.queries.plans import PlanLine
from assignments.queries.today import Task, Today
from assignments.views.previews import Screen, drawn
from assignments.views.today import MOST_ROWS
from clinic.models import Couple, Partner, Person

# Two people there are none of; their rows belong to no session and are never kept.
_PARTNER, _OTHER = "Sam", "Jo"


def week_screen(draft: Draft, number: int, library: Mapping[str, Exercise], *, counsellor: str) -> Screen:
    """What stands on Today in one week of a draft, as far as it is written."""
    week = draft["weeks"][number - 1]
    named = [
        (personalised(library[item["exercise"]], partner=_OTHER, counsellor=counsellor), item["size"])
        for item in week["items"]
        if item["exercise"] in library
    ]
    tasks = [_task(exercise, size) for exercise, size in named]
    today = Today(
        first=tasks[0] if tasks else None,
        check_in_week=date.min if week["check_in"] else None,
        check_in_is_first=False,
        others=tasks[1:],
        done_today=False,
        done_so_far=0,
        is_new_here=False,
        plan=PlanLine(
            number, len(draft["weeks"]), week["title"] or "What the week is about", week["check_in"]
        ),
    )
    document = drawn(
        "assignments/today/today.html",
        place=_place(counsellor),
        has_ended=False,
        today=today,
        check_in_url="#",
        thanks_url="#",
        most_rows=MOST_ROWS,
        nav=SimpleNamespace(items=(), foot=(), area=""),
    )
    return Screen(f"week-{number}", f"Week {number} of {len(draft['weeks'])}, on Today", document)


def _task(exercise: Exercise, size: SizeName) -> Task:
    return Task(
        assignment=Assignment(id=uuid4()),
        exercise=exercise,
        minutes=exercise.size(size).minutes,
        progress=Progress.NEW,
        done_today=False,
        is_resting=False,
        is_set_aside=False,
    )


def _place(counsellor: str) -> Partner:
    couple = Couple(counsellor=Person(name=counsellor))
    couple.partners = [
        Partner(slot=slot, person=Person(name=name), couple=couple)
        for slot, name in (("A", _PARTNER), ("B", _OTHER))
    ]
    return couple.partners[0]
