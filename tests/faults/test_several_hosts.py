"""Two hosts behind nginx on one PostgreSQL, limits shared in Redis: one is killed under load, and nothing is lost."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pytest

from tests.databases import PostgreSQLServer
from tests.faults.ledger import compare, writing
from tests.faults.serving import Browser, Served, World, free_port, serving, wait_until
from tests.trust import Proves, Sized

# `make trust` installs nginx and Redis; `make test` asks for neither.
pytestmark = [pytest.mark.trust, pytest.mark.postgresql, pytest.mark.timeout(600)]

# A host that does not answer is left out for a moment.
NGINX = """
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 256; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  upstream hosts {{ {hosts} }}
  server {{
    listen 127.0.0.1:{port};
    location / {{
      proxy_pass http://hosts;
      proxy_connect_timeout 2s;
      proxy_set_header Host $http_host;
      proxy_set_header X-Forwarded-For $remote_addr;
      proxy_set_header X-Forwarded-Proto https;
    }}
  }}
}}
"""


@pytest.fixture
def database_kind() -> str:
    return "postgresql"


@pytest.fixture(autouse=True)
def _a_server_that_keeps_its_word(postgresql_server: PostgreSQLServer) -> Iterator[None]:
    """Production refuses a server that acknowledges what is not on disk."""
    with postgresql_server.on_disk():
        yield


def found(name: str) -> str:
    """Where a program is."""
    path = shutil.which(name, path=f"{os.environ['PATH']}{os.pathsep}/usr/sbin")
    assert path is not None, f"{name} is missing; `make trust` installs it"
    return path


@contextmanager
def running(command: list[str], port: int, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A program that listens, until the test is over."""
    with log.open("wb") as out:
        process = subprocess.Popen(command, stdout=out, stderr=out)
    try:
        wait_until(lambda: process.poll() is not None or _listens(port), f"{command[0]} to listen")
        assert process.poll() is None, log.read_text()[-2000:]
        yield process
    finally:
        process.terminate()
        process.wait()


def _listens(port: int) -> bool:
    with socket.socket() as trying:
        trying.settimeout(1)
        return trying.connect_ex(("127.0.0.1", port)) == 0


@contextmanager
def limits_in_redis(folder: Path) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """The address of a Redis that keeps nothing on disk."""
    port = free_port()
    command = [
        found("redis-server"),
        "--port",
        str(port),
        "--bind",
        "127.0.0.1",
        "--save",
        "",
        "--dir",
        str(folder),
    ]
    with running(command, port, folder / "redis.log") as process:
        yield f"redis://127.0.0.1:{port}/0", process


@dataclass(frozen=True)
class Farm:
    """Two hosts, and the one address that people know."""

    hosts: tuple[Served, Served]
    front: Served
    redis: subprocess.Popen[bytes]


@contextmanager
def two_hosts(world: World, folder: Path) -> Iterator[Farm]:
    """Two gunicorns with two processes each, nginx before them."""
    with limits_in_redis(folder) as (redis, redis_process):
        settings = {"MEANWHILE_RATE_LIMIT_STORAGE": redis, "MEANWHILE_TRUSTED_PROXIES": "1"}
        with (
            serving(world.url, folder, workers=2, **settings) as one,
            serving(world.url, folder, workers=2, **settings) as other,
        ):
            port = free_port()
            hosts = " ".join(
                f"server 127.0.0.1:{host.address[1]} max_fails=1 fail_timeout=2s;" for host in (one, other)
            )
            (folder / "nginx.conf").write_text(NGINX.format(folder=folder, hosts=hosts, port=port))
            command = [found("nginx"), "-c", str(folder / "nginx.conf"), "-g", "daemon off;"]
            with running(command, port, folder / "nginx.log") as nginx:
                yield Farm(
                    (one, other), Served(nginx, ("127.0.0.1", port), folder / "nginx.log"), redis_process
                )


def kill_host(host: Served) -> None:
    """All of its processes at once, as when a machine loses its power."""
    workers = host.workers()
    os.kill(host.process.pid, signal.SIGKILL)
    for pid in workers:
        os.kill(pid, signal.SIGKILL)


def test_a_host_that_dies_under_load_loses_nothing(
    world: World, tmp_path: Path, proves: Proves, sized: Sized
) -> None:
    before, after = sized(60, 400), sized(60, 400)
    with two_hosts(world, tmp_path) as farm, writing(world, farm.front) as ledger:
        wait_until(lambda: len(ledger.acknowledged) >= before, "forms before")
        kill_host(farm.hosts[0])
        began, known = time.monotonic(), len(ledger.acknowledged)
        wait_until(lambda: len(ledger.acknowledged) > known, "a form after")
        gap = time.monotonic() - began
        wait_until(lambda: len(ledger.acknowledged) >= known + after, "forms after")
    found = compare(world, ledger)
    by_proxy = sum(1 for one in ledger.refusals if one.status in (502, 504))
    proves(
        "R34 saved means on disk · one of two hosts dies",
        f"{len(ledger.acknowledged):,} forms acknowledged by two hosts of which one was killed after {known:,}; the next "
        f"acknowledgement came {gap:.2f} s later; {by_proxy + ledger.lost_replies} forms sent again, {len(found.lost)} lost, "
        f"{len(found.doubled)} doubled, {len(found.drafts_behind)} drafts behind",
    )
    assert found.is_whole, found
    assert [one for one in ledger.dishonest if one[1] not in (502, 504)] == []


def test_limits_are_shared_and_a_lost_redis_locks_nobody_out(
    world: World, tmp_path: Path, proves: Proves
) -> None:
    """Guessing on both hosts in turn is one count. Without Redis each host counts for itself, and people get in."""
    with two_hosts(world, tmp_path) as farm:
        tries = [_guess(farm.hosts[number % 2]) for number in range(40)]
        first = tries.index(429)
        farm.redis.send_signal(signal.SIGSTOP)
        began = time.monotonic()
        frozen = [_guess(host) for host in farm.hosts]
        waited = (time.monotonic() - began) / len(farm.hosts)
        farm.redis.kill()
        farm.redis.wait()
        lost = [_guess(host) for host in farm.hosts]
    proves(
        "R28 throttled, over several hosts",
        f"the limit held after {first} guesses on two hosts in turn; with Redis hanging the hosts answered "
        f"{frozen} after {waited:.1f} s each, with Redis gone {lost}",
    )
    assert waited < 10
    assert all(status in (200, 422, 429) for status in frozen), frozen
    assert set(tries[first:]) == {429}
    assert all(status in (200, 422, 429) for status in lost), lost


def _guess(host: Served) -> int:
    nobody = Browser(uuid4(), host.address, {})
    page = nobody.get("/sign-in")
    token = page.text.split('name="csrf_token"')[1].split('value="')[1].split('"')[0]
    nobody.csrf = token
    return nobody.post(
        "/sign-in", {"email": f"{uuid4().hex}@guess.example", "password": "wrong wrong wrong"}
    ).status
