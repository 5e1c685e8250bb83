"""What each partner lets go into a record that is handed on."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select

from assignments.domain.visibility import Consent
from assignments.models import RecordConsent
from clinic.extensions import db
from clinic.models import Couple, Partner


def own_consent(place: Partner) -> Consent:
    """The partner's own choice, by itself: the other's row is not even looked at."""
    latest = db.session.scalars(
        select(RecordConsent)
        .where(
            RecordConsent.practice_id == place.practice_id,
            RecordConsent.author_id == place.person_id,
        )
        .order_by(RecordConsent.at.desc(), RecordConsent.id.desc())
        .limit(1)
    ).first()
    return Consent(latest.choice) if latest is not None else Consent.NONE


def consents_of(couple: Couple) -> Mapping[str, Consent]:
    """Both partners' choices by slot, for the counsellor the couple was read for."""
    rows = db.session.scalars(
        select(RecordConsent)
        .where(RecordConsent.practice_id == couple.practice_id, RecordConsent.couple_id == couple.id)
        .order_by(RecordConsent.at, RecordConsent.id)
    )
    latest = {row.author_id: Consent(row.choice) for row in rows}
    return {one.slot: latest.get(one.person_id, Consent.NONE) for one in couple.partners}
