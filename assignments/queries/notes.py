"""The counsellor's own process notes: for their author, and, opened one by one, for the author's supervisor.

Nothing else reads these tables: no brief, no export, no page of a partner or an admin. A test holds that.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Select, false, select
from sqlalchemy.orm import selectinload

from assignments.models import NoteVersion, ProcessNote
from assignments.queries.cosigning import supervises
from clinic import crypto
from clinic.access import can
from clinic.domain.roles import Permission
from clinic.errors import NotFound
from clinic.extensions import db
from clinic.models import Couple, Person


@dataclass(frozen=True)
class Wording:
    """What a note said once, and since when."""

    words: str
    at: datetime


@dataclass(frozen=True)
class ReadNote:
    """One note as its reader sees it. Earlier wordings are for its author alone."""

    id: UUID
    about_day: date
    version: int
    words: str
    at: datetime
    opened_at: datetime | None
    is_own: bool
    earlier: tuple[Wording, ...]


def note_rows(reader: Person, couple: Couple) -> list[ProcessNote]:
    """The rows this reader may read of a couple already read, the newest day first. Raises NotFound for others."""
    found = db.session.scalars(
        _readable(reader, couple).order_by(ProcessNote.about_day.desc(), ProcessNote.at.desc())
    )
    return list(found)


def opened(reader: Person, rows: list[ProcessNote]) -> list[ReadNote]:
    """Those rows with their words."""
    return [_read(reader, row) for row in rows]


def own_note(reader: Person, couple: Couple, note_id: UUID) -> ProcessNote:
    """One of the reader's own. Raises NotFound for anybody else's, opened or not."""
    if not can(reader, Permission.NOTE_CHANGE):
        raise NotFound
    statement = _readable(reader, couple).where(ProcessNote.id == note_id, ProcessNote.author_id == reader.id)
    found = db.session.scalars(statement).one_or_none()
    if found is None:
        raise NotFound
    return found


def _readable(reader: Person, couple: Couple) -> Select[ProcessNote]:
    if not can(reader, Permission.NOTE_READ):
        raise NotFound
    statement = (
        select(ProcessNote)
        .where(ProcessNote.practice_id == couple.practice_id, ProcessNote.couple_id == couple.id)
        .options(selectinload(ProcessNote.versions))
    )
    if can(reader, Permission.NOTE_CREATE):
        return statement.where(ProcessNote.author_id == reader.id)
    # Somebody who supervises the couple's counsellor reads what that counsellor has opened, and nobody else's. Broken
    # glass opens the record and makes nobody her supervisor, so it opens none of these.
    if not supervises(reader, couple):
        return statement.where(false())
    return statement.where(ProcessNote.author_id == couple.counsellor_id, ProcessNote.opened_at.is_not(None))


def _read(reader: Person, row: ProcessNote) -> ReadNote:
    *earlier, latest = row.versions
    is_own = row.author_id == reader.id
    return ReadNote(
        id=row.id,
        about_day=row.about_day,
        version=latest.version,
        words=_words(latest),
        at=latest.at,
        opened_at=row.opened_at,
        is_own=is_own,
        earlier=tuple(Wording(_words(one), one.at) for one in reversed(earlier)) if is_own else (),
    )


def _words(version: NoteVersion) -> str:
    return crypto.unseal(version, "words_sealed", version.words_sealed)
