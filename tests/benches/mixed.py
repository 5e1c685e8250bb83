"""Two hundred partners and twenty counsellors at once, with a worker beside them as there always is."""

from __future__ import annotations

import http.client
import threading
import time
from collections import Counter
from dataclasses import dataclass
from random import Random
from statistics import quantiles

import sqlalchemy as sa

from clinic.extensions import db
from clinic.tenancy import every_practice
from tests.benches.asked import WORDS, World
from tests.benches.serving import Served, Visitor

# Seconds between two rounds of the worker: three times as often as it comes by itself.
KEPT_EVERY = 10.0


@dataclass(frozen=True)
class Mix:
    """How two hundred partners and twenty counsellors fared together."""

    requests: int
    errors: Counter[str]
    accepted: int
    new_rows: int
    seconds: float
    cpu: float
    wall: tuple[float, ...]

    def __str__(self) -> str:
        cuts = quantiles([one * 1000 for one in self.wall], n=100, method="inclusive")
        return (
            f"{self.requests} requests in {self.seconds:.0f} s ({self.requests / self.seconds:.0f} a second),"
            f" {self.told_of_errors()}, {self.accepted} accepted = {self.new_rows} new rows,"
            f" {self.cpu / self.requests * 1000:.1f} ms of processor a request,"
            f" p50 / p95 / p99 {cuts[49]:.0f} / {cuts[94]:.0f} / {cuts[98]:.0f} ms"
        )

    def told_of_errors(self) -> str:
        """How many, and of which kinds: a busy machine makes other ones than a program that is wrong."""
        kinds = ", ".join(f"{times} x {kind}" for kind, times in sorted(self.errors.items()))
        return f"{self.errors.total()} errors" + (f" ({kinds})" if kinds else "")


def mix(world: World, served: Served, seconds: float, partners: int = 200, counsellors: int = 20) -> Mix:
    """Each partner and counsellor pauses for two seconds or so, and now and then a partner sends words."""
    people = [(Visitor(served, world.cookies(one)), True) for one in world.partners[:partners]]
    people += [(Visitor(served, world.cookies(one)), False) for one in world.counsellors[:counsellors]]
    walls: list[float] = []
    accepted, errors = [0], Counter[str]()
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
                        errors[str(reply.status)] += 1
            except (OSError, http.client.HTTPException) as problem:
                with lock:
                    errors[repr(problem)] += 1
                return
            time.sleep(chance.uniform(1, 3))

    def keep() -> None:
        while time.monotonic() < until:
            world.keep()
            time.sleep(KEPT_EVERY)

    threading.Thread(target=keep, daemon=True).start()
    before, cpu, began = rows_of(world), served.cpu(), time.monotonic()
    threads = [
        threading.Thread(target=live, args=(*one, Random(number))) for number, one in enumerate(people)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return Mix(
        len(walls), errors, accepted[0], rows_of(world) - before, time.monotonic() - began,
        served.cpu() - cpu, tuple(walls),
    )  # fmt: skip


def rows_of(world: World) -> int:
    """How many entries there are."""
    with world.app.app_context(), every_practice():
        found = db.session.execute(sa.text("SELECT count(*) FROM entry")).scalar_one()
        db.session.remove()
    return int(found)
