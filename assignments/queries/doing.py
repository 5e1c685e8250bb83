"""One partner at one turn of one assignment: the pages they walk through, and what they have said so far.

Everything here is the author's own. Nothing of the other partner's is read, so nothing they do can show.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, selectinload

from assignments.domain import progress, turns
from assignments.domain.checkins import monday_of
from assignments.domain.exercises import (
    SIZE_NAMES,
    AgreementStep,
    AnswerValue,
    CardsStep,
    Depth,
    EntriesStep,
    Exercise,
    Hand,
    ISentenceStep,
    Part,
    RatingStep,
    ReadOnlyStep,
    SizeName,
    Step,
    TimerStep,
    deal,
    kept_entries,
    lines_of,
    parts_of,
)
from assignments.domain.progress import Progress
from assignments.models import Answer, Assignment, Outcome, Response, SetAside, TurnPart
from assignments.queries.agreements import SharedAgreement, in_force
from assignments.queries.assignments import as_read_by, assignment_for_partner, exercise_of
from assignments.queries.responses import own_values
from clinic.errors import NotFound
from clinic.extensions import db
from clinic.models import Couple, Partner, Person
from clinic.queries.couples import visible_couples
from clinic.queries.people import practice_of


@dataclass(frozen=True)
class DoingPage:
    """One question: a step, or one part of a step that is asked part by part."""

    step: Step
    part: Part | None = None


@dataclass(frozen=True)
class Doing:
    """A turn as its author meets it. `turn` is the running one, or the one last sent on the pages after that."""

    place: Partner
    assignment: Assignment
    turn: int
    exercise: Exercise
    size: SizeName
    response: Response | None
    values: Mapping[str, Any]
    is_written: bool = False
    """Listening turns that this person has begun to write: then only what is their own is asked here."""
    ritual: SharedAgreement | None = None
    """The days and place both agreed, where this is a ritual. Its time and closeness have a page of their own then."""

    @property
    def partner_name(self) -> str:
        """The other partner's first name."""
        return self.place.couple.partner(self.place.place.other).name

    @property
    def counsellor_name(self) -> str:
        """The counsellor's first name."""
        return self.place.couple.counsellor.name

    @property
    def is_sent(self) -> bool:
        """Whether the author has finished this turn."""
        return self.response is not None and self.response.sent_at is not None

    @property
    def progress(self) -> Progress:
        """The author's own progress."""
        return progress.progress(
            self.response.started_at if self.response else None,
            self.response.sent_at if self.response else None,
        )

    @property
    def minutes(self) -> int:
        """How long the chosen size takes."""
        return self.exercise.size(self.size).minutes

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """The steps of the chosen size, and any other one that holds an answer already."""
        chosen = {step.key: step for step in self.exercise.steps_in(self.size, first_time=self.turn == 1)}
        steps = tuple(
            chosen.get(step.key, step)
            for step in self.exercise.steps
            if step.key in chosen or self.values.get(step.key)
            if self.ritual is None or not isinstance(step, AgreementStep | TimerStep | RatingStep)
        )
        own = {step.key for step in turns.own_steps_of(self.exercise)}
        asked = tuple(s for s in steps if s.key in own and not isinstance(s, ReadOnlyStep | TimerStep))
        if self.is_written and asked:
            return asked
        # Face to face, what goes between the two is read from the page and said aloud.
        return tuple(step if step.key in own else turns.spoken_step(step) for step in steps)

    @cached_property
    def pages(self) -> tuple[DoingPage, ...]:
        """The pages in order, one question each."""
        return tuple(DoingPage(step, part) for step in self.steps for part in (parts_of(step) or (None,)))

    def page(self, key: str, part: str | None) -> DoingPage:
        """One page; a step of several parts begins with its first. Raises NotFound for anything else."""
        of_step = [page for page in self.pages if page.step.key == key]
        if not of_step:
            raise NotFound
        if of_step[0].part is None or part is None:
            return of_step[0]
        found = next((page for page in of_step if page.part == part), None)
        if found is None:
            raise NotFound
        return found

    def beside(self, page: DoingPage, distance: int) -> DoingPage | None:
        """The page so many further on, or None before the first and after the last."""
        place = self.pages.index(page) + distance
        return self.pages[place] if 0 <= place < len(self.pages) else None

    @property
    def next_page(self) -> DoingPage | None:
        """Where Start leads: after the last answered step, or to the first page; None to the check at the end.

        What was sent and taken back goes on at the end, whatever was left out of it. A page of entries is never all
        answered: another one may always be added.
        """
        if self.response is not None and self.response.taken_back_at is not None:
            return None
        answered = [number for number, page in enumerate(self.pages) if self.values.get(page.step.key)]
        after = answered[-1] + 1 if answered else 0
        if after < len(self.pages):
            return self.pages[after]
        return self.pages[-1] if isinstance(self.pages[-1].step, EntriesStep) else None

    def answer(self, key: str) -> Answer | None:
        """The saved row of one step."""
        answers = self.response.answers if self.response else []
        return next((answer for answer in answers if answer.step == key), None)

    def said(self, key: str) -> list[str]:
        """What the author said on an earlier step, in words."""
        step = self.exercise.step(key)
        return lines_of(step, self.values.get(key)) if step else []

    def entries_this_week(self, step: EntriesStep, today: date) -> int | None:
        """How many entries are about this week, or None where entries have no day."""
        days = [field.key for field in step.fields if field.kind == "day"]
        if not days:
            return None
        kept = kept_entries(self.values.get(step.key)).values()
        monday = monday_of(today).isoformat()
        return len([entry for entry in kept if entry.get(days[0], "") >= monday])

    def entries(self, step: EntriesStep) -> list[tuple[str, list[str]]]:
        """The finished entries of a step with their keys, in words; the newest first, as it was just written."""
        kept = kept_entries(self.values.get(step.key))
        return [(key, lines_of(step, entry)) for key, entry in reversed(kept.items())]

    def hand(self, step: CardsStep, draw: int, depth: Depth | None) -> Hand:
        """The cards on the table: the same ones each time this person comes to this turn."""
        seed = f"{self.assignment.id}:{self.place.person_id}:{self.turn}:{step.key}"
        chosen = (self.values.get(step.key) or {}).get("choice")
        return deal(step.cards, seed, draw=draw, depth=depth, chosen=chosen)

    def version(self, key: str) -> int:
        """The version of one step's answer, 0 before the first save."""
        answer = self.answer(key)
        return answer.version if answer else 0


def doing_for(place: Partner, assignment_id: UUID, now: datetime) -> Doing:
    """The running turn of one open assignment of this partner's. Raises NotFound for any other."""
    return _doing(place, assignment_id, now, sent=False)


def sent_by(place: Partner, assignment_id: UUID, now: datetime) -> Doing:
    """The turn this partner finished last. When none is, it is the running turn."""
    return _doing(place, assignment_id, now, sent=True)


def assignment_as_given(reader: Person, assignment_id: UUID) -> tuple[Couple, Assignment]:
    """What a member of staff gave, to see it as the couple does. Raises NotFound for couples not theirs."""
    couples = visible_couples(reader).with_only_columns(Couple.id)
    row = db.session.execute(
        select(Assignment, Couple)
        .join(Couple, Couple.id == Assignment.couple_id)
        .where(
            Assignment.id == assignment_id,
            Assignment.practice_id == reader.practice_id,
            Assignment.couple_id.in_(couples),
        )
        .options(joinedload(Assignment.exercise_version), joinedload(Couple.counsellor))
    ).one_or_none()
    if row is None or not reader.is_staff:
        raise NotFound
    return row[1], row[0]


def as_said(page: DoingPage, value: AnswerValue | None) -> list[str]:
    """What was answered on one page, line by line; of an I-sentence its one part."""
    if isinstance(page.step, ISentenceStep) and page.part in ("when", "would_like"):
        return [value[page.part]] if value and value.get(page.part) else []
    return lines_of(page.step, value)


def own_outcome(doing: Doing) -> Outcome | None:
    """What the author said about how it went."""
    return db.session.execute(
        select(Outcome).where(
            Outcome.practice_id == doing.place.practice_id,
            Outcome.assignment_id == doing.assignment.id,
            Outcome.turn == doing.turn,
            Outcome.person_id == doing.place.person_id,
        )
    ).scalar_one_or_none()


def is_ritual(exercise: Exercise) -> bool:
    """Whether it gets a page of its own once both have agreed on days and place."""
    return exercise.family == "rituals" and {TimerStep, RatingStep} <= {type(step) for step in exercise.steps}


def _doing(place: Partner, assignment_id: UUID, now: datetime, *, sent: bool) -> Doing:
    today = now.astimezone(ZoneInfo(practice_of(place.person).timezone)).date()
    assignment = assignment_for_partner(place, assignment_id, today)
    turn = progress.turn_on(today, starts_on=assignment.starts_on, repeat=assignment.repeat)
    responses = {response.turn: response for response in _own_responses(place, assignment)}
    turn = progress.turn_in_hand(turn, (number for number, row in responses.items() if row.sent_at is None))
    if sent:
        turn = max((number for number, row in responses.items() if row.sent_at is not None), default=turn)
    response = responses.get(turn)
    exercise = as_read_by(place, assignment)
    return Doing(
        place=place,
        assignment=assignment,
        turn=turn,
        exercise=exercise,
        size=asked_size(place, assignment),
        response=response,
        values=own_values(response),
        is_written=turns.has_exchange(exercise) and _has_written(place, assignment, turn),
        ritual=_ritual(place, assignment, now),
    )


def _has_written(place: Partner, assignment: Assignment, turn: int) -> bool:
    """Whether this partner has written anything of their own in listening turns."""
    rows = select(func.count()).select_from(TurnPart)
    return bool(
        db.session.execute(
            rows.where(
                TurnPart.practice_id == place.practice_id,
                TurnPart.assignment_id == assignment.id,
                TurnPart.turn == turn,
                TurnPart.author_id == place.person_id,
            )
        ).scalar_one()
    )


def _ritual(place: Partner, assignment: Assignment, now: datetime) -> SharedAgreement | None:
    return in_force(place, assignment, now) if is_ritual(exercise_of(assignment)) else None


def _own_responses(place: Partner, assignment: Assignment) -> list[Response]:
    statement = (
        select(Response)
        .where(
            Response.practice_id == place.practice_id,
            Response.assignment_id == assignment.id,
            Response.author_id == place.person_id,
        )
        .options(
            selectinload(Response.answers),
            selectinload(Response.changes),
            joinedload(Response.assignment),
        )
    )
    return list(db.session.execute(statement).scalars())


def asked_size(place: Partner, assignment: Assignment) -> SizeName:
    """Somebody who asked for a smaller one keeps the smaller one; others have the size it was given in."""
    asked = db.session.execute(
        select(func.count())
        .select_from(SetAside)
        .where(
            SetAside.practice_id == place.practice_id,
            SetAside.assignment_id == assignment.id,
            SetAside.person_id == place.person_id,
            SetAside.choice == "smaller",
        )
    ).scalar_one()
    return "small" if asked else size_given(assignment)


def size_given(assignment: Assignment) -> SizeName:
    """The size the counsellor gave it in."""
    return next(name for name in SIZE_NAMES if name == assignment.size)
