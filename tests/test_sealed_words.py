"""No word of any sealed column stands in a byte of the database, its log or a backup, in a world that has all of them (G8)."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.engine import make_url

from assignments.actions.responding import record_outcome
from assignments.models import Contact, Outcome
from clinic import backups, crypto
from clinic.actions.practices import invite_staff
from clinic.actions.talks import ask_to_talk
from clinic.domain.roles import Role
from clinic.extensions import db
from clinic.key_rotation import SealedColumn, sealed_columns
from clinic.models import Practice
from tests import builders
from tests.faults.test_bytes import contents, hits
from tests.fuller_world import write_what_is_missing
from tests.told_world import person_at
from tests.trust import Proves

pytestmark = pytest.mark.slow
# Shorter ones, such as a number or a level, stand anywhere by chance.
LEAST = 12
# Two answers of the demo are what an exercise offers as a choice and as an example.
SAID_BY_EXERCISES = {"Nothing much", "Sunday at the same time"}
# What is sealed and is no text of a person's: numbers, the key of a second step.
NO_WORDS = {"couple_summary.told_sealed", "instrument_answer.items_sealed", "second_factor.key_sealed"}


def _write_what_nobody_else_tells() -> None:
    """A wish to talk that came from an answer, what got in the way, a passkey's name, and a link that waits to be mailed."""
    sam, ada = person_at("sam"), person_at("admin")
    ask_to_talk(actor=sam, reach="Ring me at work", about="The fourth question, about money")
    outcome = db.session.scalars(select(Outcome).where(Outcome.person_id == sam.id)).first()
    assert outcome is not None
    record_outcome(
        actor=sam,
        assignment_id=outcome.assignment_id,
        turn=outcome.turn,
        tried=outcome.tried,
        useful=outcome.useful,
        words="The baby woke up each time",
    )
    builders.passkey(ada, name="The phone in the kitchen")
    invite_staff(actor=ada, name="Bea", family_name="Holt", address="bea@canal.example", role=Role.COUNSELLOR)


def _known_to_everybody() -> set[str]:
    """What a letter repeats of the practice's own list, and what exercises say themselves."""
    columns = (Practice.name, Practice.phone, Contact.name, Contact.phone, Contact.address)
    return {text for column in columns for text in db.session.scalars(select(column))} | SAID_BY_EXERCISES


def texts_in(value: str) -> Iterator[str]:
    """The text itself, or every text inside it where it is kept as JSON."""
    try:
        told = json.loads(value)
    except ValueError:
        told = value
    yield from _texts(told)


def _texts(told: Any) -> Iterator[str]:
    if isinstance(told, str):
        yield told
    elif isinstance(told, dict):
        for one in told.values():
            yield from _texts(one)
    elif isinstance(told, list):
        for one in told:
            yield from _texts(one)


def words_of(column: SealedColumn) -> set[str]:
    """Every text of a column that is long enough to be found by itself."""
    rows = db.session.execute(select(column.model).where(column.attribute.is_not(None))).scalars()
    values = (crypto.unseal(row, column.name, getattr(row, column.name)) for row in rows)
    return {
        text
        for value in values
        for text in texts_in(value)
        if len(text) >= LEAST and (" " in text or "://" in text)
    }


def test_no_word_of_any_sealed_column_stands_in_a_byte(
    world: None,
    app: Flask,
    database_url: str,
    tmp_path: Path,
    proves: Proves,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    with app.app_context():
        write_what_is_missing()
        _write_what_nobody_else_tells()
        known = _known_to_everybody()
        found = {str(column): words_of(column) for column in sealed_columns()}
        backups.create(tmp_path / "tonight")
        db.session.remove()
    files = contents(Path(make_url(database_url).database or ""), tmp_path)
    everything = [*files, caplog.text.encode()]
    words = sorted({text for texts in found.values() for text in texts} - known)
    told = [text for text in words if hits(_ways(text), *everything)]
    proves(
        "G8 canary sweep",
        f"{len(words)} texts of {sum(map(bool, found.values()))} sealed columns, searched in {len(files)} files "
        f"({sum(map(len, files)) / 1e6:.1f} MB: database, its log, backup) and the log of what was done: {len(told)} found",
    )
    assert {name for name, texts in found.items() if not texts} == NO_WORDS
    assert hits([b"Okafor"], *everything), "the search sees what is there"
    assert not told, told


def _ways(text: str) -> list[bytes]:
    return [text.encode(encoding) for encoding in ("utf-8", "utf-16-le")] + [json.dumps(text)[1:-1].encode()]
