"""A database as a stream of bytes, taken while it is in use, and put into an empty place again.

SQLite is copied by its own online backup, PostgreSQL by `pg_dump` and `pg_restore`; both from one snapshot, which is also
the one whose rows are counted, so that what is written is what was counted.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Protocol
from uuid import uuid4

from sqlalchemy import create_engine, inspect, text
from sqlalchemy.engine import URL, Connection, make_url
from sqlalchemy.pool import NullPool

from clinic.postgresql import EVERY_PRACTICE

# Folders beside the database that a run makes for itself, each with a whole copy in it.
TRIAL, TAKEN = ".verify-", ".backup-"
LONGEST_RUN = 24 * 3600.0


class CannotBackUp(RuntimeError):
    """What keeps a backup from being made or put back; the message says what to do."""


@dataclass(frozen=True)
class Snapshot:
    """A database as it stood at one moment: to be read row by row, and as bytes."""

    connection: Connection
    content: AbstractContextManager[IO[bytes]]


class Store(Protocol):
    """How one kind of database is taken and put back."""

    def snapshot(self) -> AbstractContextManager[Snapshot]:
        """The database as it stands now, while others go on using it."""

    def elsewhere(self) -> AbstractContextManager[Store]:
        """An empty place of the same kind that is gone afterwards, to try a backup in."""

    def put_back(self, content: IO[bytes]) -> None:
        """Fill this empty place. Raises CannotBackUp when something is in it already."""

    def reading(self) -> AbstractContextManager[Connection]:
        """A connection to read what was put back."""


def store_at(url: str) -> Store:
    """The store for the database at this address."""
    made = make_url(url)
    return SQLite(Path(made.database or "")) if made.get_backend_name() == "sqlite" else PostgreSQL(made)


@contextmanager
def connected(url: URL | str, **options: Any) -> Iterator[Connection]:
    """A connection of its own, outside of the application's pool."""
    engine = create_engine(url, poolclass=NullPool, **options)
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()


class SQLite:
    """A file, copied page by page while others write."""

    kind = "sqlite"

    def __init__(self, path: Path) -> None:
        self._path = path

    @contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        """One reading transaction sees one state of the file, and the copy is taken through it."""
        with connected(f"sqlite:///{self._path}", connect_args={"isolation_level": None}) as connection:
            connection.exec_driver_sql("BEGIN")
            connection.exec_driver_sql(
                "SELECT count(*) FROM alembic_version"
            )  # From here on the state is fixed.
            yield Snapshot(connection, self._copied(connection))

    @contextmanager
    def _copied(self, connection: Connection) -> Iterator[IO[bytes]]:
        source: Any = connection.connection.driver_connection
        with tempfile.TemporaryDirectory(dir=self._path.parent, prefix=TAKEN) as folder:
            copy = Path(folder, "copy.sqlite")
            with closing(sqlite3.connect(copy)) as target:
                source.backup(target)
            with copy.open("rb") as content:
                yield content

    @contextmanager
    def elsewhere(self) -> Iterator[Store]:
        """A file in a folder of its own, beside the database, where there is room for one."""
        for left in [*self._path.parent.glob(f"{TRIAL}*"), *self._path.parent.glob(f"{TAKEN}*")]:
            # A run that was killed leaves a whole copy behind, with words that may have been erased since.
            if time.time() - left.stat().st_mtime > LONGEST_RUN:
                shutil.rmtree(left, ignore_errors=True)
        with tempfile.TemporaryDirectory(dir=self._path.parent, prefix=TRIAL) as folder:
            yield SQLite(Path(folder, "restored.sqlite"))

    def put_back(self, content: IO[bytes]) -> None:
        """Write the file and let SQLite itself look through it."""
        if self._path.exists() and self._path.stat().st_size:
            raise CannotBackUp(
                f"{self._path} exists. Move it away first; nothing is written over a database."
            )
        with open(self._path, "wb", opener=lambda path, flags: os.open(path, flags, 0o600)) as out:
            shutil.copyfileobj(content, out)
            out.flush()
            os.fsync(out.fileno())
        with closing(sqlite3.connect(self._path)) as restored:
            (said,) = restored.execute("PRAGMA integrity_check").fetchone()
        if said != "ok":
            raise CannotBackUp(f"The restored file is not sound: {said}")

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Plain reading of the file."""
        with connected(f"sqlite:///{self._path}") as connection:
            yield connection


# Row-level security binds the owner too, so whoever takes or puts back everything has to say so.
WHOLE = {"options": EVERY_PRACTICE}


class PostgreSQL:
    """A database on a server, taken and put back by the server's own programs."""

    kind = "postgresql"

    def __init__(self, url: URL) -> None:
        self._url = url

    @contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        """One transaction exports its snapshot, and `pg_dump` reads the same one."""
        with connected(self._url, isolation_level="REPEATABLE READ", connect_args=WHOLE) as connection:
            name = connection.execute(text("SELECT pg_export_snapshot()")).scalar_one()
            yield Snapshot(connection, self._dumped(str(name)))

    @contextmanager
    def _dumped(self, snapshot: str) -> Iterator[IO[bytes]]:
        command = [
            _program("pg_dump"),
            "--format=custom",
            "--no-owner",
            "--no-privileges",
            "--enable-row-security",
        ]
        with tempfile.TemporaryFile() as said:
            dumping = subprocess.Popen(  # noqa: S603  the program is found by name, and no input reaches the line
                [*command, f"--snapshot={snapshot}", f"--dbname={self._address()}"],
                stdout=subprocess.PIPE,
                stderr=said,
                env=self._environment(),
            )
            with dumping, _pipe(dumping.stdout) as content:
                yield content
            _refuse_failure("pg_dump", dumping.returncode, said)

    @contextmanager
    def elsewhere(self) -> Iterator[Store]:
        """A database of its own on the same server, which the role must be allowed to make."""
        name = f"meanwhile_verify_{uuid4().hex[:12]}"
        with connected(self._url, isolation_level="AUTOCOMMIT") as connection:
            may = connection.execute(
                text("SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user")
            )
            if not may.scalar_one():
                raise CannotBackUp(
                    "The database role may not create databases, so a backup cannot be tried. Grant it CREATEDB."
                )
            connection.execute(text(f"CREATE DATABASE {name} TEMPLATE template0"))
            try:
                yield PostgreSQL(self._url.set(database=name))
            finally:
                connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))

    def put_back(self, content: IO[bytes]) -> None:
        """Fill a database that has no table yet."""
        with connected(self._url) as connection:
            if inspect(connection).get_table_names():
                raise CannotBackUp("This database has tables already. Restore into an empty one.")
        with tempfile.TemporaryFile() as said:
            done = subprocess.Popen(  # noqa: S603  as above
                [
                    _program("pg_restore"),
                    "--no-owner",
                    "--no-privileges",
                    "--exit-on-error",
                    "--enable-row-security",
                    f"--dbname={self._address()}",
                ],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=said,
                env=self._environment(),
            )
            # A pipe that breaks means that it has ended early; its own words say why.
            with done, suppress(BrokenPipeError), _pipe(done.stdin) as pipe:
                shutil.copyfileobj(content, pipe)
            _refuse_failure("pg_restore", done.returncode, said)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Plain reading of the database."""
        with connected(self._url, connect_args=WHOLE) as connection:
            yield connection

    def _address(self) -> str:
        """Without the pass-word, which the list of processes would show to everybody on the machine."""
        # `set` takes None for "as it is", so the pass-word is left out by name.
        plain = self._url.set(drivername="postgresql")._replace(password=None)
        return plain.render_as_string(hide_password=False)

    def _environment(self) -> dict[str, str]:
        secret = {"PGPASSWORD": str(self._url.password)} if self._url.password else {}
        return {**os.environ, **secret, "PGOPTIONS": EVERY_PRACTICE}


def _pipe(end: IO[bytes] | None) -> IO[bytes]:
    """The end of a pipe that was asked for when the program was started."""
    if end is None:
        raise CannotBackUp("The program was started without a pipe.")
    return end


def _program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise CannotBackUp(f"{name} is missing. Install the client programs of your PostgreSQL's version.")
    return found


def _refuse_failure(name: str, code: int, said: IO[bytes]) -> None:
    if code:
        said.seek(0)
        raise CannotBackUp(f"{name} failed: {said.read(2_000).decode(errors='replace').strip()}")
