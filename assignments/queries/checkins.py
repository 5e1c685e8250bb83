"""The weekly check-in, for its author. What it holds is for the author and the counsellor alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Select, select

from assignments.access import has_ended
from assignments.domain import checkins
from assignments.domain.checkins import CheckinAnswers, Disagreement, Item, MyPart
from assignments.models import Checkin
from clinic.extensions import db
from clinic.models import Couple, Partner
from clinic.queries.people import practice_of
from clinic.statements import written_once


@dataclass(frozen=True)
class OpenCheckin:
    """The check-in that is open now for one partner: which week, what is asked, until when, what was said."""

    week_of: date
    week: int
    items: tuple[Item, ...]
    closes: datetime
    answers: CheckinAnswers | None


def open_checkin(place: Partner, now: datetime) -> OpenCheckin | None:
    """The check-in this partner may fill in or change now, or None outside its hours and before their first week.

    A safety hold does not close it: nothing in it is shared or done together.
    """
    if has_ended(place.couple):
        return None
    zone = ZoneInfo(practice_of(place.person).timezone)
    week_of = checkins.check_in_window(now.astimezone(zone))
    if week_of is None:
        return None
    week = checkins.week_number(week_of, first_week_of(place.couple, zone))
    if week < 0:
        # Added on a Monday morning, or the clock was put back: nobody is asked about a week before their first.
        return None
    kept = own_checkin(place, week_of)
    return OpenCheckin(
        week_of=week_of,
        week=week,
        items=checkins.items_for(week),
        closes=checkins.SHIPPED_HOURS.closes(week_of).replace(tzinfo=zone),
        answers=answers_of(kept) if kept is not None else None,
    )


def first_week_of(couple: Couple, zone: ZoneInfo) -> date:
    """The Monday from which the weeks are counted that decide what is asked.

    It is that of adding the couple: counted from the first check-in, the questions one partner is asked
    would tell whether the other had checked in.
    """
    return checkins.monday_of(couple.created_at.astimezone(zone).date())


def own_checkin(place: Partner, week_of: date) -> Checkin | None:
    """The author's own check-in about one week."""
    return _of_week(place.practice_id, place.couple_id, place.person_id, week_of).scalar_one_or_none()


@written_once
def _of_week(practice_id: UUID, couple_id: UUID, author_id: UUID, week_of: date) -> Select[Checkin]:
    return select(Checkin).where(
        Checkin.practice_id == practice_id,
        Checkin.couple_id == couple_id,
        Checkin.author_id == author_id,
        Checkin.week_of == week_of,
    )


def own_checkins(place: Partner) -> Sequence[Checkin]:
    """Every check-in of this partner's own, newest first."""
    return (
        db.session.execute(
            select(Checkin)
            .where(
                Checkin.practice_id == place.practice_id,
                Checkin.couple_id == place.couple_id,
                Checkin.author_id == place.person_id,
            )
            .order_by(Checkin.week_of.desc())
        )
        .scalars()
        .all()
    )


def answers_of(row: Checkin) -> CheckinAnswers:
    """A row as the rules read it."""
    return CheckinAnswers(
        closeness=row.closeness,
        understood=row.understood,
        tension=row.tension,
        pulled_back=row.pulled_back,
        outside_pressure=row.outside_pressure,
        same_disagreement=Disagreement(row.same_disagreement) if row.same_disagreement else None,
        hope=row.hope,
        my_part=MyPart(row.my_part) if row.my_part else None,
    )
