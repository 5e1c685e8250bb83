"""A server as it is deployed, what its processes use, and somebody with a browser."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode, urljoin

from bs4 import BeautifulSoup

from tests.benches.floors import STATEMENTS

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Reply:
    """One answered request, and what it cost."""

    status: int
    body: bytes
    statements: int
    location: str
    wall: float
    cpu: float


class Served:
    """One gunicorn with as many processes, and what it has used."""

    def __init__(self, name: str, environment: Mapping[str, str], processes: int, log: Path) -> None:
        self.port = free_port()
        # As it is deployed, but for connections that stay open while others are measured.
        command = [
            str(Path(sys.executable).with_name("gunicorn")), "--config", "docs/deploy/gunicorn.conf.py",
            "--workers", str(processes), "--bind", f"127.0.0.1:{self.port}", "--log-level", "warning",
            "--keep-alive", "75", f"tests.benches.floors:{name}()",
        ]  # fmt: skip
        with log.open("ab") as written:
            self._process = subprocess.Popen(
                command, cwd=ROOT, env={**os.environ, **environment}, stdout=written, stderr=written
            )
        self._wait()

    def _wait(self) -> None:
        for _ in range(1200):
            try:
                connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
                connection.request("GET", "/healthz")
                connection.getresponse().read()
                return
            except (OSError, http.client.HTTPException):
                if self._process.poll() is not None:
                    raise RuntimeError("the server ended at once") from None
                time.sleep(0.1)
        raise RuntimeError("the server does not answer")

    def processes(self) -> list[str]:
        """The processes that answer."""
        number = self._process.pid
        return Path(f"/proc/{number}/task/{number}/children").read_text(encoding="utf-8").split()

    def cpu(self) -> float:
        """Seconds of processor time that its processes have used, from the scheduler's own count."""
        used = 0
        for number in self.processes():
            for task in Path(f"/proc/{number}/task").iterdir():
                used += int((task / "schedstat").read_text(encoding="utf-8").split()[0])
        return used / 1e9

    def memory(self) -> float:
        """Megabytes that the largest process has for itself."""
        own = []
        for number in self.processes():
            lines = Path(f"/proc/{number}/smaps_rollup").read_text(encoding="utf-8").splitlines()
            own.append(sum(int(line.split()[1]) for line in lines if line.startswith("Private_")) / 1024)
        return max(own)

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(60)


class Visitor:
    """Somebody with a browser: one connection, cookies, forms."""

    def __init__(self, served: Served, cookies: Mapping[str, str]) -> None:
        self._served, self._cookies = served, dict(cookies)
        self._connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=120)

    def ask(self, method: str, path: str, sent: list[tuple[str, str]] | None = None) -> Reply:
        """One request, measured."""
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items())}
        body = None
        if sent is not None:
            body, headers["Content-Type"] = urlencode(sent), "application/x-www-form-urlencoded"
        before, began = self._served.cpu(), time.perf_counter()
        self._connection.request(method, path, body, headers)
        reply = self._connection.getresponse()
        read = reply.read()
        wall, cpu = time.perf_counter() - began, self._served.cpu() - before
        for cookie in reply.headers.get_all("Set-Cookie") or []:
            name, _, value = cookie.split(";")[0].partition("=")
            self._cookies[name] = value
        statements = int(reply.headers.get(STATEMENTS, 0))
        return Reply(reply.status, read, statements, reply.headers.get("Location", ""), wall, cpu)

    def get(self, path: str) -> Reply:
        return self.ask("GET", path)

    def form(
        self, path: str, choose: str = "main form[method=post]", **filled: str
    ) -> tuple[str, list[tuple[str, str]]]:
        """Where the form of a page goes and what is in it, with these fields filled in."""
        return form_of(path, self.get(path).body, choose, filled)


def form_of(
    path: str, page: bytes, choose: str, filled: Mapping[str, str]
) -> tuple[str, list[tuple[str, str]]]:
    """A form as a browser would send it."""
    form = BeautifulSoup(page, "html.parser").select(choose)[0]
    sent: dict[str, str] = {}
    for one in form.select("input, textarea, select"):
        name, kind = str(one.get("name") or ""), str(one.get("type") or one.name)
        if not name or kind in ("submit", "button"):
            continue
        if kind in ("radio", "checkbox"):
            if one.has_attr("checked"):
                sent[name] = str(one.get("value", "on"))
        elif one.name == "select":
            chosen = one.select("option[selected]") or one.select("option")
            sent[name] = str(chosen[0].get("value", "")) if chosen else ""
        else:
            sent[name] = str(one.get("value") or one.get_text() or "")
    return urljoin(path, str(form.get("action") or path)), list({**sent, **filled}.items())


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
