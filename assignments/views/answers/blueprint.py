"""The blueprint the pages of a couple's answers hang on, and what a reply needs wherever it is written."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from assignments.forms import CommentForm
from assignments.forms.notes import NoteForm, note_beside
from assignments.models import Comment
from assignments.queries.replies import OwnLine, own_saved_lines
from clinic import clock
from clinic.access import can, signed_in
from clinic.domain.roles import Permission
from clinic.queries.people import practice_of
from clinic.times import local_time
from clinic.web import notice_with_undo

blueprint = Blueprint("answers", __name__)


def to_turn(couple_id: UUID, assignment_id: UUID | None, turn: int | None) -> ResponseReturnValue:
    """On to the page of one turn of listening turns."""
    return redirect(url_for("answers.exchange", couple_id=couple_id, assignment_id=assignment_id, turn=turn))


def lines_to_use() -> list[OwnLine]:
    """The reader's saved lines, for whoever may reply."""
    me = signed_in()
    return own_saved_lines(me) if can(me, Permission.SAVED_LINES) else []


def new_note() -> NoteForm:
    """Room for a note of one's own about what is being read, of today."""
    return note_beside(clock.today(practice_of(signed_in()).timezone))


def fill_in(reply: CommentForm, lines: Sequence[OwnLine], taken_back: str) -> None:
    """What stands in an empty reply: the saved line that was asked for, or the words that were taken back."""
    wanted = request.args.get("line", type=UUID)
    reply.words.data = next((line.words for line in lines if line.id == wanted), taken_back)


def say_sent(couple_id: UUID, sent: Sequence[Comment], whom: str) -> None:
    """Say when it arrives, and offer to take it back."""
    when: datetime = sent[0].delivered_at
    undo = url_for("answers.undo_reply", couple_id=couple_id, reply_id=sent[0].id)
    notice_with_undo(f"Goes to {whom} {local_time(when)}. You can undo it until then.", undo)
