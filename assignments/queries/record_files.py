"""A couple's record as files: one with everything in it, and a table of each kind."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from assignments.queries.record_copy import RecordCopy
from clinic.files import Cell, as_csv, as_json


def files_of(made: RecordCopy) -> dict[str, str | bytes]:
    """The files by their names."""
    tables = {name: as_csv(columns, rows) for name, columns, rows in _tables(made)}
    return {"record.json": as_json(made), **{f"{name}.csv": text for name, text in tables.items()}}


def _tables(made: RecordCopy) -> Iterator[tuple[str, Sequence[str], list[list[Cell]]]]:
    yield "appointments", ["starts at"], [[one] for one in made.appointments]
    yield (
        "exercises",
        ["exercise", "version", "for", "starts on", "best before", "taken back", "done by"],
        [
            [
                one.name,
                one.version,
                one.for_whom,
                one.starts_on,
                one.best_before,
                "yes" if one.taken_back else "",
                ", ".join(one.done_by),
            ]
            for one in made.given
        ],
    )
    yield (
        "words",
        ["on", "by", "kind", "exercise", "asked", "words"],
        [[one.on, one.by, one.kind, one.name, one.asked, one.words] for one in made.said],
    )
    yield (
        "checkins",
        ["week of", "by", "item", "answer"],
        [
            [one.week_of, one.by, item, int(answer) if answer.isdigit() else answer]
            for one in made.checkins
            for item, answer in one.answers.items()
        ],
    )
    if made.decisions is not None:
        yield (
            "decisions",
            ["at", "by", "decision", "reason", "look again", "notes"],
            [
                [one.at, one.by, one.label, one.reason, one.review_on, "\n".join(one.notes)]
                for one in made.decisions
            ],
        )
