"""Histories of two partners and their counsellor: what each may do, and how a history is told.

A step that is *kept* happens in the busier of two worlds only. All other steps are *open* and happen in both. A kept step
and an open one of the same partner never touch the same piece of work: what was kept and is then opened opens later than
what was never kept, because widening waits, and that is meant. So what would be kept and is open anyway does not happen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st
from sqlalchemy import select

from assignments.actions import agreeing
from assignments.actions.assigning import change_assignment, withdraw_assignment
from assignments.actions.checking_in import check_in
from assignments.actions.couple_settings import limit_sharing
from assignments.actions.deciding import decide
from assignments.actions.entries import save_thanks
from assignments.actions.measuring import switch_on
from assignments.actions.noting import mark_done, note_use
from assignments.actions.pausing import ask_for_a_pause
from assignments.actions.replying import reply_to_answers
from assignments.actions.responding import (
    change_visibility,
    record_outcome,
    save_answer,
    send_response,
    set_aside,
    take_back,
)
from assignments.actions.reviewing import mark_read
from assignments.actions.thanking import say_thanks
from assignments.domain.checkins import CheckinAnswers, check_in_window
from assignments.domain.pauses import Back
from assignments.domain.signs.decisions import DecisionState
from assignments.domain.visibility import Level
from assignments.models import Answer, Response
from clinic.actions.appointments import book_appointment
from clinic.clock import now
from clinic.domain.reminders import Timetable
from clinic.extensions import db
from clinic.models import Person
from tests.assignments.given import OPENS_TOGETHER, OUR_PAUSE, given
from tests.noninterference import acts_between_two, answer_acts, counsellor_acts, own_acts
from tests.noninterference.worlds import OPEN_STEP, WORDS, World

if TYPE_CHECKING:
    from tests.noninterference.machine import Life

# What is answered by a text in one step.
WORK = {
    "questions": "answer",
    "weekly": "stayed",
    "log": "say-one",
    "counsellor": "answer",
    "opens together": "at-ease",
    "open": OPEN_STEP,
    "plan week 1": "at-ease",
}
# Opens as soon as both have sent, which is meant: one partner alone sends it in these histories.
WAITS_FOR_BOTH = "waiting"

Doing = Callable[["Life", Person, str], object]


@dataclass(frozen=True)
class Step:
    """One thing that happens. `item` is the piece of work, or how long, where there is one."""

    who: str
    what: str
    item: str = ""
    kept: bool = False

    def __str__(self) -> str:
        return (
            f"{self.who} {'(kept) ' if self.kept else ''}{self.what}{f': {self.item}' if self.item else ''}"
        )


@dataclass(frozen=True)
class History:
    """What happens, who keeps things from whom, and which pages are looked at besides those that always are."""

    keeper: str
    steps: tuple[Step, ...]
    chance: int

    @property
    def reader(self) -> str:
        """The one from whom things are kept."""
        return "Jo" if self.keeper == "Sam" else "Sam"

    @cached_property
    def open(self) -> tuple[Step, ...]:
        return tuple(step for step in self.steps if not step.kept)

    @cached_property
    def kept(self) -> tuple[tuple[int, Step], ...]:
        """What is kept and touches nothing that its keeper does openly; each after how many open steps."""
        opened = {touched(step) for step in self.open if step.who == self.keeper} - {""}
        before, kept = 0, []
        for step in self.steps:
            if not step.kept:
                before += 1
            elif touched(step) not in opened:
                kept.append((before, step))
        return tuple(kept)

    def kept_before(self, number: int) -> list[Step]:
        """What is kept right before the open step of that number."""
        return [step for before, step in self.kept if before == number]

    def __repr__(self) -> str:
        """As a list that can be read; hypothesis prints this one for a history that tells the worlds apart."""
        told = "".join(f"\n  {number:2}. {step}" for number, step in enumerate(self.steps, 1))
        return f"History: {self.keeper} keeps things to themselves, pages by {self.chance}{told}\n"


def touched(step: Step) -> str:
    """The piece of work that a step touches, if it touches one."""
    if step.kept and step.what in KEPT_ALONE:
        return KEPT_ALONE[step.what][1]
    return OPEN_ALONE[step.what][1] if step.what in OPEN_ALONE else step.item


def version_of(person: Person, world: World, item: str) -> int:
    """The version the own form of this work would carry."""
    kept = db.session.scalars(
        select(Answer.version)
        .join(Response, Response.id == Answer.response_id)
        .where(
            Response.author_id == person.id,
            Response.assignment_id == world.assignment[item],
            Answer.step == WORK[item],
        )
    ).first()
    return kept or 0


def writes(life: Life, person: Person, item: str) -> object:
    assignment_id, version = life.world.assignment[item], version_of(person, life.world, item)
    return save_answer(
        actor=person, assignment_id=assignment_id, step=WORK[item], value={"text": WORDS}, version=version
    )


def sends(level: Level) -> Callable[[Life, Person, str], Response]:
    def act(life: Life, person: Person, item: str) -> Response:
        writes(life, person, item)
        sent: Response = send_response(actor=person, assignment_id=life.world.assignment[item], level=level)
        return sent

    return act


def sends_and_thinks_better_of_it(life: Life, person: Person, item: str) -> object:
    """Open for as long as the hold lasts, and taken back or hidden before it ends."""
    response = sends(Level.SHARED)(life, person, item)
    back = take_back if item in ("questions", "log", "weekly") else _hide
    assert response.opens_at is not None
    life.later(response.opens_at, lambda: back(actor=person, response_id=response.id))
    return response


def _hide(*, actor: Person, response_id: Any) -> object:
    return change_visibility(actor=actor, response_id=response_id, level=Level.PRIVATE)


def sets_aside(kind: str, choice: str) -> Doing:
    return lambda life, person, item: set_aside(
        actor=person, assignment_id=life.world.assignment[item], kind=kind, choice=choice
    )


def says_how_it_went(life: Life, person: Person, item: str) -> object:
    return record_outcome(
        actor=person, assignment_id=life.world.assignment[item], turn=1, tried="part", useful=2
    )


def checks_in(life: Life, person: Person, _item: str) -> object:
    week = check_in_window(now().replace(tzinfo=None))
    return week and check_in(actor=person, week_of=week, answers=CheckinAnswers(closeness=2, tension=9))


def alone(act: Callable[[World, Person], object]) -> Doing:
    """An act of the fixed worlds, on the work that it names itself."""
    return lambda life, person, _item: act(life.world, person)


def thanks_for(level: Level) -> Doing:
    return lambda life, person, _item: save_thanks(actor=person, what="You rang", meant="", level=level)


def reads_and_replies(life: Life, person: Person, item: str) -> object:
    """The counsellor, to an answer this partner has sent to her."""
    response = db.session.scalars(
        select(Response).where(
            Response.author_id == person.id, Response.assignment_id == life.world.assignment[item]
        )
    ).first()
    if response is None:
        return None
    priya, couple_id, seen = life.world.cast.priya, life.couple.id, {response.id: response.version}
    mark_read(actor=priya, couple_id=couple_id, seen=seen)
    return reply_to_answers(actor=priya, couple_id=couple_id, seen=seen, words=WORDS)


# What a partner keeps, on a piece of work.
KEPT_ON_WORK: dict[str, Doing] = {
    "writes a draft": writes,
    "sends it to nobody": sends(Level.PRIVATE),
    "sends it to the counsellor": sends(Level.COUNSELLOR),
    "shares it and thinks better of it": sends_and_thinks_better_of_it,
    "says: not tonight": sets_aside("later", "tonight"),
    "says: another week": sets_aside("later", "week"),
    "says: hard, bring it": sets_aside("hard", "bring"),
    "says: hard, smaller": sets_aside("hard", "smaller"),
    "says how it went": says_how_it_went,
    "is replied to by the counsellor": reads_and_replies,
}
# What a partner keeps on work of its own kind: the act and what it touches.
KEPT_ALONE: dict[str, tuple[Doing, str]] = {
    one.__name__.replace("_", " "): (alone(one), touched)
    for one, touched in {
        answer_acts.both_at_once_alone: WAITS_FOR_BOTH,
        answer_acts.checked_in: "check-in",
        answer_acts.questions_answered: "csi-4",
        answer_acts.it_did_not_feel_safe: "open",
        answer_acts.a_widening_begun_and_cancelled: "weekly",
        answer_acts.the_pause_page_opened_and_closed: "",
        answer_acts.a_thank_you_shared_and_hidden_within_the_hold: "",
        answer_acts.a_thank_you_shared_and_deleted_within_the_hold: "",
        acts_between_two.turns_drafted: "turns",
        acts_between_two.a_part_taken_back_within_the_hold: "turns",
        acts_between_two.a_part_hidden_within_the_hold: "turns",
        acts_between_two.face_to_face_and_how_heard_it_felt: "turns",
        acts_between_two.drafts_an_agreement: "agreements",
        acts_between_two.signs_or_puts_forward_and_takes_it_back_within_the_hold: "agreements",
        acts_between_two.a_use_noted_for_oneself: "",
        acts_between_two.a_ritual_done_and_its_closeness: "ritual",
        acts_between_two.a_ritual_done_and_taken_back: "ritual",
        acts_between_two.a_ritual_not_today: "ritual",
        acts_between_two.thanks_for_an_answer_taken_back_within_the_hold: "thanks",
        own_acts.sets_reminders_and_makes_a_calendar_address: "",
        own_acts.asks_for_their_account_to_be_deleted: "",
        own_acts.takes_a_copy: "",
        own_acts.signed_in_elsewhere: "",
        own_acts.hands_their_phone_over: "",
        own_acts.a_second_step_set_up: "",
        own_acts.a_sign_in_that_was_not_theirs: "",
        own_acts.lets_the_record_be_handed_on: "",
        own_acts.asks_to_talk_alone: "",
        own_acts.a_pause_come_back_from: "pause",
        own_acts.a_private_thank_you: "",
        counsellor_acts.something_given_to_them_alone: "",
        counsellor_acts.what_was_given_to_them_alone_is_changed: "",
        counsellor_acts.the_counsellor_judges_a_sign: "",
        counsellor_acts.the_counsellor_types_in_a_sheet: "questions",
        counsellor_acts.the_counsellor_sees_them_alone: "",
    }.items()
}
# What either partner does openly, in both worlds, and on what.
OPEN: dict[str, Doing] = {
    "shares an answer": sends(Level.SHARED),
    "sends it for both at once": sends(Level.BOTH),
    "tells the counsellor": sends(Level.COUNSELLOR),
    "keeps an answer": sends(Level.PRIVATE),
    "begins to write": writes,
    "finds it hard": sets_aside("hard", "skip"),
    "puts it off": sets_aside("later", "tomorrow"),
}
OPEN_ALONE: dict[str, tuple[Doing, str]] = {
    "thanks the other": (thanks_for(Level.SHARED), ""),
    "thanks the other in private": (thanks_for(Level.PRIVATE), ""),
    "thanks for an answer": (
        lambda life, person, _: say_thanks(actor=person, assignment_id=life.world.assignment["open"]), "thanks"
    ),
    "asks for a pause": (lambda _l, person, _i: ask_for_a_pause(actor=person, back=Back.HOUR), "pause"),
    "does the ritual": (
        lambda life, person, _: mark_done(actor=person, assignment_id=life.world.assignment["ritual"]), "ritual"
    ),
    "notes a use": (
        lambda life, person, _: note_use(
            actor=person, assignment_id=life.world.assignment["agreed"], value={}, level=Level.COUNSELLOR
        ),
        "",
    ),
    "checks in": (checks_in, "check-in"),
    "drafts our pause": (
        lambda life, person, _: agreeing.save_agreement(
            actor=person,
            assignment_id=life.world.assignment["offered"],
            step=OUR_PAUSE,
            value={"meanwhile": "A walk"},
            version=0,
        ),
        "agreements",
    ),
}  # fmt: skip
BY_THE_COUNSELLOR: dict[str, Doing] = {
    "gives something to both": lambda life, _p, _i: given(
        life.world.cast.priya, life.couple, slug=OPENS_TOGETHER
    ),
    "books an appointment": lambda life, _p, _i: book_appointment(
        actor=life.world.cast.priya, couple_id=life.couple.id, starts_at=now() + timedelta(days=3)
    ),
    "limits sharing": lambda life, _p, _i: limit_sharing(
        actor=life.world.cast.priya, couple_id=life.couple.id, limit=Level.COUNSELLOR
    ),
    "pauses for safety": lambda life, _p, _i: decide(
        actor=life.world.cast.priya,
        couple_id=life.couple.id,
        state=DecisionState.PAUSE_FOR_SAFETY,
        reason="To talk with each alone",
    ),
    "asks a questionnaire": lambda life, _p, _i: switch_on(
        actor=life.world.cast.priya, couple_id=life.couple.id, name="phq-2"
    ),
}
ON_WORK_BY_THE_COUNSELLOR: dict[str, Doing] = {
    "withdraws it": lambda life, _p, item: withdraw_assignment(
        actor=life.world.cast.priya, couple_id=life.couple.id, assignment_id=life.world.assignment[item]
    ),
    "narrows it": lambda life, _p, item: change_assignment(
        actor=life.world.cast.priya,
        couple_id=life.couple.id,
        assignment_id=life.world.assignment[item],
        best_before=None,
        sharing_limit=Level.COUNSELLOR,
        note="",
        version=1,
    ),
}
MOVES = {
    "a minute": timedelta(minutes=1),
    "a quarter of an hour": timedelta(minutes=15),
    "a day and a bit": timedelta(hours=25),
    "three days": timedelta(days=3),
    "a week": timedelta(days=7),
}
EVERY_NIGHT = Timetable(frozenset(range(7)), 21 * 60, on=True)


def kept_by(keeper: str) -> st.SearchStrategy[Step]:
    """Any one thing that a partner may keep."""
    work = st.sampled_from(sorted(WORK))
    return st.one_of(
        st.builds(Step, st.just(keeper), st.sampled_from(sorted(KEPT_ON_WORK)), work, st.just(True)),
        st.builds(Step, st.just(keeper), st.sampled_from(sorted(KEPT_ALONE)), st.just(""), st.just(True)),
    )


def open_steps(keeper: str, other: str) -> st.SearchStrategy[Step]:
    """Any one thing that happens openly."""
    work, waits = st.sampled_from(sorted(WORK)), sorted(set(WORK) - {"opens together"})
    return st.one_of(
        st.builds(Step, st.just(keeper), st.sampled_from(sorted(OPEN)), st.sampled_from(waits)),
        st.builds(Step, st.just(other), st.sampled_from(sorted(OPEN)), work),
        st.builds(Step, st.sampled_from((keeper, other)), st.sampled_from(sorted(OPEN_ALONE))),
        st.builds(Step, st.just(other), st.just("tries an address"), st.integers(0, 999).map(str)),
        st.builds(Step, st.just("Priya"), st.sampled_from(sorted(BY_THE_COUNSELLOR))),
        st.builds(Step, st.just("Priya"), st.sampled_from(sorted(ON_WORK_BY_THE_COUNSELLOR)), work),
        st.builds(Step, st.just("the clock"), st.just("moves by"), st.sampled_from(sorted(MOVES))),
    )


@st.composite
def tellings(draw: st.DrawFn) -> tuple[History, ...]:
    """Several histories that differ only in what one partner keeps from the other, and in when."""
    keeper, other = draw(st.sampled_from((("Sam", "Jo"), ("Jo", "Sam"))))
    told = draw(st.lists(open_steps(keeper, other), min_size=1, max_size=9))
    chance = draw(st.integers(0, 2**16))
    kept = st.lists(st.tuples(st.integers(0, len(told)), kept_by(keeper)), min_size=1, max_size=6)
    each = draw(st.lists(kept, min_size=AT_ONCE, max_size=AT_ONCE))
    found = (History(keeper, tuple(woven(told, kept)), chance) for kept in each)
    return tuple(dict.fromkeys(history for history in found if history.kept))


def woven(told: list[Step], kept: list[tuple[int, Step]]) -> Iterator[Step]:
    """Each kept step where it belongs among the open ones."""
    for number in range(len(told) + 1):
        yield from (step for before, step in kept if before == number)
        yield from told[number : number + 1]


BEGINS = datetime(2026, 9, 18, 18, 0, tzinfo=UTC)
# Histories of one telling share the world in which nothing is kept, and that one costs as much as three of the others.
AT_ONCE = 10
