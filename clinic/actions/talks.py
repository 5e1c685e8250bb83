"""Asking to talk alone, and saying that the talk took place."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import delete

from clinic import clock, crypto
from clinic.access import require
from clinic.audit import Event, record
from clinic.domain.roles import Permission
from clinic.errors import Conflict
from clinic.extensions import db, transaction
from clinic.models import AFTER_RECOVERY, Person, TalkRequest
from clinic.queries.couples import couple_for, own_place
from clinic.queries.people import person_in
from clinic.queries.talks import open_requests, request_for

REACH_CHARACTERS = 500


@transaction
def ask_to_talk(*, actor: Person, reach: str, about: str = "") -> None:
    """Tell the counsellor that this partner would like to talk alone (decision 17).

    `about` is a sentence on what it came from, where it came from an answer.

    Nothing is given back: the asker's account must not know afterwards that anything was asked.
    Raises Conflict where the way to reach them is longer than the box.
    """
    require(actor, Permission.TALK_ASK)
    place = own_place(actor)
    if len(reach) > REACH_CHARACTERS:
        raise Conflict(f"Keep it to {REACH_CHARACTERS} characters.")
    # The id is made here, because the words are sealed to it before the row is inserted.
    request = TalkRequest(
        id=uuid4(),
        practice_id=place.practice_id,
        couple_id=place.couple_id,
        author_id=actor.id,
        asked_at=clock.now(),
    )
    if reach:
        request.reach_sealed = crypto.seal(request, "reach_sealed", reach)
    if about:
        request.about_sealed = crypto.seal(request, "about_sealed", about)
    db.session.add(request)
    db.session.flush()
    record(actor, Event.TALK_ASKED, request)


def close_words(person: Person, now: datetime) -> None:
    """Shut what a partner wrote until their counsellor has made sure who came back; within an act of recovery.

    It stands among the wishes to talk alone, because that is how it is seen to.
    """
    place = own_place(person)
    # What was asked about an earlier recovery is no answer about this one, not even on a page that was open before.
    db.session.execute(
        delete(TalkRequest).where(
            TalkRequest.practice_id == place.practice_id,
            TalkRequest.author_id == person.id,
            TalkRequest.kind == AFTER_RECOVERY,
            TalkRequest.spoken_at.is_(None),
        )
    )
    db.session.add(
        TalkRequest(
            practice_id=place.practice_id,
            couple_id=place.couple_id,
            author_id=person.id,
            asked_at=now,
            kind=AFTER_RECOVERY,
        )
    )
    person.words_closed_at = now


@transaction
def read_requests(*, actor: Person, couple_id: UUID) -> list[tuple[TalkRequest, str, str]]:
    """The open requests of one couple: how to reach whoever asked, and what it is about; each reading leaves a line (decision 10)."""
    require(actor, Permission.TALK_READ)
    couple = couple_for(actor, couple_id)
    found = []
    for request in open_requests(actor, couple):
        words = {name: getattr(request, name) for name in ("reach_sealed", "about_sealed")}
        reach, about = (crypto.unseal(request, name, kept) if kept else "" for name, kept in words.items())
        found.append((request, reach, about))
        record(actor, Event.WORDS_READ, request, what="talk request")
    return found


@transaction
def have_spoken(*, actor: Person, couple_id: UUID, request_id: UUID) -> None:
    """The counsellor has spoken with whoever asked; what a recovery closed opens again.

    Raises Conflict when that was noted before.
    """
    require(actor, Permission.TALK_ACKNOWLEDGE)
    request = request_for(actor, couple_for(actor, couple_id), request_id)
    if request.spoken_at is not None:
        raise Conflict("That has been seen to already.")
    request.spoken_at, request.spoken_by_id = clock.now(), actor.id
    if request.kind == AFTER_RECOVERY:
        person_in(request.practice_id, request.author_id).words_closed_at = None
    record(actor, Event.TALK_SPOKEN, request)
