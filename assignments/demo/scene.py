"""What all the couples of one practice share while their stories are told: the hour, and unwritten rows."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any
from uuid import UUID

from assignments.domain.exercises import Exercise, exercise_to_json
from assignments.models import (
    ExerciseVersion,
)
from clinic.audit import Event
from clinic.domain.appointments import moment
from clinic.extensions import db
from clinic.models import (
    AuditLine,
    Couple,
    Person,
    Practice,
)


@dataclass
class Scene:
    """What all the couples of one practice share: the hour, the practice, and the rows not yet written."""

    practice: Practice
    now: datetime
    today: date
    seed: int
    passphrase_hash: str
    rows: dict[str, list[Any]] = field(default_factory=lambda: defaultdict(list))
    audit: list[AuditLine] = field(default_factory=list)
    versions: dict[str, ExerciseVersion] = field(default_factory=dict)

    def add(self, row: Any) -> Any:
        """Keep a row for the next writing."""
        self.rows[row.__tablename__].append(row)
        return row

    def write(self) -> None:
        """Write what has gathered, table by table, so that whatever a row points to stands before it.

        In bulk: the session forgets the rows at once, which halves the time of a large world.
        """
        for table in db.metadata.sorted_tables:
            db.session.bulk_save_objects(self.rows.pop(table.name, []))

    def at(self, day: date, hour: int, minute: int = 0) -> datetime:
        """A wall-clock time of the practice as a moment."""
        return moment(day, time(hour, minute), self.practice.timezone)

    def past(self, at: datetime, before_now: timedelta = timedelta(minutes=45)) -> datetime:
        """A moment of a story, never later than a little before now."""
        return min(at, self.now - before_now)

    def note(self, at: datetime, actor: Person | None, event: Event, row: Any, **details: Any) -> None:
        """Remember an audit line. They are put in order and chained when everything has been told."""
        is_couple = isinstance(row, Couple)
        self.audit.append(
            AuditLine(
                practice_id=self.practice.id,
                at=at,
                event=str(event),
                actor_id=actor.id if actor else None,
                actor_role=actor.role if actor else "system",
                couple_id=row.id if is_couple else getattr(row, "couple_id", None),
                subject_type=row.__tablename__,
                subject_id=row.id,
                details=details,
            )
        )

    def version_of(self, exercise: Exercise) -> ExerciseVersion:
        """The practice's kept copy of an exercise."""
        kept = self.versions.get(exercise.slug)
        if kept is None:
            kept = self.versions[exercise.slug] = ExerciseVersion(
                id=new_id(Random(f"{self.seed} {self.practice.id} {exercise.slug}")),
                practice_id=self.practice.id,
                slug=exercise.slug,
                version=exercise.version,
                definition=exercise_to_json(exercise),
                kept_at=self.practice.created_at,
            )
            self.add(kept)
        return kept


def new_id(chance: Random) -> UUID:
    """An id that the seed decides. The people are invented, so nobody is harmed by a guessable one."""
    return UUID(int=chance.getrandbits(128), version=4)
