"""The busiest hour: Sunday evening, when most people check in. Measured first, then played through for any number of couples.

`python -m tests.benches.sunday` measures what one visit costs on this machine and prints the table of docs/scale.md. A visit is
what a phone does: the sign-in page, signing in, Today, the check-in, sending it, Today again. Counted is CPU, of the
application and of PostgreSQL apart, because CPU can be added up and does not depend on who else uses the machine.
"""

from __future__ import annotations

import heapq
import random
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from pathlib import Path

import click

# What we assume of people. Each is a line of docs/scale.md, to be replaced by what a practice sees.
CHECKS_IN = 0.7  # Of all partners, in a week.
IN_THE_HOUR = 0.15  # Of a week's check-ins, in its busiest hour.
FULLEST_TENTH = 1.6  # How much denser the fullest six minutes of it are than the hour.
AT_MOST = 0.6  # Of the processors, so that a host may fail and nobody notices.


@dataclass(frozen=True)
class Visit:
    """What one visit costs: seconds of CPU of each of its requests, of the database in all, and statements."""

    requests: tuple[float, ...]
    database: float
    statements: int

    @property
    def application(self) -> float:
        return sum(self.requests)


@dataclass(frozen=True)
class Hour:
    """A busiest hour with a number of couples."""

    couples: int
    visits: int
    a_second: float  # Requests, in its fullest minutes.
    application_cores: int
    database_cores: float
    p95: float  # Seconds that a request took with that many processors, played through.
    worst: float


def hour(couples: int, visit: Visit, *, seed: int = 1) -> Hour:
    """Play the fullest six minutes through, with as many processors as the arithmetic asks for."""
    visits = round(2 * couples * CHECKS_IN * IN_THE_HOUR)
    a_second = visits / 3600 * FULLEST_TENTH
    cores = max(2, ceil(a_second * visit.application / AT_MOST))
    waited = play(
        a_second, visit.requests, cores, seconds=min(360.0, 60_000 / max(a_second, 0.01)), seed=seed
    )
    return Hour(
        couples=couples,
        visits=visits,
        a_second=a_second * len(visit.requests),
        application_cores=cores,
        database_cores=a_second * visit.database / AT_MOST,
        p95=waited[int(len(waited) * 0.95)],
        worst=waited[-1],
    )


def play(a_second: float, costs: Sequence[float], cores: int, *, seconds: float, seed: int) -> list[float]:
    """How long each request took, from shortest to longest: people come at random, and requests queue for processors.

    Somebody reads and types for 2 to 20 seconds between two requests, as people do.
    """
    chance = random.Random(seed)
    waiting: list[tuple[float, int, int]] = []  # When, whose, and which of their requests.
    moment, number = 0.0, 0
    while (moment := moment + chance.expovariate(a_second)) < seconds:
        waiting.append((moment, number, 0))
        number += 1
    heapq.heapify(waiting)
    free = [0.0] * cores
    took: list[float] = []
    while waiting:
        at, who, which = heapq.heappop(waiting)
        begun = max(at, heapq.heappop(free))
        # Not every request costs the same: a page is cheaper or dearer by half.
        done = begun + costs[which] * chance.uniform(0.5, 1.5)
        heapq.heappush(free, done)
        took.append(done - at)
        if which + 1 < len(costs):
            heapq.heappush(waiting, (done + chance.uniform(2, 20), who, which + 1))
    return sorted(took) or [0.0]


def _cpu_of(pids: Sequence[int]) -> float:
    """Seconds of CPU that these processes and their ended children have used."""
    ticks = 0
    for pid in pids:
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        ticks += sum(int(one) for one in fields[11:15])
    return ticks / 100


def _server_of(backend: int) -> list[int]:
    """The process of a PostgreSQL that one of its backends belongs to, and all its other children."""
    server = _parent(backend)
    found = [int(folder.name) for folder in Path("/proc").iterdir() if folder.name.isdigit()]
    return [server, *(pid for pid in found if _parent(pid) == server)]


def _parent(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0


def measure(visits: int = 30) -> Visit:
    """Let people of a small world visit, on a PostgreSQL of this run's own behind row-level security."""
    from sqlalchemy import event, text

    from assignments.demo.world import PASSPHRASE, load_world
    from clinic.extensions import db
    from tests.databases import app_on, postgresql
    from tests.page import get_page, submit

    with postgresql() as server:
        url = server.fresh()
        # As a real password is hashed; everything else is the tests' application.
        with app_on(url, passphrase_memory_kib=65536) as app:
            with app.app_context():
                load_world(couples=visits, weeks=12)
            statements = 0

            def count(*_: object) -> None:
                nonlocal statements
                statements += 1

            with app.app_context():
                event.listen(db.engine, "before_cursor_execute", count)
            costs: list[list[float]] = []
            with app.app_context():
                backend = db.session.scalars(text("SELECT pg_backend_pid()")).one()
            database, statements = _cpu_of(_server_of(backend)), 0
            for number in range(1, visits + 1):
                client = app.test_client()
                spent: list[float] = []

                def timed(act: object, spent: list[float] = spent) -> object:
                    began = time.process_time()
                    result = act()  # type: ignore[operator]  # one of the steps below
                    spent.append(time.process_time() - began)
                    return result

                page = timed(lambda client=client: client.get("/sign-in")) and get_page(client, "/sign-in")
                address = f"a{number}@demo.example"
                timed(
                    lambda client=client, page=page, address=address: submit(
                        client, page, {"email": address, "password": PASSPHRASE}
                    )
                )
                timed(lambda client=client: client.get("/today"))
                form = get_page(client, "/check-in")
                timed(lambda client=client: client.get("/check-in"))
                if form.select("form[action$='/check-in']"):
                    timed(
                        lambda client=client, form=form: submit(
                            client, form, {"tension": "4"}, form="form[action$='/check-in']"
                        )
                    )
                timed(lambda client=client: client.get("/today"))
                costs.append(spent)
            whole = [one for one in costs if len(one) == max(map(len, costs))]
            # The pages that were only read to fill a form in are taken off in proportion.
            share = sum(map(len, costs)) / (sum(map(len, costs)) + 2 * len(costs))
            used = (_cpu_of(_server_of(backend)) - database) * share
            return Visit(
                tuple(statistics.median(one[step] for one in whole) for step in range(len(whole[0]))),
                used / len(costs),
                round(statements * share / len(costs)),
            )


def main() -> None:
    """Measure, play, print."""
    visit = measure()
    click.echo(f"requests of a visit, ms of CPU: {', '.join(f'{1000 * one:.1f}' for one in visit.requests)}")
    click.echo(
        f"application {1000 * visit.application:.0f} ms, PostgreSQL {1000 * visit.database:.1f} ms, {visit.statements} statements"
    )
    click.echo(
        "| couples | visits in the hour | requests/s, fullest | application cores | database cores | p95 | worst |"
    )
    click.echo("|---|---|---|---|---|---|---|")
    for couples in (1_000, 10_000, 100_000, 1_000_000):
        one = hour(couples, visit)
        click.echo(
            f"| {one.couples:,} | {one.visits:,} | {one.a_second:.1f} | {one.application_cores} | "
            f"{one.database_cores:.2f} | {one.p95:.2f} s | {one.worst:.2f} s |"
        )


if __name__ == "__main__":
    main()
