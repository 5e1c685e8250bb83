"""What a couple was given and what each of them did with it, as rows."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from assignments.actions.responding import LATER, TURNS_HOLD_MINUTES
from assignments.demo.agreeing import (
    is_agreed,
    tell_agreement,
    tell_time,
    without_the_ritual,
)
from assignments.demo.answers import answer_value, round_answers
from assignments.demo.planning import Placed, begins_on, tell_plan
from assignments.demo.scene import Scene, new_id
from assignments.demo.stories import Given, Part, Planned, Said
from assignments.domain import replies
from assignments.domain.exercises import Exercise
from assignments.domain.progress import Repeat
from assignments.domain.turns import check_of, strand_of
from assignments.library.loader import load_library
from assignments.models import (
    Answer,
    Assignment,
    Comment,
    Outcome,
    Response,
    SetAside,
    TurnPart,
    Withdrawal,
)
from assignments.queries.doing import is_ritual
from clinic import crypto
from clinic.audit import Event
from clinic.models import (
    Couple,
    Person,
)

DAY = timedelta(days=1)
WEEK = timedelta(days=7)


class Work:
    """Hands out exercises of one story, and keeps the responses that were sent."""

    def __init__(
        self,
        scene: Scene,
        counsellor: Person,
        couple: Couple,
        people: Mapping[str, Person],
        days: Sequence[date],
        hour: time,
        chance: Random,
    ) -> None:
        self.scene, self.counsellor, self.couple, self.people = scene, counsellor, couple, people
        self.days, self.hour, self.chance = days, hour, chance
        self.practice_id = scene.practice.id
        coming = [day for day in days if day >= scene.today]
        self.next_in = (coming[0] - scene.today).days if coming else 0
        self.responses: list[Response] = []

    def follow(self, planned: Planned) -> None:
        """Give a whole plan, and tell what was done with it so far."""
        began_on = begins_on(self.scene, planned, self.next_in)
        at = self._given_at(began_on)
        for given, placed in tell_plan(self.scene, self.counsellor, self.couple, planned, began_on, at):
            self.give(given, placed)

    def give(self, given: Given, placed: Placed | None = None) -> None:
        """Give one exercise, alone or in its week of a plan, and tell what was done with it."""
        scene = self.scene
        exercise = load_library().get(given.slug)
        if exercise is None:
            raise LookupError(f"The library has no exercise “{given.slug}”.")
        days = given.days if given.days is not None else round(7 * given.weeks) - self.next_in
        starts_on = scene.today - DAY * days
        assigned_at = placed.given_at if placed is not None else self._given_at(starts_on)
        assignment = Assignment(
            id=new_id(self.chance),
            practice_id=self.practice_id,
            couple_id=self.couple.id,
            exercise_version_id=scene.version_of(exercise).id,
            for_whom=given.for_whom,
            starts_on=starts_on,
            best_before=placed.ends_on if placed is not None else self._best_before(given, starts_on),
            couple_plan_id=placed.couple_plan_id if placed is not None else None,
            plan_week=placed.week if placed is not None else None,
            # A week of a plan is its only one, as in the action.
            repeat=Repeat.WEEKLY if given.rounds and placed is None else Repeat.ONCE,
            sharing_limit=given.limit or exercise.sharing,
            author_id=self.counsellor.id,
            assigned_at=assigned_at,
        )
        if given.note:
            assignment.note_sealed = crypto.seal(assignment, "note_sealed", given.note)
        scene.add(assignment)
        scene.note(
            assigned_at,
            self.counsellor,
            Event.ASSIGNED,
            assignment,
            slug=exercise.slug,
            version=exercise.version,
            for_whom=given.for_whom,
        )
        if is_agreed(assignment, exercise, given.agreed):
            tell_agreement(scene, assignment, exercise, given.agreed, self.people)
        for aside in given.asides:
            self._aside(assignment, aside.slot, aside.kind, aside.choice, starts_on, aside.after)
        for said in given.said:
            on = starts_on + DAY * round(said.after)
            values = {key: answer_value(exercise, key, bare, on) for key, bare in said.answers.items()}
            self._said(assignment, exercise, said, 1, starts_on, values)
        for part in given.parts:
            self._part(assignment, exercise, part)
        if given.rounds:
            self._rounds(assignment, exercise, given)
        if given.withdrawn_after is not None:
            at = self.scene.past(scene.at(starts_on + DAY * round(given.withdrawn_after), 12))
            scene.add(
                Withdrawal(
                    id=new_id(self.chance),
                    practice_id=self.practice_id,
                    assignment_id=assignment.id,
                    by_id=self.counsellor.id,
                    at=at,
                )
            )
            scene.note(at, self.counsellor, Event.ASSIGNMENT_WITHDRAWN, assignment)

    def _given_at(self, day: date) -> datetime:
        """Right after the talk of a day, or in the morning of a day without one."""
        clock_time = (self.hour.hour, 55) if day in self.days else (9, 30)
        return self.scene.past(self.scene.at(day, *clock_time), timedelta(hours=4))

    def _best_before(self, given: Given, starts_on: date) -> date | None:
        """The next talk after it was given; a weekly one that is still on has no last day."""
        if given.open_ended:
            return None
        if given.rounds:
            last = starts_on + WEEK * len(given.rounds[0]) - DAY
            return last if last < self.scene.today else None
        return next((day for day in self.days if day > starts_on), None)

    def _rounds(self, assignment: Assignment, exercise: Exercise, given: Given) -> None:
        told: set[tuple[str, date]] = set()  # A ritual is marked once a day.
        for slot, signs, lines in zip(("A", "B"), given.rounds or (), given.lines, strict=True):
            for turn, sign in enumerate(signs, start=1):
                began_on = assignment.starts_on + WEEK * (turn - 1)
                after = 1 + self.chance.random() * 4
                if sign in "lh":
                    kind, choice = ("later", "leave") if sign == "l" else ("hard", "skip")
                    self._aside(assignment, slot, kind, choice, began_on, after)
                elif sign != "-":
                    line = lines[(turn - 1) % len(lines)] if lines else ""
                    values = round_answers(exercise, turn, sign, line, given.agreed, began_on)
                    ritual = is_ritual(exercise) and is_agreed(assignment, exercise, given.agreed)
                    closeness = values.get("closeness", {}).get("rating")
                    if ritual:
                        values = without_the_ritual(exercise, values)
                    ended_at = self._said(assignment, exercise, Said(slot, {}, after), turn, began_on, values)
                    if ritual and (slot, ended_at.date()) not in told:
                        told.add((slot, ended_at.date()))
                        tell_time(self.scene, assignment, self.people[slot], ended_at, closeness)

    def _said(
        self,
        assignment: Assignment,
        exercise: Exercise,
        said: Said,
        turn: int,
        began_on: date,
        values: dict[str, Any],
    ) -> datetime:
        scene, person = self.scene, self.people[said.slot]
        day = began_on + DAY * int(said.after)
        evening = scene.at(day, self.chance.randrange(18, 22), self.chance.randrange(60))
        ended_at = max(self.scene.past(evening), assignment.assigned_at + timedelta(minutes=20))
        level = said.level or ("both" if exercise.reveal_together else assignment.sharing_limit)
        hold = TURNS_HOLD_MINUTES if exercise.who == "turns" else scene.practice.hold_minutes
        response = Response(
            id=new_id(self.chance),
            practice_id=self.practice_id,
            couple_id=self.couple.id,
            assignment_id=assignment.id,
            turn=turn,
            author_id=person.id,
            visibility=None if said.is_draft else level,
            started_at=ended_at - timedelta(minutes=exercise.minutes),
            sent_at=None if said.is_draft else ended_at,
            opens_at=None if said.is_draft else ended_at + timedelta(minutes=hold),
            version=1 + len(values) + (not said.is_draft),
        )
        scene.add(response)
        for step, value in values.items():
            answer = Answer(
                id=new_id(self.chance),
                practice_id=self.practice_id,
                response_id=response.id,
                author_id=person.id,
                step=step,
                saved_at=ended_at - timedelta(minutes=1),
            )
            answer.value_sealed = crypto.seal(answer, "value_sealed", json.dumps(value, ensure_ascii=False))
            scene.add(answer)
        if said.is_draft:
            scene.note(ended_at, person, Event.DRAFT_SAVED, response)
            return ended_at
        scene.note(ended_at, person, Event.RESPONSE_SENT, response)
        self.responses.append(response)
        self._outcome(assignment, turn, person, said, ended_at)
        if said.comment:
            self._comment(response, ended_at, said.comment)
        return ended_at

    def _part(self, assignment: Assignment, exercise: Exercise, part: Part) -> None:
        """What one of them sent in listening turns."""
        scene, person, step = self.scene, self.people[part.slot], exercise.step(part.step)
        if step is None or step.turn is None:
            raise LookupError(f"“{exercise.slug}” has no turn “{part.step}”.")
        evening = scene.at(assignment.starts_on, 19, self.chance.randrange(60)) + DAY * part.after
        sent_at = max(scene.past(evening), assignment.assigned_at + timedelta(minutes=20))
        value = answer_value(exercise, part.step, part.bare, sent_at.date())
        other = "B" if part.slot == "A" else "A"
        row = TurnPart(
            id=new_id(self.chance),
            practice_id=self.practice_id,
            couple_id=self.couple.id,
            assignment_id=assignment.id,
            turn=1,
            speaker=part.slot if step.turn == "speaker" else other,
            round=part.round,
            step=part.step,
            author_id=person.id,
            choice=value.get("choice") if step == check_of(strand_of(exercise)) else None,
            saved_at=sent_at - timedelta(minutes=1),
            version=2,
            sent_at=sent_at,
            opens_at=sent_at + timedelta(minutes=TURNS_HOLD_MINUTES),
        )
        row.value_sealed = crypto.seal(row, "value_sealed", json.dumps(value, ensure_ascii=False))
        scene.add(row)
        scene.note(sent_at, person, Event.RESPONSE_SENT, row)

    def _outcome(
        self, assignment: Assignment, turn: int, person: Person, said: Said, ended_at: datetime
    ) -> None:
        """Some say how it went, some don't."""
        useful = said.useful
        if useful is None:
            if self.chance.random() < 0.4:
                return
            useful = self.chance.randrange(4, 10)
        at = ended_at + timedelta(minutes=1)
        row = self.scene.add(
            Outcome(
                id=new_id(self.chance),
                practice_id=self.practice_id,
                couple_id=self.couple.id,
                assignment_id=assignment.id,
                turn=turn,
                person_id=person.id,
                tried="part" if useful < 4 else "tried",
                useful=useful,
                at=at,
            )
        )
        self.scene.note(at, person, Event.OUTCOME_RECORDED, row)

    def _aside(
        self, assignment: Assignment, slot: str, kind: str, choice: str, began_on: date, after: float
    ) -> None:
        day = began_on + DAY * int(after)
        at = self.scene.past(self.scene.at(day, 21, self.chance.randrange(60)), timedelta(hours=5))
        person = self.people[slot]
        row = self.scene.add(
            SetAside(
                id=new_id(self.chance),
                practice_id=self.practice_id,
                couple_id=self.couple.id,
                assignment_id=assignment.id,
                person_id=person.id,
                kind=kind,
                choice=choice,
                until=at + LATER[choice] if choice in LATER else None,
                at=at,
            )
        )
        self.scene.note(at, person, Event.SET_ASIDE, row, kind=kind)

    def _comment(self, response: Response, sent_at: datetime, words: str) -> None:
        at = self.scene.past(sent_at + timedelta(hours=15), timedelta(minutes=5))
        comment = Comment(
            id=new_id(self.chance),
            practice_id=self.practice_id,
            response_id=response.id,
            response_version=response.version,
            author_id=self.counsellor.id,
            at=at,
            delivered_at=replies.delivered_at(at, ZoneInfo(self.scene.practice.timezone)),
        )
        comment.words_sealed = crypto.seal(comment, "words_sealed", words)
        self.scene.add(comment)
        self.scene.note(at, self.counsellor, Event.COMMENTED, response)
