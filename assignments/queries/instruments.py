"""Questionnaires: the practice's wording, what one partner is asked now, and the scores for the counsellor.

A partner never meets a score, a cut-off or anything of the other partner's. What is asked of them depends on the
practice's wording and on the day the counsellor switched it on, and on nothing that either partner did.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Select, select

from assignments.access import has_ended
from assignments.domain import wordings
from assignments.domain.instruments import INSTRUMENTS, Instrument, total
from assignments.domain.rounds import Round, next_round_on, round_on
from assignments.domain.wordings import Wording
from assignments.models import InstrumentAnswer, InstrumentUse, InstrumentWording
from clinic import crypto
from clinic.access import can
from clinic.domain.roles import Permission
from clinic.errors import NotFound
from clinic.extensions import db
from clinic.models import Couple, Partner, Person
from clinic.queries.people import practice_of
from clinic.statements import written_once


@dataclass(frozen=True)
class Worded:
    """One questionnaire as it stands in a practice: its key is ours, its words are the practice's."""

    instrument: Instrument
    wording: Wording
    row: InstrumentWording | None

    @property
    def is_on(self) -> bool:
        """Whether a couple can be asked: only a whole form may be used."""
        return wordings.is_complete(self.instrument, self.wording)

    @property
    def items_done(self) -> int:
        """How many items are whole."""
        return wordings.items_done(self.instrument, self.wording)

    @property
    def version(self) -> int:
        """How often the words were saved; 0 is never."""
        return self.row.version if self.row is not None else 0


@dataclass(frozen=True)
class Asked:
    """A questionnaire that is open for one partner now, with what they answered in this round, if they did."""

    worded: Worded
    round: Round
    scores: tuple[int, ...] | None

    @property
    def instrument(self) -> Instrument:
        """The key and the ranges."""
        return self.worded.instrument


@dataclass(frozen=True)
class Scored:
    """One partner's answers in one round, for whoever may read a score."""

    name: str
    author_id: UUID
    answered_on: date
    score: int
    said: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class InUse:
    """One questionnaire as it stands with a couple."""

    worded: Worded
    use: InstrumentUse | None
    open_round: Round | None
    next_on: date | None


def worded_for_practice(reader: Person) -> tuple[Worded, ...]:
    """Every questionnaire there is a key for, with the words of the reader's practice."""
    return tuple(_newest(reader.practice_id, INSTRUMENTS).values())


def worded(reader: Person, name: str) -> Worded:
    """One questionnaire by its key. Raises NotFound for another key."""
    if name not in INSTRUMENTS:
        raise NotFound
    return _newest(reader.practice_id, [name])[name]


def uses_of(couple: Couple) -> dict[str, InstrumentUse]:
    """What is switched on for a couple already read, by its key."""
    rows = _switched_on(couple.practice_id, couple.id).scalars()
    return {row.name: row for row in rows if row.name in INSTRUMENTS}


@written_once
def _switched_on(practice_id: UUID, couple_id: UUID) -> Select[InstrumentUse]:
    return (
        select(InstrumentUse)
        .where(
            InstrumentUse.practice_id == practice_id,
            InstrumentUse.couple_id == couple_id,
            InstrumentUse.ended_at.is_(None),
        )
        .order_by(InstrumentUse.at)
    )


def asked_of(place: Partner, now: datetime) -> tuple[Asked, ...]:
    """What this partner may answer now, answered or not; nothing once the couple's work is over."""
    uses = {} if has_ended(place.couple) else uses_of(place.couple)
    if not uses:
        return ()
    today, own, found = _today_of(place.person, now), own_answers(place), []
    for name, one in _newest(place.practice_id, uses).items():
        round_now = round_on(one.instrument, uses[name].began_on, today)
        if round_now is not None and one.is_on:
            row = own.get((name, round_now.opened_on))
            found.append(Asked(one, round_now, items_of(row) if row is not None else None))
    return tuple(found)


def unanswered(place: Partner, now: datetime) -> Asked | None:
    """The first questionnaire this partner may still answer; one at a time is enough."""
    return next((one for one in asked_of(place, now) if one.scores is None), None)


def asked_by_name(place: Partner, now: datetime, name: str) -> Asked:
    """One questionnaire that is open now. Raises NotFound for every other, so that none can be told apart."""
    for one in asked_of(place, now):
        if one.instrument.key == name:
            return one
    raise NotFound


def own_answers(place: Partner) -> dict[tuple[str, date], InstrumentAnswer]:
    """Everything this partner answered, by questionnaire and round."""
    rows = db.session.scalars(
        select(InstrumentAnswer).where(
            InstrumentAnswer.practice_id == place.practice_id,
            InstrumentAnswer.couple_id == place.couple_id,
            InstrumentAnswer.author_id == place.person_id,
        )
    )
    return {(row.name, row.round_on): row for row in rows}


def items_of(row: InstrumentAnswer) -> tuple[int, ...]:
    """The answers of one row, item by item."""
    return tuple(json.loads(crypto.unseal(row, "items_sealed", row.items_sealed)))


def score_of(row: InstrumentAnswer) -> int:
    """The total of one row, worked out from its items."""
    return total(row.name, items_of(row))


def wordings_by_id(practice_id: UUID, ids: Iterable[UUID]) -> dict[UUID, Wording]:
    """The versions that some answers were given to, for showing what was asked then."""
    rows = db.session.scalars(
        select(InstrumentWording).where(
            InstrumentWording.practice_id == practice_id, InstrumentWording.id.in_(set(ids))
        )
    )
    return {row.id: wordings.from_json(row.definition) for row in rows}


def in_use(reader: Person, couple: Couple, now: datetime) -> tuple[InUse, ...]:
    """Every questionnaire and how it stands with a couple already read. Raises NotFound for whoever may not read."""
    _refuse_unless_scores_are_theirs(reader)
    uses, today = uses_of(couple), _today_of(reader, now)
    return tuple(
        InUse(
            one,
            use,
            round_on(one.instrument, use.began_on, today) if use is not None else None,
            next_round_on(one.instrument, use.began_on, today) if use is not None else None,
        )
        for one in worded_for_practice(reader)
        for use in [uses.get(one.instrument.key)]
    )


def scored(reader: Person, couple: Couple) -> dict[str, list[Scored]]:
    """Every score of a couple already read with its items, by questionnaire, oldest first."""
    _refuse_unless_scores_are_theirs(reader)
    zone = ZoneInfo(practice_of(reader).timezone)
    rows = db.session.scalars(
        select(InstrumentAnswer)
        .where(
            InstrumentAnswer.practice_id == couple.practice_id,
            InstrumentAnswer.couple_id == couple.id,
        )
        .order_by(InstrumentAnswer.answered_at)
    ).all()
    known = [row for row in rows if row.name in INSTRUMENTS]
    words = wordings_by_id(couple.practice_id, [row.wording_id for row in known]) if known else {}
    found: dict[str, list[Scored]] = defaultdict(list)
    for row in known:
        items = items_of(row)
        found[row.name].append(
            Scored(
                name=row.name,
                author_id=row.author_id,
                answered_on=row.answered_at.astimezone(zone).date(),
                score=total(row.name, items),
                said=wordings.chosen_words(words[row.wording_id], INSTRUMENTS[row.name], items),
            )
        )
    return found


def _newest(practice_id: UUID, names: Iterable[str]) -> dict[str, Worded]:
    wanted = [name for name in INSTRUMENTS if name in set(names)]
    rows: Mapping[str, InstrumentWording] = {
        row.name: row
        for row in db.session.scalars(
            select(InstrumentWording)
            .where(InstrumentWording.practice_id == practice_id, InstrumentWording.name.in_(wanted))
            .order_by(InstrumentWording.version)
        )
    }
    found = {}
    for name in wanted:
        row, instrument = rows.get(name), INSTRUMENTS[name]
        wording = wordings.from_json(row.definition) if row is not None else wordings.empty(instrument)
        found[name] = Worded(instrument, wording, row)
    return found


def _today_of(reader: Person, now: datetime) -> date:
    return now.astimezone(ZoneInfo(practice_of(reader).timezone)).date()


def _refuse_unless_scores_are_theirs(reader: Person) -> None:
    if not can(reader, Permission.INSTRUMENT_READ):
        raise NotFound
