"""Requests by chance of everybody to everything: never a server error, and never an answer that takes two seconds (G11)."""

from __future__ import annotations

import itertools
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import time_machine
from flask import Flask
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from sqlalchemy import update
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from clinic.extensions import db
from clinic.models import SignIn
from tests.cast import Cast
from tests.conftest import EVENING
from tests.databases import Databases, app_on, shared_app_on
from tests.forms import encoded
from tests.hostile.generated import Asked, requests
from tests.test_matrix import KeptWorld, make_world, signed_in
from tests.trust import Progress, Proves, Sized, is_big

pytestmark = [pytest.mark.slow, pytest.mark.timeout(0 if is_big() else 600)]

AT_ONCE = 20
SLOW = 2.0
SCHEDULING = Path("/proc/thread-self/schedstat")


@pytest.fixture
def kept(databases: Databases, kept_cast: tuple[str, Cast]) -> KeptWorld:
    """Something of everything, and everybody signed in."""
    url = databases.copy(kept_cast[0])
    with time_machine.travel(EVENING, tick=False), app_on(url) as app:
        return make_world(app, url, kept_cast[1])


@contextmanager
def on_a_copy(kept: KeptWorld, databases: Databases) -> Iterator[Flask]:
    """The world as it was made, whatever the requests before have done to theirs."""
    url = databases.copy(kept.url)
    with shared_app_on(url) as app:
        app.config["PROPAGATE_EXCEPTIONS"] = False  # A fault shall be counted and not end the run.
        app.config["WTF_CSRF_ENABLED"] = False  # So that the forms are reached.
        yield app
    databases.drop(url)


def waited_for_a_processor() -> float:
    """So many seconds has this thread been ready to go on while others had the processors, as the kernel counts them.

    Only this much of an answer's time is the fault of what else the machine does; on any other system it is nothing.
    """
    try:
        return int(SCHEDULING.read_text().split()[1]) / 1e9
    except OSError:
        return 0.0


def send(app: Flask, kept: KeptWorld, asked: Asked) -> TestResponse:
    client = signed_in(app, kept.sign_ins, asked.actor)
    body: dict[str, Any] = {}
    fields = [*asked.form, ("form_key", "0" * 32)]
    if asked.kind == "form":
        body = {"data": encoded(fields), "content_type": "application/x-www-form-urlencoded"}
    elif asked.kind == "multipart":
        text = [
            (name, value if isinstance(value, str) else value.decode("latin-1")) for name, value in fields
        ]
        body = {"data": MultiDict(text), "content_type": "multipart/form-data"}
    elif asked.kind == "json":
        body = {"json": {name: repr(value) for name, value in fields}}
    elif asked.kind == "text":
        body = {"data": encoded(fields), "content_type": "text/plain"}
    return client.open(asked.path, method=asked.method, query_string=encoded(asked.query).decode(), **body)


def stay_signed_in(app: Flask) -> None:
    """A request may have ended anybody's sign-in; the next ones shall not all be refused for it."""
    with app.app_context():
        db.session.execute(update(SignIn).values(ended_at=None, last_seen_at=EVENING, created_at=EVENING))
        db.session.commit()


@pytest.mark.both_databases
def test_no_request_is_answered_by_a_fault_or_slowly(
    kept: KeptWorld,
    databases: Databases,
    proves: Proves,
    progress: Progress,
    sized: Sized,
    database_kind: str,
) -> None:
    number, chance = sized(300, 25_000), int(time.time()) if is_big() else 20_260_916
    statuses: Counter[int] = Counter()
    # By the clock on the wall, and how much of that was waiting for a processor that others had.
    slowest: list[tuple[float, float, Asked]] = []
    faults: list[str] = []
    for chunk in itertools.count():
        if sum(statuses.values()) >= number:
            break
        with time_machine.travel(EVENING, tick=False), on_a_copy(kept, databases) as app:

            @seed(chance + chunk)
            @settings(
                max_examples=min(50, number // AT_ONCE),
                phases=[Phase.generate],
                database=None,
                suppress_health_check=list(HealthCheck),
            )
            @given(st.lists(requests(kept.world.ids), min_size=AT_ONCE, max_size=AT_ONCE))
            def ask(together: list[Asked]) -> None:
                stay_signed_in(app)
                for asked in together:
                    began, waited = time.perf_counter(), waited_for_a_processor()
                    reply = send(app, kept, asked)
                    reply.close()
                    took, waited = time.perf_counter() - began, waited_for_a_processor() - waited
                    slowest.append((took - waited, took, asked))
                    statuses[reply.status_code] += 1
                    if reply.status_code >= 500:
                        faults.append(f"{reply.status_code}: {asked!r}")
                slowest.sort(key=lambda one: -one[0])
                del slowest[5:]

            ask()
        progress(f"{sum(statuses.values()):,} requests on {database_kind}, {len(faults)} server errors")
    total = sum(statuses.values())
    ours = sum(number for status, number in statuses.items() if status < 400 or status in (409, 422))
    proves(
        "R27 bad input is refused with a sentence, and never ends in a server error",
        f"{total:,} requests by chance on {database_kind} by 10 actors ({ours:,} reached a page or a form), "
        f"{len(faults)} server errors, slowest {1000 * slowest[0][0]:.0f} ms "
        f"({1000 * slowest[0][1]:.0f} ms with the wait for a processor that others had; seed {chance})",
    )
    assert not faults, "\n".join(sorted(set(faults))[:20])
    # Without the whole machine to itself a small run says nothing about time.
    assert not is_big() or slowest[0][0] < SLOW, slowest[0]
