"""What the demo shows of paper: a sheet that was typed in, and what Sam and Jo let go into a record."""

from __future__ import annotations

from datetime import timedelta
from random import Random

from sqlalchemy import select

from assignments.demo.scene import Scene, new_id
from assignments.domain.visibility import Consent, Level
from assignments.models import RecordConsent, Response
from clinic.audit import Event
from clinic.extensions import db
from clinic.models import Partner, Person

AGREED = (("Sam", Consent.COUNSELLOR, 20), ("Jo", Consent.SHARED, 6))
BROUGHT_ON_PAPER = "Ruth"


def tell_paper(scene: Scene, counsellor: Person) -> None:
    """Once the couples have been told: two choices, and the mark on an answer that Ruth brought on paper."""
    people = {
        person.name: (person, partner)
        for person, partner in db.session.execute(
            select(Person, Partner)
            .join(Partner, Partner.person_id == Person.id)
            .where(Person.practice_id == scene.practice.id)
            .where(Person.name.in_([BROUGHT_ON_PAPER, *(name for name, _, _ in AGREED)]))
        )
    }
    for name, choice, days in AGREED:
        person, partner = people[name]
        row = RecordConsent(
            id=new_id(Random(f"{scene.seed} {scene.practice.id} {name} lets go")),
            practice_id=scene.practice.id,
            couple_id=partner.couple_id,
            author_id=person.id,
            at=scene.now - timedelta(days=days),
            choice=choice.value,
        )
        db.session.add(row)
        scene.note(row.at, person, Event.RECORD_CONSENT_CHOSEN, row)
    writer, _ = people[BROUGHT_ON_PAPER]
    typed = db.session.scalars(
        select(Response)
        .where(
            Response.practice_id == scene.practice.id,
            Response.author_id == writer.id,
            Response.visibility != Level.PRIVATE,
            Response.sent_at.is_not(None),
        )
        .order_by(Response.sent_at)
        .limit(1)
    ).one()
    typed.typed_by_id = counsellor.id
    db.session.flush()
