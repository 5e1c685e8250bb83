"""The counsellor's own process notes: written, corrected, opened to supervision one by one, deleted."""

from __future__ import annotations

from datetime import date
from uuid import UUID, uuid4

from assignments.domain.lengths import PROCESS_NOTE_CHARACTERS
from assignments.models import NoteVersion, ProcessNote
from assignments.queries.notes import ReadNote, note_rows, opened, own_note
from clinic import clock, crypto
from clinic.access import require
from clinic.audit import Event, record, record_each
from clinic.domain.roles import Permission
from clinic.errors import Conflict
from clinic.extensions import db, transaction
from clinic.models import Person
from clinic.queries.couples import couple_for
from clinic.queries.holds import held_back_since
from clinic.queries.people import practice_of


@transaction
def read_notes(*, actor: Person, couple_id: UUID) -> list[ReadNote]:
    """What this reader may read, the newest day first. A supervisor's reading is written down, note by note."""
    require(actor, Permission.NOTE_READ)
    rows = note_rows(actor, couple_for(actor, couple_id))
    record_each(actor, Event.NOTES_READ, [row for row in rows if row.author_id != actor.id])
    return opened(actor, rows)


@transaction
def write_note(*, actor: Person, couple_id: UUID, about_day: date, words: str) -> ProcessNote:
    """Keep a note about one day, for oneself alone. Raises Conflict for a day to come, or words that do not fit."""
    require(actor, Permission.NOTE_CREATE)
    couple = couple_for(actor, couple_id)
    _refuse_what_does_not_fit(words)
    if about_day > clock.today(practice_of(actor).timezone):
        raise Conflict("Choose today or a day before.")
    note = ProcessNote(
        id=uuid4(),
        practice_id=couple.practice_id,
        couple_id=couple.id,
        author_id=actor.id,
        about_day=about_day,
        at=clock.now(),
        versions=[],
    )
    db.session.add(note)
    _say(actor, note, words)
    db.session.flush()
    record(actor, Event.NOTE_WRITTEN, note)
    return note


@transaction
def correct_note(*, actor: Person, couple_id: UUID, note_id: UUID, words: str, version: int) -> ProcessNote:
    """Word one's own note anew; the earlier wording stays. Raises Conflict when it was changed meanwhile."""
    require(actor, Permission.NOTE_CHANGE)
    note = own_note(actor, couple_for(actor, couple_id), note_id)
    _refuse_what_does_not_fit(words)
    latest = note.versions[-1]
    if latest.version != version:
        raise Conflict("This note was changed in another window. Open it again first.")
    if words != crypto.unseal(latest, "words_sealed", latest.words_sealed):
        _say(actor, note, words)
        record(actor, Event.NOTE_CHANGED, note, version=version + 1)
    return note


@transaction
def open_note(*, actor: Person, couple_id: UUID, note_id: UUID) -> None:
    """Let one's supervisor read this one note, as it stands and as it is corrected later."""
    require(actor, Permission.NOTE_CHANGE)
    note = own_note(actor, couple_for(actor, couple_id), note_id)
    if note.opened_at is None:
        note.opened_at = clock.now()
        record(actor, Event.NOTE_OPENED, note)


@transaction
def close_note(*, actor: Person, couple_id: UUID, note_id: UUID) -> None:
    """From now on it is its author's alone again."""
    require(actor, Permission.NOTE_CHANGE)
    note = own_note(actor, couple_for(actor, couple_id), note_id)
    if note.opened_at is not None:
        note.opened_at = None
        record(actor, Event.NOTE_CLOSED, note)


@transaction
def delete_note(*, actor: Person, couple_id: UUID, note_id: UUID) -> None:
    """Delete one's own note with every wording of it. That it was there stays in the log, without a word.

    Raises Conflict while the record is held back: that may be about whoever wrote the note.
    """
    require(actor, Permission.NOTE_CHANGE)
    couple = couple_for(actor, couple_id)
    note = own_note(actor, couple, note_id)
    if held_back_since(couple.practice_id, couple.id, clock.now()) is not None:
        raise Conflict("This record is held back, so no note in it can be deleted now.")
    record(actor, Event.NOTE_DELETED, note)
    db.session.delete(note)


def _refuse_what_does_not_fit(words: str) -> None:
    if not words.strip():
        raise Conflict("Write a line or two first.")
    if len(words) > PROCESS_NOTE_CHARACTERS:
        raise Conflict(f"Use at most {PROCESS_NOTE_CHARACTERS} characters.")


def _say(actor: Person, note: ProcessNote, words: str) -> None:
    # The id is made here, because the words are sealed to it before the row is inserted.
    version = NoteVersion(
        id=uuid4(),
        practice_id=note.practice_id,
        note_id=note.id,
        author_id=actor.id,
        version=len(note.versions) + 1,
        at=clock.now(),
    )
    version.words_sealed = crypto.seal(version, "words_sealed", words)
    note.versions.append(version)
