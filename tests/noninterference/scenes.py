"""What Sam (A) does, in the busier of two worlds, that Jo (B) may not see; and two things that she may."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from assignments.actions.checking_in import check_in
from assignments.actions.entries import change_thanks, delete_thanks, save_thanks
from assignments.actions.replying import reply_to_answers
from assignments.actions.responding import (
    cancel_widening,
    change_visibility,
    record_outcome,
    save_answer,
    send_response,
    set_aside,
    take_back,
)
from assignments.actions.reviewing import mark_read
from assignments.actions.turns import take_part_back
from assignments.domain.checkins import CheckinAnswers, check_in_window
from assignments.domain.visibility import Level
from assignments.library.loader import load_library
from assignments.models import Assignment, ExerciseVersion, Response
from clinic.actions.sign_ins import start_sign_in
from clinic.clock import now
from clinic.extensions import db
from tests.assignments.given import part_of
from tests.cast import Cast

WEDNESDAY = datetime(2026, 9, 16, 18, 30, tzinfo=UTC)
FRIDAY = datetime(2026, 9, 18, 18, 0, tzinfo=UTC)
# When Jo looks: within every hold, after every hold, while the check-in is open, and a week on, when weekly work has
# come round again. Once, after every hold, Jo asks for everything there is; otherwise for what could have changed.
MOMENTS = (
    WEDNESDAY + timedelta(minutes=30),
    WEDNESDAY + timedelta(minutes=55),
    FRIDAY + timedelta(hours=1),
    WEDNESDAY + timedelta(days=8),
)


# One exercise for each thing Sam may do with one; Jo has done the same with all of them in both worlds.
PLANS: dict[str, tuple[str, Level]] = {
    "kept": ("gentle-questions", Level.BOTH),
    "told the counsellor": ("what-helps-me-feel-safe", Level.BOTH),
    "drafted": ("i-statements", Level.SHARED),
    "tightened": ("gentle-questions", Level.BOTH),
    "taken back": ("one-thing-aloud", Level.SHARED),
    "answered, Jo has not": ("gentle-questions", Level.BOTH),
    "widened and cancelled": ("i-statements", Level.SHARED),
    "set aside": ("validate-first", Level.SHARED),
    "felt hard": ("active-listening", Level.SHARED),
    "listening": ("reflect-and-check", Level.SHARED),
    "each week": ("weekly-sit-down", Level.SHARED),
    "opened": ("gentle-questions", Level.BOTH),
    "shared": ("i-statements", Level.SHARED),
}


LISTENING = ("listening", "set aside")
JO_WAITS = ("kept", "told the counsellor", "tightened", "opened")


@dataclass(frozen=True)
class Start:
    """The database both worlds begin with."""

    path: Path
    cast: Cast
    given: dict[str, UUID]
    tokens: dict[datetime, str]


@dataclass(frozen=True)
class Scene:
    """Where an act happens: a world, its people, and what they were given by its plan's name."""

    cast: Cast
    given: dict[str, UUID]

    def write(self, plan: str) -> None:
        """Sam saves his first answer to it."""
        assignment = db.session.get_one(Assignment, self.given[plan])
        version = db.session.get_one(ExerciseVersion, assignment.exercise_version_id)
        exercise = load_library().get(version.slug)
        assert exercise is not None
        step = next(step for step in exercise.steps if step.type in ("text", "i_sentence", "rating"))
        value: Any = {
            "text": {"text": "Something of Sam's own"},
            "i_sentence": {"when": "the door shut"},
            "rating": {"rating": 3},
        }[step.type]
        save_answer(actor=self.cast.sam, assignment_id=assignment.id, step=step.key, value=value, version=0)

    def send(self, plan: str, level: Level) -> Response:
        """Sam writes and sends it."""
        self.write(plan)
        return send_response(actor=self.cast.sam, assignment_id=self.given[plan], level=level)


Act = Callable[[Scene], None]


def keep(scene: Scene) -> None:
    scene.send("kept", Level.PRIVATE)
    record_outcome(actor=scene.cast.sam, assignment_id=scene.given["kept"], turn=1, tried="not", useful=None)


def tell_the_counsellor(scene: Scene) -> None:
    response = scene.send("told the counsellor", Level.COUNSELLOR)
    couple = scene.cast.sam_and_jo.id
    mark_read(actor=scene.cast.priya, couple_id=couple, seen={response.id: response.version})
    reply_to_answers(
        actor=scene.cast.priya,
        couple_id=couple,
        seen={response.id: response.version},
        words="Thank you for telling me.",
    )


def draft(scene: Scene) -> None:
    scene.write("drafted")
    scene.write("each week")


def tighten(scene: Scene) -> None:
    response = scene.send("tightened", Level.BOTH)
    change_visibility(actor=scene.cast.sam, response_id=response.id, level=Level.PRIVATE)


def send_and_take_back(scene: Scene) -> None:
    response = scene.send("taken back", Level.SHARED)
    take_back(actor=scene.cast.sam, response_id=response.id)


def answer_first(scene: Scene) -> None:
    """Nothing opens before Jo has answered too, so that Sam has answered is not to be seen."""
    scene.send("answered, Jo has not", Level.BOTH)


def widen_and_cancel(scene: Scene) -> None:
    response = scene.send("widened and cancelled", Level.PRIVATE)
    change_visibility(actor=scene.cast.sam, response_id=response.id, level=Level.SHARED)
    cancel_widening(actor=scene.cast.sam, response_id=response.id)


def put_aside(scene: Scene) -> None:
    for plan, kind, choice in (
        ("set aside", "later", "week"),
        ("felt hard", "hard", "smaller"),
        ("each week", "hard", "skip"),
    ):
        set_aside(actor=scene.cast.sam, assignment_id=scene.given[plan], kind=kind, choice=choice)


def keep_thanks(scene: Scene) -> None:
    sam = scene.cast.sam
    save_thanks(actor=sam, what="Jo rang my mother", meant="", level=Level.PRIVATE)
    changed = save_thanks(actor=sam, what="Jo made tea", meant="", level=Level.PRIVATE)
    change_thanks(
        actor=sam, entry_id=changed.id, what="Jo made the tea", meant="", level=Level.PRIVATE, version=1
    )
    deleted = save_thanks(actor=sam, what="Jo came home", meant="", level=Level.SHARED)
    delete_thanks(actor=sam, entry_id=deleted.id)


def sign_in_again(scene: Scene) -> None:
    start_sign_in(scene.cast.sam, device="Sam's own", device_name="A phone")


def give_a_check_in(scene: Scene) -> None:
    week = check_in_window(now().replace(tzinfo=None))
    assert week is not None
    check_in(actor=scene.cast.sam, week_of=week, answers=CheckinAnswers(closeness=2, tension=9))


def listen(scene: Scene) -> None:
    """A thought is sent and taken back, and saying back what Jo sent is written and kept."""
    thought = part_of(scene.cast.sam, scene.given["listening"], "A", "thought", send=True)
    take_part_back(actor=scene.cast.sam, part_id=thought)
    part_of(scene.cast.sam, scene.given["listening"], "B", "say-back")


def listen_face_to_face(scene: Scene) -> None:
    save_answer(
        actor=scene.cast.sam,
        assignment_id=scene.given["set aside"],
        step="understood",
        value={"rating": 3},
        version=0,
    )
    send_response(actor=scene.cast.sam, assignment_id=scene.given["set aside"], level=Level.COUNSELLOR)


ON_WEDNESDAY: tuple[Act, ...] = (
    keep,
    tell_the_counsellor,
    draft,
    tighten,
    send_and_take_back,
    answer_first,
    widen_and_cancel,
    put_aside,
    listen,
    listen_face_to_face,
    keep_thanks,
    sign_in_again,
)


ON_FRIDAY: tuple[Act, ...] = (give_a_check_in,)


def share(scene: Scene) -> None:
    """No private act: what Jo is meant to see, for the control."""
    scene.send("shared", Level.SHARED)


def open_both(scene: Scene) -> None:
    """No private act either: Jo has answered, so this opens for both."""
    scene.send("opened", Level.BOTH)
