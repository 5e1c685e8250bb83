"""What is sent after a time-out is kept, sealed, until its sender has signed in again (ux.md §5: nothing is lost)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from uuid import uuid4

from sqlalchemy import delete, or_

from clinic import clock, crypto
from clinic.audit import Event, record
from clinic.domain.sign_ins import FORM_KEPT
from clinic.extensions import db, transaction
from clinic.models import KeptForm, Person

# A draft and its keys; a longer body than any page here sends is not kept.
LONGEST = 200_000


@transaction
def keep_form(*, sender: Person, path: str, form_key: str, fields: Sequence[tuple[str, str]]) -> None:
    """Keep one form of this person's, in place of any they sent before. Too long a one is not kept.

    `sender` is known by the sign-in that timed out. Nothing is done with the words until they sign in again.
    """
    body = json.dumps(list(fields), ensure_ascii=False)
    _forget(sender)
    if len(body) > LONGEST or len(path) > 300:
        return
    # The id is made here, because the words are sealed to it before the row is inserted.
    form = KeptForm(
        id=uuid4(),
        practice_id=sender.practice_id,
        author_id=sender.id,
        path=path,
        form_key=form_key,
        kept_at=clock.now(),
    )
    form.fields_sealed = crypto.seal(form, "fields_sealed", body)
    db.session.add(form)
    db.session.flush()
    record(sender, Event.FORM_KEPT, form)


@transaction
def leave_kept_form(*, actor: Person) -> None:
    """Throw away what this person sent after a time-out: they do not want it any more."""
    _forget(actor)
    record(actor, Event.KEPT_FORM_LEFT, actor)


@transaction
def forget_kept_forms() -> None:
    """Throw away what nobody came back for."""
    db.session.execute(delete(KeptForm).where(KeptForm.kept_at <= clock.now() - FORM_KEPT))


def _forget(person: Person) -> None:
    old = KeptForm.kept_at <= clock.now() - FORM_KEPT
    db.session.execute(
        delete(KeptForm).where(
            KeptForm.practice_id == person.practice_id, or_(KeptForm.author_id == person.id, old)
        )
    )
