"""What a person sets about their own account."""

from __future__ import annotations

from clinic.access import require
from clinic.audit import Event, record
from clinic.domain.roles import Permission
from clinic.errors import Conflict
from clinic.extensions import db, transaction
from clinic.models import Person

THEMES = ("system", "light", "dark")


@transaction
def choose_theme(*, actor: Person, theme: str) -> None:
    """How pages look for this person. Raises Conflict for a theme there is not."""
    require(actor, Permission.ACCOUNT_OWN)
    if theme not in THEMES:
        raise Conflict("Choose how pages look.")
    actor.theme = theme
    db.session.add(actor)
    record(actor, Event.THEME_CHOSEN, actor)
