"""The application under gunicorn, as `docs/deploy/gunicorn.conf.py` runs it, in processes of its own."""

from __future__ import annotations

import base64
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# Production's settings, with secrets that protect nothing.
SETTINGS = {
    "MEANWHILE_ENV": "production",
    "MEANWHILE_SECRET_KEY": "a secret of thirty-two letters or so",
    "MEANWHILE_ENCRYPTION_KEYS": "1:" + base64.b64encode(b"a test key protects nothing real").decode(),
    "MEANWHILE_PUBLIC_URL": "https://practice.example",
}
# The supervisor of sockets hands one over under the number of the process it starts, which only that process knows.
HANDED_OVER = (
    "import os, sys; os.environ['LISTEN_PID'] = str(os.getpid()); os.execv(sys.argv[1], sys.argv[1:])"
)


@dataclass(frozen=True)
class Reply:
    """What came back, and whether it came whole."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass
class Server:
    """A running gunicorn and what it writes."""

    process: subprocess.Popen[bytes]
    port: int
    log: Path

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> Reply:
        """Ask over a connection of its own, as a proxy does. Raises OSError or HTTPException when nothing comes."""
        return ask(self.port, "GET", path, headers)

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Ask it to stop, and wait for its end."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self.process.wait(60)

    def logged(self) -> str:
        return self.log.read_text(encoding="utf-8")


def ask(
    port: int, method: str, path: str, headers: Mapping[str, str] | None = None, body: str | None = None
) -> Reply:
    """One request over one connection."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request(method, path, body, dict(headers or {}))
        reply = connection.getresponse()
        return Reply(reply.status, dict(reply.getheaders()), reply.read())
    finally:
        connection.close()


@contextmanager
def listening() -> Iterator[socket.socket]:
    """A socket that is kept open whatever happens to the server behind it, as systemd keeps one."""
    with socket.socket() as held:
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        held.bind(("127.0.0.1", 0))
        held.listen(512)
        yield held


def hand_over(held: socket.socket) -> None:
    """Give the socket that number in the process that is about to be; it may have it already."""
    os.dup2(held.fileno(), 3)
    os.set_inheritable(3, True)


def start(held: socket.socket, url: str, log: Path, **settings: str) -> Server:
    """Start gunicorn on a socket that is already open, and wait until it answers."""
    environment = {**os.environ, **SETTINGS, "DATABASE_URL": url, "LISTEN_FDS": "1", **settings}
    gunicorn = str(Path(sys.executable).with_name("gunicorn"))
    with log.open("ab") as written:
        process = subprocess.Popen(
            [sys.executable, "-c", HANDED_OVER, gunicorn, "--config", "docs/deploy/gunicorn.conf.py"],
            cwd=ROOT,
            env=environment,
            stdout=written,
            stderr=written,
            # The first descriptor that is handed over is always the third.
            preexec_fn=lambda: hand_over(held),
            close_fds=False,
        )
    server = Server(process, held.getsockname()[1], log)
    for _ in range(600):
        if process.poll() is not None:
            raise RuntimeError(f"gunicorn ended at once: {server.logged()[-2000:]}")
        try:
            if server.get("/healthz").status == 200:
                return server
        except (OSError, http.client.HTTPException):
            time.sleep(0.1)
    server.stop(signal.SIGKILL)
    raise RuntimeError(f"gunicorn does not answer: {server.logged()[-2000:]}")


@contextmanager
def serving(url: str, log: Path, **settings: str) -> Iterator[Server]:
    """The application on the database at `url`; stopped at the end."""
    with listening() as held:
        server = start(held, url, log, **settings)
        try:
            yield server
        finally:
            server.stop()
