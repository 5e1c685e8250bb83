"""The application as an operator runs it: gunicorn, production settings, a database on disk, and processes to be ill-treated.

Nothing here is a stand-in. A browser is a few lines over a socket, because what it must do is known exactly: send its
cookies, send a form as it was rendered, and send the same form again when no reply came.
"""

from __future__ import annotations

import base64
import http.client
import os
import re
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

from flask import Flask

from clinic.actions.sign_ins import start_sign_in
from clinic.models import Person
from clinic.web import DEVICE_COOKIE
from tests.assignments.given import given
from tests.cast import Cast, assemble
from tests.databases import app_on

ROOT = Path(__file__).resolve().parents[2]
SECRET = secrets.token_urlsafe(40)
KEYS = "1:" + base64.b64encode(secrets.token_bytes(32)).decode()
# Long enough for a machine that has other things to do; nothing waits this long when all is well.
PATIENCE = 60.0

CSRF = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


class NoReply(Exception):
    """The connection ended before the reply did."""


@dataclass(frozen=True)
class Reply:
    """What came back."""

    path: str
    status: int
    headers: Mapping[str, str]
    content: bytes

    @property
    def text(self) -> str:
        """What a page says; a file has no text to go by."""
        return self.content.decode("utf-8", "replace")

    @property
    def is_acknowledged(self) -> bool:
        """Whether the application has said that the form was acted on."""
        return self.status in (302, 303) and "sign-in" not in self.headers.get("location", "")


@dataclass
class Browser:
    """One signed-in person's browser."""

    person_id: UUID
    address: tuple[str, int]
    cookies: dict[str, str]
    timeout: float = 30.0
    csrf: str = ""

    def get(self, path: str) -> Reply:
        """Fetch a page."""
        return self._ask("GET", path, None)

    def post(self, path: str, fields: Mapping[str, str]) -> Reply:
        """Send a form with the token of this browser. Raises NoReply when none comes."""
        if not self.csrf:
            self.csrf = self._token()
        return self._ask("POST", path, {"csrf_token": self.csrf, **fields})

    def _token(self) -> str:
        found = CSRF.search(self.get("/me").text)
        if found is None:
            raise NoReply("no page with a form")
        return found[1]

    def _ask(self, method: str, path: str, fields: Mapping[str, str] | None) -> Reply:
        connection = http.client.HTTPConnection(*self.address, timeout=self.timeout)
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        headers = {"Cookie": cookies, "Connection": "close"}
        body = urlencode(fields) if fields is not None else None
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            connection.request(method, path, body, headers)
            reply = connection.getresponse()
            content = reply.read()
            for line in reply.headers.get_all("Set-Cookie", []):
                name, _, value = line.partition(";")[0].partition("=")
                self.cookies[name] = value
            return Reply(
                path, reply.status, {name.lower(): value for name, value in reply.getheaders()}, content
            )
        except (OSError, http.client.HTTPException) as problem:
            raise NoReply from problem
        finally:
            connection.close()


@dataclass(frozen=True)
class World:
    """A database with people in it who are signed in already, and work for them."""

    url: str
    cast: Cast
    cookies: Mapping[UUID, Mapping[str, str]]
    # An exercise of each partner's own, with a page named "answer" to write on.
    work: Mapping[UUID, UUID]
    # How many thank-yous each was given to send, since a person may keep so many a day however often somebody writes here.
    thanked: Counter[UUID] = field(default_factory=Counter)

    @contextmanager
    def app(self) -> Iterator[Flask]:
        """The application in this process on the same database, to look at what is in it."""
        with app_on(self.url, secret_key=SECRET, encryption_keys=KEYS) as app:
            yield app

    def browser(self, person: Person, address: tuple[str, int]) -> Browser:
        """The browser of somebody in this world."""
        return Browser(person.id, address, dict(self.cookies[person.id]))

    @property
    def partners(self) -> list[Person]:
        """Everybody in couple work."""
        one = self.cast
        return [one.sam, one.jo, one.ade, one.ruth, one.nia, one.owen, one.lea, one.tom]


def populate(url: str) -> World:
    """Fill a migrated, empty database. What is written here is on disk like everything else."""
    with app_on(url, secret_key=SECRET, encryption_keys=KEYS) as app:
        with app.app_context():
            cast = assemble()
            work = {}
            for counsellor, couple, partners in (
                (cast.priya, cast.sam_and_jo, (cast.sam, cast.jo)),
                (cast.priya, cast.ade_and_ruth, (cast.ade, cast.ruth)),
                (cast.marcus, cast.nia_and_owen, (cast.nia, cast.owen)),
                (cast.hana, cast.lea_and_tom, (cast.lea, cast.tom)),
            ):
                assignment_id = given(counsellor, couple)
                work.update({one.id: assignment_id for one in partners})
        everybody = [one for one in vars(cast).values() if isinstance(one, Person)]
        cookies = {one.id: _signed_in(app, one) for one in everybody}
    return World(url, cast, cookies, work)


def _signed_in(app: Flask, person: Person) -> Mapping[str, str]:
    client, device = app.test_client(), f"device of {uuid4()}"
    with app.app_context():
        token = start_sign_in(person, device=device, device_name="Test browser")
    with client.session_transaction() as session:
        session.update(_user_id=token, _fresh=True)
    cookie = client.get_cookie(str(app.config["SESSION_COOKIE_NAME"]))
    assert cookie is not None
    return {"__Host-meanwhile": cookie.value, f"__Host-{DEVICE_COOKIE}": device}


@dataclass
class Served:
    """A running gunicorn."""

    process: subprocess.Popen[bytes]
    address: tuple[str, int]
    log: Path
    extra: dict[str, Any] = field(default_factory=dict)

    def workers(self) -> list[int]:
        """The processes that answer requests, as the kernel knows them."""
        pid = self.extra.get("master", self.process.pid)
        try:
            return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
        except OSError:
            return []

    def answers(self) -> bool:
        """Whether a page comes back."""
        try:
            return Browser(uuid4(), self.address, {}, timeout=5).get("/help").status == 200
        except NoReply:
            return False

    def kill_worker(self) -> None:
        """SIGKILL, as the kernel does it when memory runs out. No handler runs, nothing is flushed."""
        for pid in self.workers():
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue


def wait_until(holds: Callable[[], bool], what: str, *, patience: float = PATIENCE) -> None:
    """Wait for a condition, and fail with its name when it does not come."""
    end = time.monotonic() + patience
    while not holds():
        if time.monotonic() > end:
            raise AssertionError(f"waited {patience:.0f} s in vain for: {what}")
        time.sleep(0.02)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def production(url: str, **more: str) -> dict[str, str]:
    """The environment of a real installation on the database at `url`."""
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith(("MEANWHILE", "PYTEST"))},
        "MEANWHILE_SECRET_KEY": SECRET,
        "MEANWHILE_ENCRYPTION_KEYS": KEYS,
        "MEANWHILE_PUBLIC_URL": "https://practice.example",
        "DATABASE_URL": url,
        "PYTHONPATH": str(ROOT),
        "PYTHONUNBUFFERED": "1",
        **more,
    }


@contextmanager
def serving(
    url: str,
    folder: Path,
    *,
    workers: int = 1,
    factory: str = "wsgi:create_app()",
    under: Sequence[str] = (),
    **environment: str,
) -> Iterator[Served]:
    """gunicorn with the switches of docs/operations.md, plus `--preload`, so that a killed worker is soon replaced.

    `under` is a command that runs it, such as strace.
    """
    port = free_port()
    log = folder / f"gunicorn-{port}.log"
    command = [
        *under, sys.executable, "-m", "gunicorn", "--preload", "--worker-class", "gthread",
        "--workers", str(workers), "--threads", "8", "--bind", f"127.0.0.1:{port}", "--no-control-socket",
        "--timeout", "120", "--graceful-timeout", "2", "--log-level", "info", factory,
    ]  # fmt: skip
    with log.open("wb") as out:
        process = subprocess.Popen(
            command, cwd=ROOT, env=production(url, **environment), stdout=out, stderr=out
        )
    served = Served(process, ("127.0.0.1", port), log)
    try:
        wait_until(lambda: process.poll() is not None or served.answers(), "the first page")
        assert process.poll() is None, log.read_text()[-2000:]
        if under:
            served.extra["master"] = served.workers()[0]
        yield served
    finally:
        for pid in (*served.workers(), served.extra.get("master", process.pid), process.pid):
            with _gone_already():
                os.kill(pid, signal.SIGKILL)
        process.wait()


@contextmanager
def _gone_already() -> Iterator[None]:
    try:
        yield
    except ProcessLookupError:
        return
