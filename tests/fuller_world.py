"""One row more of each kind that the demo does not tell of, written by the real actions into the told world."""

from __future__ import annotations

from sqlalchemy import select

from assignments.access import may_read_part
from assignments.actions import summaries
from assignments.actions.deciding import cosign_decision, note_decision
from assignments.actions.entries import change_thanks
from assignments.actions.pinning import bring_answer
from assignments.actions.responding import change_visibility
from assignments.actions.reviewing import look_through, mark_parts_read
from assignments.actions.sign_rows import put_aside
from assignments.actions.thanking import say_thanks
from assignments.domain.signs import MAY_BE_SET_ASIDE
from assignments.domain.visibility import Level
from assignments.models import Decision, Entry, Response
from assignments.queries.entries import words_of
from assignments.queries.exchanges import part_rows
from assignments.queries.signs import assessment_of
from assignments.queries.together import to_thank_for
from clinic.clock import now
from clinic.errors import DomainError
from clinic.extensions import db
from clinic.models import Couple, Person
from clinic.queries.couples import couples_for, own_couple, own_place
from tests.told_world import person_at


def write_what_is_missing() -> None:
    """What was hidden, thanked for, changed, brought to an hour, read, set aside, and noted about a decision.

    At the end every couple's summary is kept, as the worker leaves them.
    """
    priya, sam, jo, ruth = map(person_at, ("priya", "sam", "jo", "ruth"))
    for author in (ruth, sam):
        row = _sent_by(author)
        bring_answer(actor=priya, couple_id=row.couple_id, response_id=row.id)
        look_through(actor=priya, couple_id=row.couple_id)
        change_visibility(actor=author, response_id=row.id, level=Level.PRIVATE)
    _read_parts(priya, own_couple(sam))
    _thank_once(jo)
    kept = db.session.scalars(select(Entry).where(Entry.author_id == sam.id, Entry.kind == "thanks")).first()
    assert kept is not None
    other = Level.PRIVATE if kept.visibility == Level.SHARED else Level.SHARED
    what, meant = words_of(kept)
    change_thanks(actor=sam, entry_id=kept.id, what=what, meant=meant, level=other, version=kept.version)
    _set_aside_once(priya)
    decision = db.session.scalars(select(Decision).where(Decision.author_id == priya.id)).first()
    assert decision is not None
    where = {"couple_id": decision.couple_id, "decision_id": decision.id}
    note_decision(actor=priya, **where, words="It was right to wait.")
    cosign_decision(actor=person_at("supervisor"), **where)
    summaries.rebuild()


def _sent_by(author: Person) -> Response:
    sent = select(Response).where(Response.author_id == author.id, Response.visibility == Level.COUNSELLOR)
    row = db.session.scalars(sent.where(Response.sent_at.is_not(None))).first()
    assert row is not None
    return row


def _read_parts(counsellor: Person, couple: Couple) -> None:
    parts = [row for row in part_rows(couple) if may_read_part(counsellor, couple, row, now())]
    assert parts
    mark_parts_read(actor=counsellor, couple_id=couple.id, seen={row.id: row.version for row in parts})


def _thank_once(person: Person) -> None:
    place = own_place(person)
    for given in sorted({row.assignment_id for row in db.session.scalars(select(Response))}):
        try:
            if to_thank_for(place, given, now()).response is not None:
                say_thanks(actor=person, assignment_id=given)
                return
        except DomainError:
            continue
    raise AssertionError("Nothing lies open to thank for.")


def _set_aside_once(counsellor: Person) -> None:
    for couple in couples_for(counsellor):
        for sign in assessment_of(counsellor, couple, now()).rows:
            if sign.state in MAY_BE_SET_ASIDE:
                put_aside(actor=counsellor, couple_id=couple.id, sign=sign.id, reason="It was the exams.")
                return
    raise AssertionError("No sign may be set aside.")
