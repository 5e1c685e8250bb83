"""What a practice decides for everybody: its sharing policy, how long widening takes, how often mail may go."""

from __future__ import annotations

from clinic.access import require
from clinic.audit import Event, record
from clinic.domain.reminders import DAYS, Limits
from clinic.domain.roles import Permission
from clinic.errors import Conflict
from clinic.extensions import db, transaction
from clinic.models import Person, Practice

# Decision 12: from ten minutes to three days.
SHORTEST_WAIT, LONGEST_WAIT = 10, 72 * 60


@transaction
def change_sharing_policy(
    *, actor: Person, policy: str, allows_counsellor_only: bool, widening_minutes: int
) -> None:
    """Keep the policy that clients read before they write. What was sent already keeps the level it has.

    Raises Conflict for no policy at all, and for a wait outside ten minutes to three days.
    """
    require(actor, Permission.PRACTICE_SETTINGS)
    if not policy.strip():
        raise Conflict("Write what clients are told. They read it before they write.")
    if not SHORTEST_WAIT <= widening_minutes <= LONGEST_WAIT:
        raise Conflict("Choose a wait from ten minutes to three days.")
    practice = db.session.get_one(Practice, actor.practice_id)
    practice.sharing_policy = policy
    practice.allows_counsellor_only = allows_counsellor_only
    practice.widening_minutes = widening_minutes
    record(actor, Event.PRACTICE_CHANGED, practice, practice_id=practice.id, what="sharing policy")


@transaction
def change_reminder_limits(*, actor: Person, limits: Limits) -> None:
    """How often and when a reminder may go at most. It holds from the next one on, for everybody alike."""
    require(actor, Permission.PRACTICE_SETTINGS)
    if not 0 <= limits.first_hour <= limits.last_hour <= 23 or not 1 <= limits.days <= len(DAYS):
        raise Conflict("Choose hours of the day in their order, and one to seven days.")
    practice = db.session.get_one(Practice, actor.practice_id)
    practice.reminder_first_hour = limits.first_hour
    practice.reminder_last_hour = limits.last_hour
    practice.reminder_days = limits.days
    record(actor, Event.PRACTICE_CHANGED, practice, practice_id=practice.id, what="reminder limits")
