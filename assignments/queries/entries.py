"""Thank-yous: one's own, and those that lie open between the two partners."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from uuid import UUID

from sqlalchemy import Select, select

from assignments.access import is_frozen, sharing_of_entry
from assignments.domain import visibility
from assignments.domain.checkins import monday_of
from assignments.domain.visibility import Level
from assignments.models import Entry
from clinic import crypto
from clinic.errors import NotFound
from clinic.extensions import db
from clinic.models import Couple, Partner

THANKS = "thanks"


@dataclass(frozen=True)
class Thanks:
    """One thank-you with its words opened. `opens_at` is set while sharing it is still on its way."""

    id: UUID
    slot: str
    author_name: str
    what: str
    meant: str
    level: Level
    happened_on: date
    opens_at: datetime | None
    version: int

    @property
    def words(self) -> str:
        """Both parts, each a paragraph of its own."""
        return "\n".join(part for part in (self.what, self.meant) if part)


def own_entry(place: Partner, entry_id: UUID) -> Entry:
    """One of the author's own thank-yous, unless deleted. Raises NotFound for anybody else's."""
    row = db.session.execute(_thanks_by(place).where(Entry.id == entry_id)).scalar_one_or_none()
    if row is None or row.deleted_at is not None:
        raise NotFound
    return row


def own_deleted_entry(place: Partner, entry_id: UUID) -> Entry:
    """One of the author's own thank-yous, deleted or not; only undoing a deletion may ask."""
    row = db.session.execute(_thanks_by(place).where(Entry.id == entry_id)).scalar_one_or_none()
    if row is None:
        raise NotFound
    return row


def own_thanks(place: Partner, now: datetime) -> list[Thanks]:
    """Everything this partner has kept in the log, newest first."""
    rows = db.session.execute(_thanks_by(place).where(Entry.deleted_at.is_(None))).scalars()
    return _opened(place.couple, rows, now)


def shared_thanks(couple: Couple, now: datetime) -> list[Thanks]:
    """The thank-yous of both partners that lie open between them now, newest first."""
    frozen = is_frozen(couple)
    rows = db.session.execute(
        select(Entry).where(
            Entry.practice_id == couple.practice_id,
            Entry.couple_id == couple.id,
            Entry.kind == THANKS,
            Entry.deleted_at.is_(None),
            Entry.visibility == Level.SHARED,
        )
    ).scalars()
    shown = (row for row in rows if visibility.partner_reads(sharing_of_entry(row), None, now, frozen=frozen))
    return _opened(couple, shown, now)


def thanks_from_partner(place: Partner, now: datetime) -> list[Thanks]:
    """What the other partner has shared with this one."""
    return [thanks for thanks in shared_thanks(place.couple, now) if thanks.slot != place.slot]


def by_week(all_thanks: Iterable[Thanks]) -> list[tuple[date, list[Thanks]]]:
    """In the weeks they happened in, each named by its Monday, in the order given."""
    return [(week, list(some)) for week, some in groupby(all_thanks, lambda one: monday_of(one.happened_on))]


def last_choice(place: Partner) -> Level | None:
    """Who sees the author's latest thank-you, offered again with the next; the partner's never count."""
    latest = db.session.execute(
        _thanks_by(place).order_by(Entry.at.desc(), Entry.id).limit(1)
    ).scalar_one_or_none()
    return Level(latest.visibility) if latest is not None else None


def words_of(entry: Entry) -> tuple[str, str]:
    """What they did and what it meant. Only ever called with a row its reader may read."""
    value = json.loads(crypto.unseal(entry, "value_sealed", entry.value_sealed))
    return value["what"], value["meant"]


def _thanks_by(place: Partner) -> Select[Entry]:
    return select(Entry).where(
        Entry.practice_id == place.practice_id,
        Entry.couple_id == place.couple_id,
        Entry.author_id == place.person_id,
        Entry.kind == THANKS,
    )


def _opened(couple: Couple, rows: Iterable[Entry], now: datetime) -> list[Thanks]:
    ordered: Sequence[Entry] = sorted(
        rows, key=lambda row: (row.happened_on, row.at, row.id.hex), reverse=True
    )
    return [_open(couple, row, now) for row in ordered]


def _open(couple: Couple, row: Entry, now: datetime) -> Thanks:
    author = couple.partner_of(row.author_id)
    if author is None:
        raise NotFound
    what, meant = words_of(row)
    on_its_way = row.visibility == Level.SHARED and row.opens_at > now
    return Thanks(
        id=row.id,
        slot=author.slot,
        author_name=author.name,
        what=what,
        meant=meant,
        level=Level(row.visibility),
        happened_on=row.happened_on,
        opens_at=row.opens_at if on_its_way else None,
        version=row.version,
    )
