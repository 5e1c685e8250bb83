"""A visitor's browser in a world that can be put back as it was, after whatever was let through."""

from __future__ import annotations

import io
import shutil
import sqlite3
from collections import defaultdict
from contextlib import closing
from pathlib import Path

from bs4 import Tag
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.engine import make_url
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from clinic.extensions import db
from tests.declared import changed_rows
from tests.forms import Fields, Found, encoded


class Ground:
    """A visitor's browser in a world that can be put back as it was."""

    def __init__(self, app: Flask, client: FlaskClient, forms: dict[Found, Tag]) -> None:
        self.app, self.client, self.forms = app, client, forms
        self.written: dict[str, set[str]] = defaultdict(set)
        with app.app_context():
            self._file = Path(make_url(str(db.engine.url)).database or "")
        self._kept = self._file.with_suffix(".kept")
        self._close()
        shutil.copyfile(self._file, self._kept)
        with client.session_transaction() as session:
            self._session = dict(session)
        self._watch()

    def _watch(self) -> None:
        """A connection of one's own tells whether anybody else has committed since."""
        self._watching = sqlite3.connect(self._file)
        self._version = self._data_version()

    def _data_version(self) -> int:
        return int(self._watching.execute("PRAGMA data_version").fetchone()[0])

    def has_changed(self) -> bool:
        """Whether anything at all was written since the world was put back."""
        return self._data_version() != self._version

    def note_what(self, endpoint: str) -> None:
        """Remember which tables an act has written to."""
        self.written[endpoint] |= changed_rows(self._file, self._kept) if self.has_changed() else set()

    def _close(self) -> None:
        with self.app.app_context():
            db.session.remove()
            db.engine.dispose()

    def put_back(self) -> None:
        """The world, and what the browser holds, as they were."""
        if not self.has_changed():
            self._same_session()
            return
        self._watching.close()
        self._close()
        for end in ("-wal", "-shm"):
            self._file.with_name(self._file.name + end).unlink(missing_ok=True)
        shutil.copyfile(self._kept, self._file)
        self._same_session()
        self._watch()

    def _same_session(self) -> None:
        with self.client.session_transaction() as session:
            session.clear()
            session.update(self._session)

    def counts(self) -> dict[str, int]:
        """How many rows each table has."""
        with closing(sqlite3.connect(self._file)) as connection:
            tables = [table.name for table in db.metadata.sorted_tables]
            return {
                name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in tables
            }

    def owners(self) -> dict[str, list[str]]:
        """Of every row, what the extra fields would have changed: roles, practices, levels, authors, versions."""
        told = ("role", "practice_id", "visibility", "level", "author_id", "person_id", "by_id", "version")
        # Somebody who is added gets an id of their own each time.
        new = {f"{table}.person_id" for table in ("partner", "invitation", "outbox_mail", "recovery")}
        with closing(sqlite3.connect(self._file)) as connection:
            found = {}
            for table in db.metadata.sorted_tables:
                names = [name for name in told if name in table.columns and f"{table.name}.{name}" not in new]
                if names and table.name != "audit_line":
                    columns = ", ".join(f'"{name}"' for name in names)
                    rows = connection.execute(f'SELECT {columns} FROM "{table.name}"')
                    found[table.name] = sorted(map(repr, rows))
            return found

    def form(self, found: Found) -> Tag:
        """The form as the page has it. Its key is new again whenever the world was put back."""
        return self.forms[found]

    def send(self, found: Found, fields: Fields) -> TestResponse:
        """As a browser sends it: with a file, in parts."""
        files = {name for name, kind in found.kinds if kind == "file"}
        if not files:
            return self.client.post(
                found.target, data=encoded(fields), content_type="application/x-www-form-urlencoded"
            )
        parts = MultiDict(
            (name, (io.BytesIO(value.encode() if isinstance(value, str) else value), "chosen.toml"))
            if name in files
            else (name, value)
            for name, value in fields
        )
        return self.client.post(found.target, data=parts, content_type="multipart/form-data")
