"""Two acts that arrive at once: the second begins while the first is not committed, in either order.

The first is stopped at the moment before its commit, and goes on when the second has ended or had time to get
as far as it can.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from flask import Flask

from clinic.errors import Conflict, NotFound
from clinic.extensions import before_commit

Act = Callable[[], object]
# Long enough for the second to come as far as it gets, short enough for SQLite, which gives up after five seconds.
HEAD_START = 0.7


@contextmanager
def stopping_before_its_commit(reached: threading.Event, go_on: threading.Event) -> Iterator[None]:
    """The thread named "first" stops when all its act is done but for the commit."""

    def stop() -> None:
        if threading.current_thread().name == "first":
            reached.set()
            go_on.wait(HEAD_START)

    before_commit.append(stop)
    try:
        yield
    finally:
        before_commit.remove(stop)


def at_once(app: Flask, first: Act, second: Act) -> list[type[Exception] | None]:
    """Let the second begin while the first is not committed; what each was refused with, or None."""
    refused: dict[str, type[Exception] | None] = {}
    reached, go_on = threading.Event(), threading.Event()

    def run(act: Act) -> None:
        name = threading.current_thread().name
        refused[name] = None
        with app.app_context():
            try:
                act()
            except (Conflict, NotFound) as problem:
                refused[name] = type(problem)
            finally:
                # Whoever was refused never gets to the commit, and nobody may wait for it.
                (reached if name == "first" else go_on).set()

    with stopping_before_its_commit(reached, go_on):
        threads = [
            threading.Thread(target=run, args=(act,), name=name)
            for name, act in (("first", first), ("second", second))
        ]
        threads[0].start()
        assert reached.wait(20)
        threads[1].start()
        for thread in threads:
            thread.join(20)
            assert not thread.is_alive()
    return [refused["first"], refused["second"]]
