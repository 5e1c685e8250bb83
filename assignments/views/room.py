"""The room: a screen two partners look at, and the only pages such a sign-in reaches until it has left.

What it is guarded by stands in `clinic.web`. Where one is in it travels in the address, so nothing needs a script.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from assignments.actions.reviewing import record_reading
from assignments.actions.room import enter_room, leave_room, write_in_room
from assignments.domain.timers import RunningTimer, running_timer, start_mark
from assignments.forms import step_form
from assignments.forms.room import MINUTES, RoomForm, TimerForm
from assignments.queries.agreements import SharedAgreement
from assignments.queries.room import (
    EXERCISE,
    OpenTopic,
    ToAgree,
    Topic,
    agreements_to_write,
    chosen_topics,
    key_of_agreement,
    open_topic,
    topics_for,
)
from clinic import clock
from clinic.access import can, in_room, needs, signed_in
from clinic.actions.sign_ins import WrongSignIn
from clinic.domain.roles import Permission
from clinic.errors import Conflict, NotFound
from clinic.forms import PassPhraseForm
from clinic.models import Couple
from clinic.queries.couples import couple_for
from clinic.web import at_most, device_token, ends_history, keep_form_open, page

blueprint = Blueprint("room", __name__)

HERE = "/c/couples/<uuid:couple_id>/room"


@dataclass(frozen=True)
class Place:
    """Where in the room one is, as the address says it. Whatever makes no sense in an address is left out."""

    topic: int = 1
    is_opened: bool = False
    speaker: str = ""
    minutes: str = ""
    began: str = ""

    @classmethod
    def asked_for(cls, values: Any, topics: int) -> Place:
        """From an address, or from the hidden fields of a form."""
        asked = values.get("topic", "")
        number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 4 else 1
        minutes, speaker = values.get("minutes", ""), values.get("speaker", "")
        return cls(
            topic=min(max(number, 1), max(topics, 1)),
            is_opened=values.get("open") == "1",
            speaker=speaker if speaker in ("A", "B") else "",
            minutes=minutes if minutes in MINUTES else "",
            began=values.get("began", "")[:12],
        )

    def timer(self) -> RunningTimer | None:
        """The timer that runs, if one was started."""
        return running_timer(int(self.minutes), self.began, clock.now()) if self.minutes else None

    def at(self, couple_id: UUID, **changes: Any) -> str:
        """The address of this place, or of one that differs in some respect."""
        one = replace(self, **changes)
        values: dict[str, Any] = {
            "topic": one.topic,
            "open": "1" if one.is_opened else None,
            "speaker": one.speaker or None,
            "minutes": one.minutes or None,
            "began": one.began or None,
        }
        return url_for("room.room", couple_id=couple_id, **values)


@blueprint.get(HERE)
@needs(Permission.ROOM_ENTER, leaves_audit_line=True)
@in_room
@ends_history
def room(couple_id: UUID) -> ResponseReturnValue:
    """Outside, the list of exactly what will show; inside, one topic after the other."""
    if not _is_inside():
        couple = couple_for(signed_in(), couple_id)
        return _door(couple, RoomForm())
    try:
        couple = couple_for(signed_in(), couple_id)
    except NotFound:
        # The couple is somebody else's by now, so there is nothing to show, and only one way on.
        return redirect(url_for("room.leave", couple_id=couple_id))
    topics = chosen_topics(couple, signed_in().sign_in.room_shows or [], clock.now())
    return _shown(couple, topics, Place.asked_for(request.args, len(topics)), TimerForm())


@blueprint.post(f"{HERE}/enter")
@needs(Permission.ROOM_ENTER)
def enter(couple_id: UUID) -> ResponseReturnValue:
    """From here on nothing but the room can be reached."""
    couple, form = couple_for(signed_in(), couple_id), RoomForm()
    topics = _offer(form, couple)
    if form.validate_on_submit():
        enter_room(actor=signed_in(), couple_id=couple_id, shows=form.shows.data or [])
        return redirect(url_for("room.room", couple_id=couple_id))
    return _door(couple, form, topics)


@blueprint.post(f"{HERE}/timer")
@needs(Permission.ROOM_ENTER)
@in_room
def timer(couple_id: UUID) -> ResponseReturnValue:
    """The time runs from now. The start travels in the address, so nothing about it is stored."""
    if not _is_inside():
        return _outside(couple_id)
    couple, form = couple_for(signed_in(), couple_id), TimerForm()
    topics = chosen_topics(couple, signed_in().sign_in.room_shows or [], clock.now())
    place = replace(Place.asked_for(request.form, len(topics)), began="", minutes="", speaker="")
    _name_speakers(form, couple)
    if not form.validate_on_submit():
        keep_form_open()  # The page is read once more, which leaves a line, and the form itself was not acted on.
        return _shown(couple, topics, place, form)
    began = start_mark(clock.now())
    speaker = form.speaker.data if form.speaker.data in ("A", "B") else ""
    return redirect(place.at(couple_id, began=began, minutes=form.minutes.data, speaker=speaker))


@blueprint.route(f"{HERE}/agreement", methods=["GET", "POST"])
@needs(Permission.ROOM_AGREEMENT, leaves_audit_line=True)
@in_room
def agreement(couple_id: UUID) -> ResponseReturnValue:
    """Written by all three, then read back. Each partner signs later, on their own."""
    if not _is_inside():
        return _outside(couple_id)
    couple = couple_for(signed_in(), couple_id)
    offered = agreements_to_write(couple, clock.now())
    chosen = _chosen(offered)
    if chosen is None:
        return page("assignments/room/agreements.html", couple=couple, offered=offered)
    begun = _ticked(chosen.now)
    if begun is not None and request.method == "GET":
        _write_down(couple, OpenTopic(agreement=begun))
    form = step_form(chosen.step, begun.value if begun else None, leave_out=("agreed",))
    if form.validate_on_submit():
        try:
            row = write_in_room(
                actor=signed_in(),
                couple_id=couple_id,
                assignment_id=chosen.assignment.id,
                step=chosen.step.key,
                value=form.value(),
            )
        except Conflict as problem:
            form.form_errors.append(problem.sentence)
        else:
            return redirect(_read_back(couple, row.id))
    return page("assignments/room/agreement.html", form, couple=couple, chosen=chosen)


@blueprint.route(f"{HERE}/leave", methods=["GET", "POST"])
@needs(Permission.ROOM_LEAVE)
@in_room
@ends_history
@at_most("10 per minute")
def leave(couple_id: UUID) -> ResponseReturnValue:
    """Out again, with the pass-phrase, once the screen is no longer shown."""
    if not _is_inside():
        return _outside(couple_id)
    form = PassPhraseForm()
    if form.validate_on_submit():
        try:
            leave_room(actor=signed_in(), given=form.password.data, device=device_token())
        except WrongSignIn as problem:
            form.password.errors = [problem.sentence]
        else:
            return redirect(url_for("couple.couple", couple_id=couple_id))
    return page("assignments/room/leave.html", form, couple_id=couple_id)


def _is_inside() -> bool:
    return signed_in().sign_in.in_room_since is not None


def _outside(couple_id: UUID) -> ResponseReturnValue:
    """Whoever is not in the room begins at its door."""
    couple_for(signed_in(), couple_id)
    return redirect(url_for("room.room", couple_id=couple_id))


def _door(couple: Couple, form: RoomForm, topics: list[Topic] | None = None) -> ResponseReturnValue:
    return page(
        "assignments/room/door.html",
        form,
        couple=couple,
        topics=_offer(form, couple) if topics is None else topics,
    )


def _offer(form: RoomForm, couple: Couple) -> list[Topic]:
    topics = topics_for(couple, clock.now())
    form.offer([(one.key, f"{one.title}. {one.fact}", one.is_open) for one in topics])
    return topics


def _shown(couple: Couple, topics: list[Topic], place: Place, form: TimerForm) -> ResponseReturnValue:
    topic = topics[place.topic - 1] if topics else None
    _name_speakers(form, couple)
    opened = None
    if topic is not None and topic.is_open and (place.is_opened or topic.kind != EXERCISE):
        opened = open_topic(couple, topic, clock.now())
        _write_down(couple, opened)
    return page(
        "assignments/room/room.html",
        form,
        couple=couple,
        topics=topics,
        topic=topic,
        opened=opened,
        place=place,
        timer=place.timer(),
        speaker=couple.partner(place.speaker).name if place.speaker else "",
        may_write=can(signed_in(), Permission.ROOM_AGREEMENT),
    )


def _write_down(couple: Couple, opened: OpenTopic) -> None:
    """That staff read these words too, before they are shown."""
    record_reading(
        actor=signed_in(),
        couple_id=couple.id,
        response_ids=opened.answers,
        part_ids=opened.parts,
        thanks_ids=[one.id for one in opened.thanks],
        text_ids=[opened.agreement.text_id] if opened.agreement else [],
        what="in-room",
    )


def _ticked(stands: SharedAgreement | None) -> SharedAgreement | None:
    """The words a change begins with, where they are among what was ticked at the door."""
    shows = signed_in().sign_in.room_shows or []
    return stands if stands is not None and key_of_agreement(stands.text_id) in shows else None


def _name_speakers(form: TimerForm, couple: Couple) -> None:
    form.name_speakers(couple.partner("A").name, couple.partner("B").name)


def _chosen(offered: list[ToAgree]) -> ToAgree | None:
    """The agreement an address names, or the only one there is."""
    named = request.args.get("for", "")
    if not named and len(offered) == 1:
        return offered[0]
    return next((one for one in offered if str(one.assignment.id) == named), None)


def _read_back(couple: Couple, text_id: UUID) -> str:
    topics = chosen_topics(couple, signed_in().sign_in.room_shows or [], clock.now())
    keys = [one.key for one in topics]
    return Place(topic=keys.index(key_of_agreement(text_id)) + 1).at(couple.id)
