"""What a practice admin may see beside the staff: couples by name, and the log without content.

Never a word, a level or a state of anybody's answers: none of those tables is read here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import groupby
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from clinic.audit import Event
from clinic.domain.practice_log import COUPLE_SHOWN, DETAIL_SHOWN
from clinic.domain.roles import Role
from clinic.errors import NotFound
from clinic.extensions import db
from clinic.models import AuditLine, Couple, Partner, Person
from clinic.queries.people import practice_of, staff_of

LINES_A_PAGE = 50


def all_couples(admin: Person) -> Sequence[Couple]:
    """Every couple of the practice with its counsellor, by name. Raises NotFound for anybody but an admin."""
    if admin.kind is not Role.ADMIN:
        raise NotFound
    found = (
        db.session.execute(
            select(Couple)
            .where(Couple.practice_id == admin.practice_id)
            .options(selectinload(Couple.partners).joinedload(Partner.person), joinedload(Couple.counsellor))
        )
        .scalars()
        .all()
    )
    return sorted(found, key=lambda couple: couple.name.casefold())


def couple_of_practice(admin: Person, couple_id: UUID) -> Couple:
    """One couple of the admin's practice. Raises NotFound otherwise."""
    found = next((couple for couple in all_couples(admin) if couple.id == couple_id), None)
    if found is None:
        raise NotFound
    return found


@dataclass(frozen=True)
class LogFilter:
    """What narrows the log: an event, somebody of the staff, days, and and how many pages back."""

    event: str = ""
    person_id: UUID | None = None
    since: date | None = None
    until: date | None = None
    page: int = 1


@dataclass(frozen=True)
class LogLine:
    """One line as the page shows it."""

    at: datetime
    who: str
    event: str
    about: str
    times: int = 1
    """How often the same stands there in a row within the minute: a page of answers is read at once."""


@dataclass(frozen=True)
class PracticeLog:
    """A page of the log, newest first, and whether there is an older page.

    Pages are counted by what is shown. The numbers of the lines are not: between them stand those of clients.
    """

    lines: tuple[LogLine, ...]
    has_older: bool


def log_of(admin: Person, wanted: LogFilter) -> PracticeLog:
    """What staff and the program did. What clients do is in the chain and not on this page: when somebody writes,
    or asks to be seen alone, is nothing an admin has to know. Raises NotFound for anybody but an admin.
    """
    names: Mapping[UUID, str] = {one.id: f"{one.name} {one.family_name}" for one in staff_of(admin)}
    couples = {couple.id: couple.name for couple in all_couples(admin)}
    zone = ZoneInfo(practice_of(admin).timezone)
    statement = select(AuditLine).where(
        AuditLine.practice_id == admin.practice_id, AuditLine.actor_role != Role.PARTNER
    )
    if wanted.event:
        statement = statement.where(AuditLine.event == wanted.event)
    if wanted.person_id is not None:
        statement = statement.where(AuditLine.actor_id == wanted.person_id, AuditLine.actor_id.in_(names))
    if wanted.since is not None:
        statement = statement.where(AuditLine.at >= datetime.combine(wanted.since, time(), zone))
    if wanted.until is not None:
        after = datetime.combine(wanted.until + timedelta(days=1), time(), zone)
        statement = statement.where(AuditLine.at < after)
    newest_first = statement.order_by(AuditLine.number.desc()).offset((wanted.page - 1) * LINES_A_PAGE)
    rows = db.session.execute(newest_first.limit(LINES_A_PAGE + 1)).scalars().all()
    shown = rows[:LINES_A_PAGE]
    lines = groupby((_line(row, names, couples) for row in shown), key=_in_the_same_minute)
    return PracticeLog(tuple(_as_one(list(same)) for _, same in lines), len(rows) > LINES_A_PAGE)


def _in_the_same_minute(line: LogLine) -> tuple[datetime, str, str, str]:
    return line.at.replace(second=0, microsecond=0), line.who, line.event, line.about


def _as_one(same: list[LogLine]) -> LogLine:
    """One line for all of them. How many texts were read at once would say how much a couple wrote, so it is not told."""
    first = same[0]
    return first if first.event == Event.WORDS_READ.capitalize() else replace(first, times=len(same))


def _line(row: AuditLine, names: Mapping[UUID, str], couples: Mapping[UUID, str]) -> LogLine:
    who = names.get(row.actor_id, "Somebody who was here") if row.actor_id else "The program itself"
    about = couples.get(row.couple_id, "") if row.couple_id and row.event in COUPLE_SHOWN else ""
    key = DETAIL_SHOWN.get(row.event)
    detail = str(row.details.get(key, "")) if key else ""
    return LogLine(row.at, who, row.event.capitalize(), about or detail)
