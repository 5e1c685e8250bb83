"""Thank-yous: one's own, and those that lie open between the two partners."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import groupby
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from assignments.access import has_ended, is_frozen, sharing_of_entry
from assignments.domain import visibility
from assignments.domain.checkins import monday_of
from assignments.domain.visibility import Level
from assignments.models import Entry, EntryChange
from clinic import clock, crypto
from clinic.errors import NotFound
from clinic.extensions import db
from clinic.models import Couple, Partner
from clinic.queries.people import practice_of
from clinic.statements import written_once

THANKS = "thanks"


@dataclass(frozen=True)
class Thanks:
    """One thank-you with its words opened, on the day its reader may know of.

    For its author that is the day it was written, for the partner the day it opened. `level` is the one its author
    wants; `opens_at` is set while sharing it is still on its way.
    """

    id: UUID
    slot: str
    author_name: str
    what: str
    meant: str
    level: Level
    day: date
    opens_at: datetime | None
    version: int

    @property
    def words(self) -> str:
        """Both parts, each a paragraph of its own."""
        return "\n".join(part for part in (self.what, self.meant) if part)


def own_entry(place: Partner, entry_id: UUID, *, to_change: bool = False, deleted: bool = False) -> Entry:
    """One of the author's own thank-yous. Raises NotFound for anybody else's.

    A deleted one is found only with `deleted`, which only undoing a deletion may ask for. With `to_change` other
    acts on it wait until this one is done, and it is read as the last one left it.
    """
    statement = _thanks_by(place).where(Entry.id == entry_id)
    if to_change:
        statement = statement.with_for_update(of=Entry).execution_options(populate_existing=True)
    row = db.session.execute(statement).scalar_one_or_none()
    if row is None or (row.deleted_at is not None and not deleted):
        raise NotFound
    return row


def own_entries_on(place: Partner, day: date) -> int:
    """How many entries of any kind this partner wrote on one day, those they deleted among them."""
    return db.session.execute(
        select(func.count())
        .select_from(Entry)
        .where(
            Entry.practice_id == place.practice_id,
            Entry.author_id == place.person_id,
            Entry.happened_on == day,
        )
    ).scalar_one()


def own_thanks(place: Partner, now: datetime) -> list[Thanks]:
    """Everything this partner has kept in the log, newest first."""
    rows = db.session.execute(_thanks_by(place).where(Entry.deleted_at.is_(None))).scalars()
    ordered = sorted(rows, key=lambda row: (row.happened_on, row.at, row.id.hex), reverse=True)
    return [_open(place.couple, row, row.happened_on, now) for row in ordered]


def shared_thanks(couple: Couple, now: datetime, *, since: date | None = None) -> list[Thanks]:
    """The thank-yous of both partners that lie open between them now, the last that opened first.

    With `since` only those that opened from that day on; the words of the others stay sealed.
    """
    if since is None:
        return [_open(couple, row, day, now) for row, day in _open_now(couple, now)]
    if is_frozen(couple):
        return []
    start = datetime.combine(since, time(), ZoneInfo(practice_of(couple.counsellor).timezone))
    opened = entries_opened_lately(couple, start, now)
    return [_open(couple, row, day, now) for row, day in opened if day >= since]


def open_thanks_rows(couple: Couple, now: datetime) -> list[Entry]:
    """The rows of the same thank-yous, with no words opened."""
    return [row for row, _ in _open_now(couple, now)]


def _open_now(couple: Couple, now: datetime) -> list[tuple[Entry, date]]:
    return [] if is_frozen(couple) else opened_entries(couple, now)


def opened_entries(couple: Couple, now: datetime) -> list[tuple[Entry, date]]:
    """Every thank-you that has opened to the other partner, with the day it did, the last first.

    Whether the couple's sharing has stopped is for the caller to ask. The day and the order are those of opening:
    what was kept at first must not tell when it was written. What was never shared is not even looked at.
    """
    return _opened(couple, _ever_shared(couple.practice_id, couple.id).unique().scalars(), now)


def entries_opened_lately(couple: Couple, since: datetime, now: datetime) -> list[tuple[Entry, date]]:
    """The same, without those of which nothing has opened or changed from a moment on."""
    return _opened(couple, _moved(couple.practice_id, couple.id, since).unique().scalars(), now)


def _opened(couple: Couple, rows: Iterable[Entry], now: datetime) -> list[tuple[Entry, date]]:
    zone = ZoneInfo(practice_of(couple.counsellor).timezone)
    opened = [
        (since, row) for row in rows if (since := visibility.open_since(sharing_of_entry(row), None, now))
    ]
    opened.sort(key=lambda pair: (pair[0], pair[1].id.hex), reverse=True)
    return [(row, since.astimezone(zone).date()) for since, row in opened]


@written_once
def _ever_shared(practice_id: UUID, couple_id: UUID) -> Select[Entry]:
    return _shared(practice_id, couple_id)


@written_once
def _moved(practice_id: UUID, couple_id: UUID, since: datetime) -> Select[Entry]:
    # Every entry whose `Sharing.moments` reach into that time: it opened at one of them.
    changed = Entry.changes.any(EntryChange.takes_effect_at >= since)
    return _shared(practice_id, couple_id).where(or_(Entry.opens_at >= since, changed))


def _shared(practice_id: UUID, couple_id: UUID) -> Select[Entry]:
    return (
        select(Entry)
        .where(
            Entry.practice_id == practice_id,
            Entry.couple_id == couple_id,
            Entry.kind == THANKS,
            Entry.deleted_at.is_(None),
            or_(Entry.visibility == Level.SHARED, Entry.changes.any(EntryChange.to == Level.SHARED)),
        )
        # Joined, and not asked for afterwards: the page costs the same whether or not there is any.
        .options(joinedload(Entry.changes))
    )


def thanks_from_partner(place: Partner, now: datetime) -> list[Thanks]:
    """What the other partner has shared with this one."""
    return [thanks for thanks in shared_thanks(place.couple, now) if thanks.slot != place.slot]


def by_week(all_thanks: Iterable[Thanks]) -> list[tuple[date, list[Thanks]]]:
    """In the weeks they belong to, each named by its Monday, in the order given."""
    return [(week, list(some)) for week, some in groupby(all_thanks, lambda one: monday_of(one.day))]


def last_choice(place: Partner) -> Level | None:
    """Whom the author wants to see their latest thank-you, offered again; the partner's never count."""
    latest = db.session.execute(
        _thanks_by(place).order_by(Entry.at.desc(), Entry.id).limit(1)
    ).scalar_one_or_none()
    return sharing_of_entry(latest).heading_to(clock.now()) if latest is not None else None


def words_of(entry: Entry) -> tuple[str, str]:
    """What they did and what it meant. Only ever called with a row its reader may read."""
    value = json.loads(crypto.unseal(entry, "value_sealed", entry.value_sealed))
    return value["what"], value["meant"]


def _thanks_by(place: Partner) -> Select[Entry]:
    return (
        select(Entry)
        .where(
            Entry.practice_id == place.practice_id,
            Entry.couple_id == place.couple_id,
            Entry.author_id == place.person_id,
            Entry.kind == THANKS,
        )
        .options(selectinload(Entry.changes))
    )


def _open(couple: Couple, row: Entry, day: date, now: datetime) -> Thanks:
    author = couple.partner_of(row.author_id)
    if author is None:
        raise NotFound
    what, meant = words_of(row)
    sharing = sharing_of_entry(row)
    return Thanks(
        id=row.id,
        slot=author.slot,
        author_name=author.name,
        what=what,
        meant=meant,
        level=sharing.heading_to(now),
        day=day,
        opens_at=None if has_ended(couple) else visibility.opens_next(sharing, now),
        version=row.version,
    )
