"""What requests cost the server, beside two floors in the same run: `python -m tests.benches.http_cost`.

Processor time of the server's processes, request by request, in turns with the floors, so that a busy machine is as busy
for all of them. The ratio of a page is the median over rounds of its median by that of the floor of the same bytes.
"""

from __future__ import annotations

import math
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles

import click
import sqlalchemy as sa

from tests.benches.asked import WORDS, World, checked, requests_of
from tests.benches.mixed import mix
from tests.benches.serving import ROOT, Reply, Served, Visitor
from tests.databases import postgresql


@dataclass
class Row:
    """What was measured of one request."""

    name: str
    floor: str
    cpu: list[float] = field(default_factory=list)
    wall: list[float] = field(default_factory=list)
    by_bare: list[float] = field(default_factory=list)
    by_floor: list[float] = field(default_factory=list)
    statements: int = 0
    size: int = 0

    def line(self) -> str:
        """As it stands in the table."""
        cuts = quantiles([one * 1000 for one in self.wall], n=100, method="inclusive")
        return (
            f"| {self.name} | {self.statements} | {self.size:,} | {median(self.cpu) * 1000:.1f} |"
            f" {median(self.by_bare):.0f} | **{median(self.by_floor):.1f}** |"
            f" {cuts[49]:.0f} / {cuts[94]:.0f} / {cuts[98]:.0f} |"
        )


def measure(
    world: World, served: Served, floor: Served, rounds: int, times: int, only: tuple[str, ...] = ()
) -> list[Row]:
    """Every request in turns with both floors."""
    rows = []
    visitor = Visitor(floor, {})
    token = visitor.get("/in/7").body.decode()
    for name, (kind, act) in requests_of(world, served).items():
        if only and name not in only:
            continue
        row = Row(name, kind)
        first = act()
        row.statements, row.size = first.statements, len(first.body)

        def bare(size: int = row.size) -> Reply:
            return checked(visitor.get(f"/bare/{size}"), 200)

        def beside(kind: str = kind, size: int = row.size) -> Reply:
            if kind == "page":
                return checked(visitor.get(f"/page/{size}"), 200)
            sent = [("csrf_token", token), ("title", WORDS), ("done", "1")]
            return checked(visitor.ask("POST", "/answer", sent), 204)

        for number in range(rounds):
            found: dict[str, float] = {}
            acts: list[tuple[str, Callable[[], Reply], int]]
            acts = [("bare", bare, times), ("floor", beside, times), ("app", act, max(2, times // 4))]
            for which, one, often in acts if number % 2 else reversed(acts):
                replies = [one() for _ in range(often)]
                found[which] = median(reply.cpu for reply in replies)
                if which == "app":
                    row.cpu += [reply.cpu for reply in replies]
                    row.wall += [reply.wall for reply in replies]
            row.by_bare.append(found["app"] / found["bare"])
            row.by_floor.append(found["app"] / found["floor"])
        click.echo(row.line())
        rows.append(row)
    return rows


@contextmanager
def databases(kind: str, folder: Path) -> Iterator[tuple[Callable[[str], str], int]]:
    """Where new databases come from, and how many processes serve them."""
    if kind == "sqlite":
        yield lambda name: f"sqlite:///{folder / name}.sqlite", 1
        return
    with postgresql() as server:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            server._run(f"ALTER SYSTEM RESET {setting}")
        server._run("SELECT pg_reload_conf()")
        yield lambda name: server.bare(), 2


def exponent(sizes: list[float], costs: list[float]) -> float:
    """How cost grows with size: 0 is flat, 1 in step."""
    x, y = [math.log(one) for one in sizes], [math.log(one) for one in costs]
    mx, my = sum(x) / len(x), sum(y) / len(y)
    return sum((a - mx) * (b - my) for a, b in zip(x, y, strict=True)) / sum((a - mx) ** 2 for a in x)


def machine() -> str:
    """The machine in general words."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{os.cpu_count()} cores of {platform.machine()}, {memory:.0f} GB of memory, Python {platform.python_version()},"
        f" SQLAlchemy {sa.__version__}; load {os.getloadavg()[0]:.1f} when it began"
    )


@click.command()
@click.option("--database", "kinds", multiple=True, default=["sqlite", "postgresql"], help="Which ones.")
@click.option("--couples", default=100, show_default=True, help="Told one by one; they are the caseloads.")
@click.option(
    "--practice", "sizes", multiple=True, type=int, default=[100, 1000, 10_000], help="Couples in all."
)
@click.option(
    "--weeks", "spans", multiple=True, type=int, default=[26, 260], help="How long couples have come."
)
@click.option("--rounds", default=5, show_default=True)
@click.option("--times", default=20, show_default=True, help="Requests to a floor in each round.")
@click.option("--mix-seconds", default=30.0, show_default=True, help="0 leaves the mixed load out.")
@click.option("--only", multiple=True, help="Measure these requests alone.")
def main(
    kinds: tuple[str, ...],
    couples: int,
    sizes: tuple[int, ...],
    spans: tuple[int, ...],
    rounds: int,
    times: int,
    mix_seconds: float,
    only: tuple[str, ...],
) -> None:
    """Measure and print tables, as they stand in docs/performance.md."""
    click.echo(machine())
    head = "| request | SQL | bytes | CPU ms | x bare | x floor | p50 / p95 / p99 ms |\n|---|---|---|---|---|---|---|"
    for kind in kinds:
        flat: dict[str, dict[tuple[int, int], float]] = {}
        for weeks in spans:
            # Growing a practice and growing a history are two questions; the long history is asked of the smallest.
            for practice in sizes if weeks == spans[0] else sizes[:1]:
                with tempfile.TemporaryDirectory(prefix="meanwhile-bench-") as place, ExitStack() as open_now:
                    folder = Path(place)
                    make, processes = open_now.enter_context(databases(kind, folder))
                    world = World(make("world"), couples, weeks, practice)
                    open_now.callback(world.close)
                    url = {"DATABASE_URL": world.url}
                    floor_url = {"FLOOR_DATABASE_URL": make("floor")}
                    fill = [sys.executable, "-c", "from tests.benches.floors import floor; floor()"]
                    subprocess.run(
                        fill, cwd=ROOT, env={**os.environ, **floor_url, "FLOOR_FILL": "1"}, check=True
                    )
                    served = Served("application", url, processes, folder / "log")
                    open_now.callback(served.stop)
                    floor = Served("floor", floor_url, processes, folder / "log")
                    open_now.callback(floor.stop)
                    click.echo(f"\n### {kind}, {world.couples:,} couples, {weeks} weeks\n\n{head}")
                    for row in measure(world, served, floor, rounds, times, only):
                        flat.setdefault(row.name, {})[world.couples, weeks] = median(row.by_floor)
                    if mix_seconds and weeks == spans[0] and practice == sizes[0]:
                        click.echo(f"\nMixed load: {mix(world, served, mix_seconds)}")
                    click.echo(
                        f"\nOwn memory: {served.memory():.0f} MB a process, the floor's {floor.memory():.0f}"
                    )
        say_flatness(kind, flat)


def say_flatness(kind: str, flat: Mapping[str, Mapping[tuple[int, int], float]]) -> None:
    """Exponents over the size of the practice and over the length of the history."""
    click.echo(f"\n### {kind}: cost grows with\n\n| request | couples ^ | weeks ^ |\n|---|---|---|")
    for name, costs in flat.items():
        weeks = min(span for _, span in costs)
        by_size = {size: cost for (size, span), cost in costs.items() if span == weeks}
        smallest = min(by_size)
        by_span = {span: cost for (size, span), cost in costs.items() if size == smallest or span != weeks}
        told = [
            f"{exponent([float(one) for one in found], list(found.values())):.2f}" if len(found) > 1 else ""
            for found in (by_size, by_span)
        ]
        click.echo(f"| {name} | {told[0]} | {told[1]} |")


if __name__ == "__main__":
    main()
