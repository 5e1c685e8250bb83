"""All of a counsellor's couples in numbers, week by week: for her own analysis, so without a name and without a word."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from assignments.domain.history import PARTNERS, Checkin, Partner, Work
from assignments.queries.history import Record, records_for
from clinic.files import Cell
from clinic.models import Couple, Person
from clinic.queries.couples import couples_for

COLUMNS = (
    "couple",
    "partner",
    "week",
    "monday",
    "given",
    "done",
    "felt hard",
    "put off",
    "closeness",
    "felt understood",
    "tension",
    "pulled back",
    "outside pressure",
    "hope",
    "same disagreement",
    "my part",
)


@dataclass(frozen=True)
class Caseload:
    """A row for each week of each partner in which there was anything."""

    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]


def code_of(couple: Couple) -> str:
    """How a couple is known in the table: initials and the beginning of its id, which its counsellor can look up."""
    return f"{couple.initials} {couple.id.hex[:4]}"


def caseload_of(reader: Person, now: datetime) -> Caseload:
    """The reader's own couples, in the order of their names. Partners get an empty one."""
    couples = couples_for(reader)
    records = records_for(reader, couples, now)
    return Caseload(
        COLUMNS, [row for one in couples if one.id in records for row in _rows(one, records[one.id])]
    )


def _rows(couple: Couple, record: Record) -> Iterator[Sequence[Cell]]:
    work = {(one.partner, one.week): one for one in record.history.work}
    checkins = {(one.partner, one.week): one for one in record.history.checkins}
    for partner in PARTNERS:
        for week in range(record.history.week + 1):
            given, said = work.get((partner, week)), checkins.get((partner, week))
            if given is not None or said is not None:
                yield [code_of(couple), *_row(record, partner, week, given, said)]


def _row(
    record: Record, partner: Partner, week: int, given: Work | None, said: Checkin | None
) -> Sequence[Cell]:
    counts = (given.assigned, given.tried, given.felt_hard, given.put_off) if given else (0, 0, 0, 0)
    answers = said.answers if said else None
    numbers = (
        (
            answers.closeness,
            answers.understood,
            answers.tension,
            answers.pulled_back,
            answers.outside_pressure,
            answers.hope,
            answers.same_disagreement.value if answers.same_disagreement else None,
            answers.my_part.value if answers.my_part else None,
        )
        if answers
        else (None,) * 8
    )
    return [partner, week, record.monday(week), *counts, *numbers]
