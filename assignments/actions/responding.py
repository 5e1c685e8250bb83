"""What a partner does with an assignment: save, send, take back, change who sees it, set it aside."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select

from assignments.access import frozen_since, has_ended, limit_of, sharing_of
from assignments.actions.levels import cancel_pending, change_level
from assignments.actions.locks import hold_assignment, hold_assignment_of, hold_partner
from assignments.domain import progress, turns, visibility
from assignments.domain.barriers import Barrier, kept
from assignments.domain.exercises import gives_something
from assignments.domain.lengths import BARRIER_CHARACTERS
from assignments.domain.visibility import Level
from assignments.models import Answer, Assignment, Outcome, Response, SetAside, VisibilityChange
from assignments.queries.assignments import assignment_for_partner, exercise_of
from assignments.queries.responses import own_response, own_response_by_id, own_values, turn_of
from clinic import clock, crypto
from clinic.access import require
from clinic.actions.talks import ask_to_talk
from clinic.audit import Event, record
from clinic.domain.roles import Permission
from clinic.errors import Conflict, NotFound
from clinic.extensions import db, transaction
from clinic.models import Partner, Person, Practice
from clinic.queries.couples import own_place
from clinic.queries.people import practice_of

LATER = {"tonight": timedelta(hours=3), "tomorrow": timedelta(days=1), "week": timedelta(days=7)}
HARD = ("smaller", "skip", "bring")
TRIED = ("tried", "part", "not")
# In listening turns each waits for the other's next line, so the hold is short (decision 12).
TURNS_HOLD_MINUTES = 1


class NewerCopy(Conflict):
    """The same answer was saved somewhere else since; `value` is that newer copy, nothing is overwritten."""

    def __init__(self, value: Any, version: int) -> None:
        super().__init__("There is a newer copy of this answer. Yours has not been saved over it.")
        self.value, self.version = value, version


def current_turn(place: Partner, assignment_id: UUID) -> tuple[Assignment, int]:
    """An open assignment of this partner's and the turn they have in hand. Raises NotFound otherwise."""
    assignment, on_now = _turn_on_now(place, assignment_id)
    begun = db.session.execute(
        select(Response.turn).where(
            Response.practice_id == place.practice_id,
            Response.assignment_id == assignment.id,
            Response.author_id == place.person_id,
            Response.sent_at.is_(None),
        )
    ).scalars()
    return assignment, progress.turn_in_hand(on_now, begun)


def _turn_on_now(place: Partner, assignment_id: UUID) -> tuple[Assignment, int]:
    today = clock.today(practice_of(place.person).timezone)
    assignment = assignment_for_partner(place, assignment_id, today)
    return assignment, progress.turn_on(today, starts_on=assignment.starts_on, repeat=assignment.repeat)


@transaction
def save_answer(*, actor: Person, assignment_id: UUID, step: str, value: Any, version: int) -> Answer:
    """Keep one step of the author's own draft. `version` is the one the form was opened with, 0 for none.

    Raises NewerCopy instead of writing over a later save, Conflict once the words have been sent.
    """
    require(actor, Permission.DRAFT_WRITE)
    place = own_place(actor)
    hold_partner(place)
    assignment, turn = current_turn(place, assignment_id)
    if step not in {known.key for known in turns.own_steps_of(exercise_of(assignment))}:
        raise NotFound
    response = own_response(place, assignment, turn) or _begin(place, assignment, turn)
    if response.sent_at is not None:
        raise Conflict("You have sent this. Take it back first if you want to change it.")
    answer = next((kept for kept in response.answers if kept.step == step), None)
    if answer is None:
        # The id is made here, because the words are sealed to it before the row is inserted.
        answer = Answer(
            id=uuid4(),
            practice_id=response.practice_id,
            response_id=response.id,
            author_id=actor.id,
            step=step,
            version=0,
        )
        response.answers.append(answer)
    elif answer.version != version:
        kept_value = json.loads(crypto.unseal(answer, "value_sealed", answer.value_sealed))
        if kept_value == value:
            return answer
        raise NewerCopy(kept_value, answer.version)
    answer.value_sealed = crypto.seal(answer, "value_sealed", json.dumps(value, ensure_ascii=False))
    answer.version += 1
    answer.saved_at = clock.now()
    response.version += 1
    record(actor, Event.DRAFT_SAVED, response)
    return answer


@transaction
def send_response(*, actor: Person, assignment_id: UUID, level: Level) -> Response:
    """Finish a turn at the level its author chose. What goes to the partner is held first (decision 12).

    Raises Conflict for a level this assignment does not offer, so a tampered form gets nothing.
    """
    require(actor, Permission.ANSWER_SEND)
    place = own_place(actor)
    hold_partner(place)
    hold_assignment(place.practice_id, assignment_id)
    assignment, turn = current_turn(place, assignment_id)
    practice = practice_of(actor)
    if level not in offered_levels(place, assignment, practice, turn):
        raise Conflict("Choose who sees it from the list.")
    response = own_response(place, assignment, turn) or _begin(place, assignment, turn)
    if response.sent_at is not None:
        raise Conflict("You have sent this already.")
    _refuse_to_open_for_nothing(assignment, response, level)
    now = clock.now()
    response.visibility, response.sent_at = level, now
    response.typed_by_id = None  # From now on it is what its author sent, whoever typed it in at first.
    response.opens_at = visibility.hold_ends(now, timedelta(minutes=hold_minutes(assignment, practice)))
    response.version += 1
    record(actor, Event.RESPONSE_SENT, response)
    return response


@transaction
def take_back(*, actor: Person, response_id: UUID) -> Response:
    """Undo sending while nobody but the counsellor can have read it. Raises Conflict after that."""
    require(actor, Permission.ANSWER_UNDO)
    place = own_place(actor)
    hold_assignment_of(place, response_id)
    response = own_response_by_id(place, response_id, to_change=True)
    if not may_undo(place, response):
        raise Conflict("It is too late to take this back. You can hide it from now on.")
    response.taken_back_at = clock.now()
    make_draft_again(actor, response)
    return response


def make_draft_again(actor: Person, response: Response) -> None:
    """Inside an action: a finished turn is a draft, and nothing of who was to see it is left to count later."""
    response.visibility = response.sent_at = response.opens_at = None
    response.version += 1
    for change in response.changes:
        db.session.delete(change)
    response.changes = []
    record(actor, Event.RESPONSE_TAKEN_BACK, response)


@transaction
def change_visibility(*, actor: Person, response_id: UUID, level: Level) -> VisibilityChange:
    """Tighten at once, or widen after the practice's delay. Raises Conflict for a level not offered.

    Only me is always offered; a tighter level that the practice has switched off is refused like any other.
    """
    require(actor, Permission.ANSWER_VISIBILITY)
    place = own_place(actor)
    hold_assignment_of(place, response_id)
    response = own_response_by_id(place, response_id, to_change=True)
    if response.sent_at is None:
        raise Conflict("Nobody sees this yet. Choose who does when you send it.")
    practice, now = practice_of(actor), clock.now()
    sharing = sharing_of(response)
    present = sharing.level_at(now)
    # A safety hold is silent: what is opened meanwhile opens when it is lifted. An ending is known to both.
    if level not in offered_levels(place, response.assignment, practice, response.turn) or (
        level.is_looser_than(present) and level in visibility.OPEN_TO_PARTNER and has_ended(place.couple)
    ):
        raise Conflict("Choose who sees it from the list.")
    _refuse_to_open_for_nothing(response.assignment, response, level)
    change = change_level(response, level, now, timedelta(minutes=practice.widening_minutes))
    if not isinstance(change, VisibilityChange):
        raise Conflict("That is how it is now.")
    db.session.flush()
    record(actor, Event.VISIBILITY_CHANGED, response)
    return change


@transaction
def cancel_widening(*, actor: Person, response_id: UUID) -> None:
    """Stop a widening that is on its way; nobody else ever learns of it."""
    require(actor, Permission.ANSWER_VISIBILITY)
    place = own_place(actor)
    hold_assignment_of(place, response_id)
    response = own_response_by_id(place, response_id, to_change=True)
    cancel_pending(response.changes, clock.now())
    record(actor, Event.VISIBILITY_CHANGE_CANCELLED, response)


@transaction
def set_aside(*, actor: Person, assignment_id: UUID, kind: str, choice: str) -> SetAside:
    """ "Not tonight" or "This one feels hard". The counsellor sees it, the other partner never does."""
    require(actor, Permission.DRAFT_WRITE)
    place = own_place(actor)
    assignment, _ = current_turn(place, assignment_id)
    if choice not in {"later": (*LATER, "leave"), "hard": HARD}.get(kind, ()):
        raise Conflict("Choose one of the lines.")
    now = clock.now()
    row = SetAside(
        practice_id=place.practice_id,
        couple_id=place.couple_id,
        assignment_id=assignment.id,
        person_id=actor.id,
        kind=kind,
        choice=choice,
        until=_until(choice, now),
        at=now,
    )
    db.session.add(row)
    db.session.flush()
    record(actor, Event.SET_ASIDE, row, kind=kind)
    return row


@transaction
def record_outcome(
    *,
    actor: Person,
    assignment_id: UUID,
    turn: int,
    tried: str | None,
    useful: int | None,
    barriers: Collection[str] = (),
    words: str = "",
) -> Outcome:
    """ "How did it go?" One row per turn; saying it again replaces what was said, as on paper.

    What got in the way is not shown to its author again, so leaving it empty leaves what was said before. That it did
    not feel safe is kept with the wishes to talk alone, and nothing here tells that it was chosen.
    """
    require(actor, Permission.DRAFT_WRITE)
    place = own_place(actor)
    assignment, latest = _turn_on_now(place, assignment_id)
    if not 1 <= turn <= latest or tried not in (None, *TRIED) or useful not in (None, *range(11)):
        raise Conflict("Choose one of the lines.")
    if not set(barriers) <= set(Barrier) or len(words) > BARRIER_CHARACTERS:
        raise Conflict("Choose one of the lines.")
    outcome = (
        db.session.query(Outcome)
        .filter_by(practice_id=place.practice_id, assignment_id=assignment.id, turn=turn, person_id=actor.id)
        .one_or_none()
    )
    if outcome is None:
        # The id is made here, because the words are sealed to it before the row is inserted.
        outcome = Outcome(
            id=uuid4(),
            barriers="",
            practice_id=place.practice_id,
            couple_id=place.couple_id,
            assignment_id=assignment.id,
            turn=turn,
            person_id=actor.id,
        )
        db.session.add(outcome)
    outcome.tried, outcome.useful, outcome.at = tried, useful, clock.now()
    if barriers or words:
        outcome.barriers = kept(barriers)
        outcome.barrier_words_sealed = crypto.seal(outcome, "barrier_words_sealed", words) if words else None
    db.session.flush()
    record(actor, Event.OUTCOME_RECORDED, outcome)
    if Barrier.NOT_SAFE in barriers:
        ask_to_talk(
            actor=actor, reach="", about=f"After “{exercise_of(assignment).name}”: it did not feel safe."
        )
    return outcome


def may_undo(place: Partner, response: Response) -> bool:
    """Whether sending this response of the author's own can still be undone."""
    other = turn_of(place.couple, response.assignment, response.turn).sharing(place.place.other)
    return visibility.may_take_back(
        sharing_of(response), other, clock.now(), frozen_since=frozen_since(place.couple)
    )


def hold_minutes(assignment: Assignment, practice: Practice) -> int:
    """How long what is sent to the partner can be taken back before they may see it."""
    return TURNS_HOLD_MINUTES if exercise_of(assignment).who == "turns" else practice.hold_minutes


def offered_levels(
    place: Partner, assignment: Assignment, practice: Practice, turn: int
) -> tuple[Level, ...]:
    """The levels this partner may choose for this turn, loosest first.

    *Both at once* is gone once the time for the turn has run out: both have been told by then that it is
    not opening, and that has to stay true.
    """
    closes = progress.turn_closes_on(
        turn,
        starts_on=assignment.starts_on,
        repeat=assignment.repeat,
        best_before=assignment.best_before,
    )
    is_over = closes is not None and closes <= clock.today(practice.timezone)
    exercise = exercise_of(assignment)
    limit = limit_of(assignment, place.couple)
    if turns.has_exchange(exercise):
        # How heard somebody felt is for the counsellor; what is for the partner goes to them as a part of its own.
        limit = visibility.tighter(limit, Level.COUNSELLOR)
    offered = visibility.levels_offered(
        limit,
        counsellor_only_allowed=practice.allows_counsellor_only,
        for_both=assignment.for_whom == "both",
        reveal_together=exercise.reveal_together,
    )
    closed = visibility.OPEN_TO_PARTNER if has_ended(place.couple) else (Level.BOTH,) if is_over else ()
    return tuple(level for level in offered if level not in closed)


def _refuse_to_open_for_nothing(assignment: Assignment, response: Response, level: Level) -> None:
    """What opens the other's answer gives something of one's own, whatever the name of the level.

    Raises Conflict where two answers could open together and this one holds not a word.
    """
    if assignment.for_whom != "both" or level not in visibility.OPEN_TO_PARTNER:
        return
    if not gives_something(exercise_of(assignment).steps, own_values(response)):
        raise Conflict("Write a line before it opens for you both, or keep it for now.")


def _begin(place: Partner, assignment: Assignment, turn: int) -> Response:
    response = Response(
        practice_id=place.practice_id,
        couple_id=place.couple_id,
        assignment_id=assignment.id,
        turn=turn,
        author_id=place.person_id,
        started_at=clock.now(),
        answers=[],
        changes=[],
    )
    db.session.add(response)
    db.session.flush()
    return response


def _until(choice: str, now: datetime) -> datetime | None:
    """Until when it leaves the first place of Today; None means until something new is given."""
    return now + LATER[choice] if choice in LATER else None
