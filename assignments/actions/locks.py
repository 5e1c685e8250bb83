"""Acts that must not pass each other. The second waits here, and then reads what the first has done.

SQLite lets one writer in at a time; on PostgreSQL these rows are what they queue at. The order is always partner,
assignment, then answer or entry, so that no two acts wait for each other.
"""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from assignments.models import Assignment, Response
from clinic.extensions import db
from clinic.models import Partner


def hold_partner(place: Partner) -> None:
    """One act at a time on a partner's drafts: autosave and Continue arrive together, and must find the same row."""
    db.session.execute(
        select(Partner.id)
        .where(Partner.practice_id == place.practice_id, Partner.id == place.id)
        .with_for_update()
    )


def hold_assignment(practice_id: UUID, assignment_id: UUID) -> None:
    """One act at a time on how open something given may be, and on what is shared of it.

    Whoever tightens the limit and whoever shares up to it must not both go by what they found before.
    """
    db.session.execute(
        select(Assignment)
        .where(Assignment.practice_id == practice_id, Assignment.id == assignment_id)
        .options(
            joinedload(Assignment.exercise_version, innerjoin=True), selectinload(Assignment.withdrawals)
        )
        .with_for_update(of=Assignment, key_share=True)
        .execution_options(populate_existing=True)
    ).scalars().all()


def hold_assignment_of(place: Partner, response_id: UUID) -> None:
    """The same, found by one of the author's own answers; nothing is held for anybody else's."""
    assignment_id = db.session.execute(
        select(Response.assignment_id).where(
            Response.practice_id == place.practice_id,
            Response.id == response_id,
            Response.author_id == place.person_id,
        )
    ).scalar_one_or_none()
    if assignment_id is not None:
        hold_assignment(place.practice_id, assignment_id)
