"""Every public query, asked by people who may not see what they ask for, in the told world.

A query is called with what its parameters are named for: its reader's own place and couples, and the ids of somebody
else's things. What comes out of the database is watched, and not only what is handed on, so that a condition which is
missing shows even where another one stands behind it in Python.
"""

from __future__ import annotations

import importlib
import inspect
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import event, select
from sqlalchemy.orm import joinedload, selectinload

from assignments.domain.signs.tuning import RULES
from assignments.library.loader import load_library
from assignments.models import Assignment, PracticeExercise
from clinic.clock import now, today
from clinic.domain.roles import Role
from clinic.errors import NotFound
from clinic.extensions import Base, db
from clinic.models import Couple, Partner, Person, Supervision
from clinic.queries.couples import couple_for, own_place
from clinic.queries.practices import LogFilter

# An id as SQLite keeps it, alone or among others in one value.
AN_ID = re.compile(r"[0-9a-f]{32}")
ROOT = Path(__file__).resolve().parent.parent
# What says for whom, or of whom, a query reads. One with none of these is about no rows, or about rows it was handed.
OF_SOMEBODY = {
    "reader",
    "place",
    "person",
    "partner",
    "admin",
    "counsellor",
    "couple",
    "couples",
    "practice_id",
}
# Where the name of a parameter is not that of its table.
TABLE_OF = {
    "act": "bulk_act",
    "glass": "break_glass",
    "hold": "retention_hold",
    "note": "process_note",
    "line": "saved_line",
    "part": "turn_part",
    "request": "talk_request",
    "row": "own_sign",
    "text": "agreement_text",
    "author": "person",
    "counsellor": "person",
}
# What one partner writes in these never comes to the other, also not to decide about something else.
NEVER_THE_OTHERS = {
    "checkin",
    "instrument_answer",
    "record_consent",
    "talk_request",
    "erasure",
    "outcome",
    "set_aside",
}
# These were read for somebody before, and hand on what hangs on it; whoever calls them answers for whose it is.
ALREADY_READ = {
    "erasures.who_asked": "the couples of a board that was read for its reader",
    "referrals.follow_ups_due": "the couples of a board that was read for its reader",
    "talks.who_waits": "the couples of a board that was read for its reader",
    "unread.marks_among": "answers that were read for its reader",
    "people.person_in": "whoever a row of this practice names",
    "people.latest_invitations": "the staff of a practice, for its admin",
}
# These take rows, or what was counted from rows, that another query here has read for somebody.
HANDED = {
    "agreements.text_of",
    "exchanges.exchange_between",
    "incoming.incoming",
    "mine.own_answer",
    "mine.own_part",
    "people.invitations_alike",
    "plan_weeks.evidence",
    "plan_weeks.weeks_of",
    "referrals.known_facts",
    "replies.comments_on",
    "responses.open_words",
    "responses.readable_responses",
    "review.answers_among",
    "review.open_to_both",
    "review.said_in",
    "room.open_topic",
    "sign_rows.own_rows_of",
    "signs.assessment_in",
    "signs.signs_due",
    "uses.own_uses",
    "uses.read_time",
    "uses.read_use",
    "uses.uses_from_partner",
}
KEPT = (
    """SELECT id FROM response WHERE coalesce(visibility, '') NOT IN ('both', 'shared') AND id NOT IN
       (SELECT response_id FROM visibility_change WHERE "to" IN ('both', 'shared'))""",
    """SELECT id FROM entry WHERE visibility NOT IN ('both', 'shared') AND id NOT IN
       (SELECT entry_id FROM entry_change WHERE "to" IN ('both', 'shared'))""",
    "SELECT id FROM turn_part WHERE sent_at IS NULL OR hidden_at IS NOT NULL",
    "SELECT id FROM agreement_text WHERE put_forward_at IS NULL",
)
# A practice has these in common, whoever of it wrote them.
IN_COMMON = {"practice_exercise", "practice_plan", "plan_version", "exercise_version", "contact"}
IN_COMMON |= {"instrument_wording", "sign_rule_change", "safety_rule_change", "supervision", "person"}


@dataclass(frozen=True)
class Query:
    """One public query, as it is called."""

    name: str
    call: Callable[..., Any]
    parameters: Mapping[str, inspect.Parameter]


def queries(module: str = "") -> Iterator[Query]:
    """Every public query that reads for somebody or of somebody, or those of one module."""
    for path in sorted(ROOT.glob("*/queries/*.py")):
        name = f"{path.parts[-3]}.queries.{path.stem}"
        if module not in ("", name):
            continue
        for called, found in sorted(vars(importlib.import_module(name)).items()):
            if called.startswith("_") or not inspect.isfunction(found) or found.__module__ != name:
                continue
            parameters = inspect.signature(found).parameters
            if OF_SOMEBODY & set(parameters):
                yield Query(f"{path.stem}.{called}", found, parameters)


@dataclass(frozen=True)
class Owner:
    """Whose a row is. A couple's rows are the couple's, the others somebody's own or all of the practice's."""

    practice: str | None
    couple: str | None
    person: str | None
    table: str = ""


@dataclass
class Rows:
    """Every row there is, by its id as the database writes it."""

    owners: dict[str, Owner] = field(default_factory=dict)
    tables: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    @classmethod
    def read(cls) -> Rows:
        """A row belongs to its couple, to that of what it hangs on, or to that of the partner it is about."""
        found = cls()
        connection = db.session.connection()
        couples_first = sorted(
            Base.metadata.sorted_tables, key=lambda one: one.name not in ("couple", "partner")
        )
        for table in couples_first:
            if "practice_id" not in table.c or "id" not in table.c:
                continue
            for row in connection.exec_driver_sql(f"SELECT * FROM {table.name} ORDER BY id").mappings():
                about = row.get("person_id") or row.get("author_id")
                couple = row["id"] if table.name in ("couple", "couple_summary") else row.get("couple_id")
                for column in table.c:
                    if couple is None and column.foreign_keys and row[column.name] in found.owners:
                        couple = found.owners[row[column.name]].couple
                if table.name == "partner":
                    found.owners[row["person_id"]] = Owner(row["practice_id"], couple, about)
                if table.name == "person":
                    couple = found.owners[row["id"]].couple if row["id"] in found.owners else None
                own = None if table.name in IN_COMMON else about
                found.owners[row["id"]] = Owner(row["practice_id"], couple, own, table.name)
                found.tables[table.name].append(row["id"])
        return found

    def how_many_of(self, couple: str) -> int:
        """How much there is about one couple."""
        return sum(owner.couple == couple for owner in self.owners.values())

    def ids(self, parameter: str, things: set[str]) -> list[UUID]:
        """Those of these things that a parameter of this name means."""
        name = parameter.removesuffix("_ids").removesuffix("_id")
        return [UUID(row) for row in self.tables.get(TABLE_OF.get(name, name), []) if row in things]

    def foreign_to(self, reader: Reader) -> set[str]:
        """What this reader may get from no query: another practice's, another couple's, a colleague's own."""
        return {
            row
            for row, owner in self.owners.items()
            if owner.practice not in (None, reader.practice)
            or (reader.looks_at_couples and owner.couple not in (None, *reader.couples))
            or (reader.looks_at_couples and not owner.couple and owner.person not in (None, reader.id))
        }

    def kept_from(self, reader: Reader) -> set[str]:
        """What the other partner of the reader's couple wrote and no query that is about a partner may read.

        It would not be shown, but looking at it takes time, and time tells how much of it there is.
        """
        alone = _kept_by_their_authors()
        return {
            row
            for row, owner in self.owners.items()
            if (owner.table in NEVER_THE_OTHERS or row in alone)
            and owner.couple in reader.couples
            and owner.person != reader.id
        }

    def written_by_the_other(self, reader: Reader) -> set[str]:
        """Whatever the other partner of the reader's couple wrote, opened or not: none of it is the reader's own."""
        partners = {one.person for one in self.owners.values() if one.table == "partner"}
        return {
            row
            for row, owner in self.owners.items()
            if owner.couple in reader.couples
            and owner.person in partners - {reader.id}
            and owner.table != "partner"
        }


def _kept_by_their_authors() -> set[str]:
    """Rows that were at no time meant for the other partner: kept, for the counsellor alone, or not sent yet."""
    connection = db.session.connection()
    return {row for statement in KEPT for (row,) in connection.exec_driver_sql(statement)}


@dataclass(frozen=True)
class Reader:
    """Somebody who asks, and what is theirs."""

    name: str
    person: Person
    couples: tuple[str, ...]

    @property
    def id(self) -> str:
        return self.person.id.hex

    @property
    def practice(self) -> str:
        return self.person.practice_id.hex

    @property
    def looks_at_couples(self) -> bool:
        """An admin sees everybody of the practice, with no word of theirs; of another practice an admin sees nothing."""
        return self.person.kind is not Role.ADMIN


def reader_at(name: str) -> Reader:
    """Whoever signs in with this name at the demo's address. What is theirs is looked up here and not by any query."""
    person = db.session.scalars(select(Person).where(Person.sign_in_address == f"{name}@demo.example")).one()
    return reader_of(person, name)


def reader_of(person: Person, name: str) -> Reader:
    """The same of somebody who is known already."""
    practice = person.practice_id
    theirs = {
        Role.COUNSELLOR: select(Couple.id).where(
            Couple.practice_id == practice, Couple.counsellor_id == person.id
        ),
        Role.PARTNER: select(Partner.couple_id).where(
            Partner.practice_id == practice, Partner.person_id == person.id
        ),
        Role.SUPERVISOR: select(Couple.id)
        .join(Supervision, Supervision.counsellor_id == Couple.counsellor_id)
        .where(Couple.practice_id == practice, Supervision.supervisor_id == person.id),
    }.get(person.kind)
    couples = sorted(one.hex for one in db.session.scalars(theirs)) if theirs is not None else ()
    return Reader(name, person, tuple(couples))


def ids_for(act: Callable[..., Any], rows: Rows, things: set[str]) -> dict[str, Any]:
    """What an act is called with beside its actor: ids of these things, and nothing else. Empty for one that takes no id."""
    given: dict[str, Any] = {}
    for name, parameter in inspect.signature(act).parameters.items():
        if name.endswith(("_id", "_ids")):
            found = rows.ids(name, things)
            given[name] = found if name.endswith("s") else next(iter(found), UUID(int=0))
        elif name == "exercise":
            given[name] = load_library().get("gentle-questions")
        elif name != "actor" and parameter.default is inspect.Parameter.empty:
            given[name] = None
    return given if any(name.endswith(("_id", "_ids")) for name in given) else {}


def arguments_for(query: Query, reader: Reader, rows: Rows, things: set[str]) -> dict[str, Any]:
    """What a query is called with: its reader's own self, and one or some of these things of each kind."""
    own = [UUID(row) for row in reader.couples]
    given: dict[str, Any] = {}
    for name, parameter in query.parameters.items():
        if name in ("reader", "person", "partner", "admin", "counsellor"):
            given[name] = reader.person
        elif name == "place":
            given[name] = own_place(reader.person)
        elif name == "couple":
            given[name] = couple_for(reader.person, own[0] if own else UUID(int=0))
        elif name == "couples":
            given[name] = [couple_for(reader.person, one) for one in own[:3]]
        elif name == "practice_id":
            given[name] = reader.person.practice_id
        elif name == "since" and "date" in str(parameter.annotation).split(" | "):
            given[name] = None
        elif name in PLAIN:
            given[name] = PLAIN[name]()
        elif name.endswith("_id") and parameter.annotation in ("UUID", "UUID | None"):
            one = rows.ids(name, things)
            given[name] = own[0] if own and _is_own(name, query) else next(iter(one), UUID(int=0))
        elif name == "couple_ids" and "practice_id" in query.parameters:
            given[name] = own
        elif name.endswith("_ids"):
            given[name] = rows.ids(name, things)
        elif name == "assignment":
            given[name] = own_assignment(reader)
        elif parameter.default is inspect.Parameter.empty:
            raise LookupError(name)
    return given


def _is_own(name: str, query: Query) -> bool:
    """A couple that nobody reads for is one that was read before."""
    return name == "couple_id" and "reader" not in query.parameters


def own_assignment(reader: Reader) -> Assignment:
    """Something this reader's couple was given; for whoever has no couple there is none."""
    given = (
        select(Assignment)
        .options(joinedload(Assignment.exercise_version), selectinload(Assignment.withdrawals))
        .where(
            Assignment.practice_id == reader.person.practice_id,
            Assignment.couple_id.in_(map(UUID, reader.couples)),
        )
    )
    found = db.session.scalars(given.order_by(Assignment.assigned_at, Assignment.id)).first()
    if found is None:
        raise NotFound
    return found


PLAIN: dict[str, Callable[[], Any]] = {
    "now": now,
    "at": now,
    "since": lambda: now() - timedelta(days=400),
    "until": now,
    "start": lambda: now() - timedelta(days=400),
    "end": lambda: now() + timedelta(days=400),
    "day": lambda: today("Europe/London"),
    "today": lambda: today("Europe/London"),
    "zone": lambda: ZoneInfo("Europe/London"),
    "turn": lambda: 1,
    "model": lambda: PracticeExercise,
    "wanted": LogFilter,
    "rule": lambda: RULES["tension_high"],
    "value": lambda: 6,
    "turns": lambda: [1],
    "monday": lambda: today("Europe/London") - timedelta(days=400),
    "week_of": lambda: today("Europe/London") - timedelta(days=2),
    "with_decisions": lambda: True,
    "most": lambda: None,
    "kind": lambda: "thanks",
    "sign": lambda: "trauma_in_the_way",
    "slot": lambda: "A",
    "name": lambda: "csi-4",
    "step_key": lambda: "say",
    "slug": lambda: "kettle-on",
    "given": list,
    "all_given": list,
    "rows": list,
    "for_change": lambda: False,
    "ids": list,
    "chosen": list,
    "device_hash": str,
    "library": load_library,
}


@contextmanager
def rows_that_come_out() -> Iterator[list[str]]:
    """Every id that SQLite hands out meanwhile, as it writes it."""
    seen: list[str] = []

    def noted(_cursor: object, row: tuple[Any, ...]) -> tuple[Any, ...]:
        for value in row:
            if isinstance(value, str):
                seen.extend(AN_ID.findall(value))
        return row

    def watch(_connection: object, cursor: Any, *_rest: object) -> None:
        cursor.row_factory = noted

    event.listen(db.engine, "before_cursor_execute", watch)
    try:
        yield seen
    finally:
        event.remove(db.engine, "before_cursor_execute", watch)
