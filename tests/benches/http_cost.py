"""What requests cost the server, beside two floors in the same run: `python -m tests.benches.http_cost`.

Processor time of the server's processes, request by request, in turns with the floors, so that a busy machine is as busy
for all of them. The ratio of a page is the median over rounds of its median by that of the floor of the same bytes.
"""

from __future__ import annotations

import http.client
import math
import os
import platform
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from statistics import median, quantiles
from urllib.parse import urlencode, urljoin

import click
import flask_migrate
import sqlalchemy as sa
from bs4 import BeautifulSoup
from flask import Flask

from clinic.actions.sign_ins import start_sign_in
from clinic.extensions import db
from clinic.models import Partner, Person
from clinic.tenancy import every_practice
from clinic.web import DEVICE_COOKIE
from tests.benches import worlds
from tests.benches.floors import STATEMENTS, settings
from tests.databases import postgresql
from wsgi import create_app

ROOT = Path(__file__).resolve().parents[2]
WORDS = "I would like ten quiet minutes when I come in."


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
        command = [
            str(Path(sys.executable).with_name("gunicorn")), "--worker-class", "gthread", "--workers", str(processes),
            "--threads", "8", "--bind", f"127.0.0.1:{self.port}", "--no-control-socket", "--log-level", "warning",
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
    import socket

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


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


class World:
    """A database with people in it, and the cookies of whoever is needed."""

    def __init__(self, url: str, couples: int, weeks: int, practice: int) -> None:
        self.url = url
        app = create_app(settings(url))
        self.app: Flask = app
        with app.app_context():
            flask_migrate.upgrade()
        worlds.tell(app, couples, weeks)
        self.couples = worlds.grow(app, practice)
        with app.app_context(), every_practice():
            found = worlds.made_up_couples()
            self.couple_ids = [str(one.id) for one in found]
            self.partners = list(
                db.session.scalars(
                    sa.select(Partner.person_id)
                    .join(Person, Person.id == Partner.person_id)
                    .where(Partner.couple_id.in_([one.id for one in found]), Person.joined_at.is_not(None))
                    .order_by(Partner.slot, Partner.couple_id)
                )
            )
            self.counsellor = found[0].counsellor_id
            self.first = str(found[0].id)
            self.counsellors = list(
                db.session.scalars(
                    sa.select(Person.id).where(Person.sign_in_address.like("%counsellor%")).limit(20)
                )
            )
            self.address = db.session.get_one(Person, self.partners[0]).sign_in_address or ""
            db.session.remove()

    def cookies(self, person_id: object) -> dict[str, str]:
        """What signing in leaves in a browser."""
        with self.app.app_context(), every_practice():
            person = db.session.get_one(Person, person_id)
            token = start_sign_in(person, device="d", device_name="Bench")
            db.session.remove()
        client = self.app.test_client()
        with client.session_transaction() as session:
            session.update(_user_id=token, _fresh=True)
        cookie = client.get_cookie("meanwhile")
        assert cookie is not None
        return {"meanwhile": cookie.value, DEVICE_COOKIE: "d"}

    def close(self) -> None:
        with self.app.app_context():
            db.session.remove()
            db.engine.dispose()


def requests_of(world: World, served: Served) -> dict[str, tuple[str, Callable[[], Reply]]]:
    """Every kind of request, with the kind of floor it is held against."""
    partner = Visitor(served, world.cookies(world.partners[0]))
    counsellor = Visitor(served, world.cookies(world.counsellor))
    others = iter([Visitor(served, world.cookies(one)) for one in world.partners[1:61]])
    couple = f"/c/couples/{world.first}"

    def seen(path: str, who: Visitor) -> Callable[[], Reply]:
        return lambda: checked(who.get(path), 200)

    def signing_in() -> Reply:
        stranger = Visitor(served, {})
        path, sent = stranger.form("/sign-in", email=world.address, password="evening walk by the canal")
        return checked(stranger.ask("POST", path, sent), 302, 303)

    def written(who: Visitor) -> str:
        links = BeautifulSoup(who.get("/today").body, "html.parser").select("main a[href^='/do/']")
        for link in links:
            page = who.get(str(link["href"]))
            for step in BeautifulSoup(page.body, "html.parser").select("main a[href^='/do/']"):
                shown = who.get(str(step["href"]))
                if BeautifulSoup(shown.body, "html.parser").select("main form textarea"):
                    return str(step["href"])
        raise RuntimeError("nothing to write")

    def draft() -> Reply:
        who = next(others)
        path, sent = who.form(written(who))
        boxes = [name for name, value in sent if not value and name not in ("csrf_token", "form_key")]
        return checked(
            who.ask("POST", f"{path.split('?')[0]}/draft", [*sent, *((box, WORDS) for box in boxes)]),
            200,
            204,
        )

    def thanks() -> Reply:
        path, sent = partner.form("/thanks/new", what=WORDS, visibility="private")
        return checked(partner.ask("POST", path, sent), 302, 303)

    def check_in() -> Reply:
        who = next(others)
        path, sent = who.form("/check-in", closeness="6", understood="5", tension="4", hope="7")
        return checked(who.ask("POST", path, sent), 302, 303)

    def giving() -> Reply:
        path, sent = counsellor.form(
            f"/c/assign/gentle-questions?couple={world.first}",
            for_whom="A",
            repeat="once",
            sharing_limit="counsellor",
        )
        return checked(counsellor.ask("POST", path, sent), 302, 303)

    return {
        "sign in": ("answer", signing_in),
        "Today": ("page", seen("/today", partner)),
        "save a draft": ("answer", draft),
        "send words (a thank-you)": ("answer", thanks),
        "check-in": ("answer", check_in),
        "board of a caseload of 40": ("page", seen("/c", counsellor)),
        "couple page": ("page", seen(couple, counsellor)),
        "signs": ("page", seen(f"{couple}/signs", counsellor)),
        "brief": ("page", seen(f"{couple}/brief", counsellor)),
        "brief as PDF": ("page", seen(f"{couple}/brief.pdf", counsellor)),
        "assign": ("answer", giving),
    }


def checked(reply: Reply, *wanted: int) -> Reply:
    """What came back, when it is what was asked for. Raises RuntimeError otherwise: a refusal is quick and no measure."""
    if reply.status not in wanted:
        said = " ".join(BeautifulSoup(reply.body, "html.parser").get_text(" ").split())
        raise RuntimeError(f"{reply.status} instead of {wanted}: {said[:300]}")
    return reply


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


@dataclass(frozen=True)
class Mix:
    """How two hundred partners and twenty counsellors fared together."""

    requests: int
    errors: int
    accepted: int
    new_rows: int
    seconds: float
    cpu: float
    wall: tuple[float, ...]

    def __str__(self) -> str:
        cuts = quantiles([one * 1000 for one in self.wall], n=100, method="inclusive")
        return (
            f"{self.requests} requests in {self.seconds:.0f} s ({self.requests / self.seconds:.0f} a second),"
            f" {self.errors} errors, {self.accepted} accepted = {self.new_rows} new rows,"
            f" {self.cpu / self.requests * 1000:.1f} ms of processor a request,"
            f" p50 / p95 / p99 {cuts[49]:.0f} / {cuts[94]:.0f} / {cuts[98]:.0f} ms"
        )


def mix(world: World, served: Served, seconds: float, partners: int = 200, counsellors: int = 20) -> Mix:
    """Each partner and counsellor pauses for two seconds or so, and now and then a partner sends words."""
    people = [(Visitor(served, world.cookies(one)), True) for one in world.partners[:partners]]
    people += [(Visitor(served, world.cookies(one)), False) for one in world.counsellors[:counsellors]]
    walls: list[float] = []
    accepted, errors = [0], list[str]()
    lock, until = threading.Lock(), time.monotonic() + seconds

    def live(who: Visitor, is_partner: bool, chance: Random) -> None:
        time.sleep(chance.random() * 4)
        while time.monotonic() < until:
            try:
                if is_partner and chance.random() < 0.2:
                    path, sent = who.form("/thanks/new", what=WORDS, visibility="private")
                    reply = who.ask("POST", path, sent)
                    with lock:
                        accepted[0] += reply.status in (302, 303)
                else:
                    reply = who.get(
                        chance.choice(("/today", "/today", "/thanks", "/me")) if is_partner else "/c"
                    )
                with lock:
                    walls.append(reply.wall)
                    if reply.status not in (200, 302, 303):
                        errors.append(str(reply.status))
            except (OSError, http.client.HTTPException) as problem:
                with lock:
                    errors.append(repr(problem))
                return
            time.sleep(chance.uniform(1, 3))

    before, cpu, began = rows_of(world), served.cpu(), time.monotonic()
    threads = [
        threading.Thread(target=live, args=(*one, Random(number))) for number, one in enumerate(people)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return Mix(
        len(walls), len(errors), accepted[0], rows_of(world) - before, time.monotonic() - began,
        served.cpu() - cpu, tuple(walls),
    )  # fmt: skip


def rows_of(world: World) -> int:
    """How many entries there are."""
    with world.app.app_context(), every_practice():
        found = db.session.execute(sa.text("SELECT count(*) FROM entry")).scalar_one()
        db.session.remove()
    return int(found)


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
