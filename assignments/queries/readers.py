"""Who of the practice has read what one partner wrote, for that partner."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select, union_all

from assignments.models import AgreementText, Entry, Response, TurnPart
from clinic.audit import Event
from clinic.domain.roles import Role
from clinic.extensions import db
from clinic.models import AuditLine, Partner, Person

# What stands among one's own answers. What got in the way and asking to talk alone never show again on pages of their
# author's, so that somebody has read them does not show there either.
SHOWN_TO_THEIR_AUTHOR = (Response, Entry, TurnPart, AgreementText)


@dataclass(frozen=True)
class Reader:
    """Somebody who has read something, and as what."""

    name: str
    role: Role


def readers_of_own(place: Partner) -> Sequence[Reader]:
    """Whoever has read words of this partner's as staff, by name.

    Not when, how often or which: a page about one exercise shows staff the words of both, so the hour at which this
    partner's were read would tell when the other had written something (decision 64).
    """
    own = union_all(
        *(
            select(model.id).where(model.practice_id == place.practice_id, model.author_id == place.person_id)
            for model in SHOWN_TO_THEIR_AUTHOR
        )
    )
    rows = db.session.execute(
        select(Person.name, Person.family_name, AuditLine.actor_role)
        .join(AuditLine, AuditLine.actor_id == Person.id)
        .where(
            Person.practice_id == place.practice_id,
            AuditLine.practice_id == place.practice_id,
            AuditLine.event == Event.WORDS_READ.value,
            AuditLine.subject_id.in_(own),
        )
        .distinct()
    )
    found = [Reader(f"{name} {family_name}".strip(), Role(role)) for name, family_name, role in rows]
    return sorted(found, key=lambda one: (one.name.casefold(), one.role))
