"""A practice sets a number in the sign rules, from the next day on."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

from assignments.domain.lengths import RULE_REASON_CHARACTERS
from assignments.domain.signs.tuning import RuleError, checked, value_of
from assignments.models import SignRuleChange
from assignments.queries.sign_rules import limits_on
from assignments.queries.tuning import effect_on_practice
from clinic import clock
from clinic.access import require
from clinic.audit import Event, record
from clinic.domain.roles import Permission
from clinic.errors import Conflict
from clinic.extensions import db, transaction
from clinic.models import Person
from clinic.queries.people import practice_of


@transaction
def change_rule(*, actor: Person, rule: str, value: int, reason: str) -> SignRuleChange:
    """Set one number from tomorrow on, with a reason and with how many couples it moves today.

    Raises Conflict for a rule or a number there is none of, without a reason, and where nothing would change.
    """
    require(actor, Permission.SIGNS_RULES)
    try:
        found = checked(rule, value)
    except RuleError as problem:
        raise Conflict(str(problem)) from None
    if not reason.strip():
        raise Conflict("Say why, in a line or two.")
    if len(reason) > RULE_REASON_CHARACTERS:
        raise Conflict(f"Use at most {RULE_REASON_CHARACTERS} characters.")
    tomorrow = clock.today(practice_of(actor).timezone) + timedelta(days=1)
    if value_of(limits_on(actor.practice_id, tomorrow), rule) == value:
        raise Conflict("It stands at that already.")
    row = SignRuleChange(
        id=uuid4(),
        practice_id=actor.practice_id,
        by_id=actor.id,
        at=clock.now(),
        applies_from=tomorrow,
        rule=rule,
        value=value,
        reason=reason,
        couples_moved=effect_on_practice(actor, clock.now(), found, value).moved,
    )
    db.session.add(row)
    record(actor, Event.SIGN_RULE_CHANGED, row, rule=rule, value=value)
    return row
