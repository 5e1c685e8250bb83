"""The database locked, full, damaged, or cut off from its disk: never "saved" without a row, and no word is lost (G6, R37)."""

from __future__ import annotations

import json
import os
import random
import resource
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from html import unescape
from pathlib import Path
from uuid import uuid4

import pytest
from bs4 import BeautifulSoup
from sqlalchemy.engine import make_url

from tests.databases import SQLiteFiles
from tests.faults.ledger import Found, Ledger, compare, new_word, writing
from tests.faults.serving import Browser, Reply, Served, World, populate, serving, wait_until
from tests.faults.tracing import is_traced, strace
from tests.trust import Proves, Sized

pytestmark = [pytest.mark.slow]
HOLDER = Path(__file__).with_name("holder.py")
THANKS = "/thanks/new"


@pytest.fixture(scope="module")
def shared_world(sqlite_files: SQLiteFiles) -> World:
    """One for the faults that leave a database as they found it."""
    return populate(sqlite_files.fresh())


@pytest.fixture(scope="module")
def served(shared_world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(shared_world.url, tmp_path_factory.mktemp("served")) as running:
        yield running


def file_of(world: World) -> Path:
    return Path(make_url(world.url).database or "")


def a_thank_you(word: str) -> dict[str, str]:
    """A form as it was rendered, with somebody's words in it."""
    words = f"They said {word} & <smiled>"
    return {"what": words, "meant": "", "visibility": "private", "version": "0", "form_key": uuid4().hex}


def sent_again(browser: Browser, refused: Reply) -> Reply:
    """What the one button of the page "This was not saved" sends."""
    form = BeautifulSoup(refused.text, "html.parser").select_one("main form[method=post]")
    assert form is not None
    fields = {str(one["name"]): str(one.get("value", "")) for one in form.select("input[name]")}
    return browser.post(str(form["action"]), fields)


def assert_honest(refused: Reply, word: str) -> None:
    """503, not saved, come again, and one's own words on the page."""
    assert refused.status == 503, (refused.status, refused.text[:300])
    assert int(refused.headers["retry-after"]) > 0
    assert "This was not saved" in refused.text
    shown = BeautifulSoup(refused.text, "html.parser").select_one("main blockquote")
    assert shown is not None
    assert shown.get_text(strip=True) == f"They said {word} & <smiled>"
    assert "Traceback" not in refused.text
    assert "sqlite" not in unescape(refused.text).casefold()


def rows_with(world: World, *words: str) -> Found:
    """What became of these words, all of which were acknowledged."""
    return compare(world, Ledger(acknowledged=set(words)))


# --- Locked.


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Somebody else writes, and does not stop."""
    holder = subprocess.Popen(
        [sys.executable, str(HOLDER), str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    with holder:
        assert holder.stdout is not None
        assert holder.stdin is not None
        assert holder.stdout.readline() == b"held\n"
        try:
            yield
        finally:
            holder.stdin.close()
            holder.wait()


def test_a_locked_database_says_so_and_keeps_the_words(
    shared_world: World, served: Served, proves: Proves
) -> None:
    browser, word = shared_world.browser(shared_world.cast.sam, served.address), new_word()
    browser.get("/thanks")
    with locked(file_of(shared_world)):
        refused = browser.post(THANKS, a_thank_you(word))
        read = browser.get("/today")
    accepted = sent_again(browser, refused)
    found = rows_with(shared_world, word)
    proves(
        "R37 honest failure",
        f"database locked: {refused.status}, Retry-After {refused.headers.get('retry-after')}, words kept; reading "
        f"{read.status}; sent again {accepted.status}, {len(found.lost)} lost, {len(found.doubled)} doubled",
    )
    assert_honest(refused, word)
    assert read.status == 200
    assert accepted.is_acknowledged
    assert found.is_whole


# --- Full.


@contextmanager
def full(served: Served, path: Path) -> Iterator[None]:
    """No file of the application may grow any more, for as long as the block lasts."""
    log = path.with_name(path.name + "-wal")
    (worker,) = served.workers()
    before = resource.prlimit(worker, resource.RLIMIT_FSIZE)
    grown = min(one.stat().st_size for one in (path, log) if one.exists())
    resource.prlimit(worker, resource.RLIMIT_FSIZE, (min(grown, 4096), before[1]))
    try:
        yield
    finally:
        resource.prlimit(worker, resource.RLIMIT_FSIZE, before)


def test_a_full_disk_says_so_and_goes_on_when_there_is_room(
    shared_world: World, served: Served, proves: Proves, sized: Sized
) -> None:
    times, words, replies = sized(3, 80), [], []
    for number in range(times):
        # By turns, since a person may keep a hundred thank-yous a day, and they share this world with other tests.
        browser = shared_world.browser(shared_world.partners[number % 8], served.address)
        browser.get("/thanks")
        words.append(new_word())
        with full(served, file_of(shared_world)):
            replies.append(browser.post(THANKS, a_thank_you(words[-1])))
            read = browser.get("/today")
            assert read.status == 200, "reading goes on"
        assert sent_again(browser, replies[-1]).is_acknowledged
    found = rows_with(shared_world, *words)
    proves(
        "R37 honest failure",
        f"no room to write, {times} times: {sum(one.status == 503 for one in replies)} × 503 with the words, "
        f"all saved when there was room, {len(found.lost)} lost, {len(found.doubled)} doubled",
    )
    for word, reply in zip(words, replies, strict=True):
        assert_honest(reply, word)
    assert found.is_whole


# --- Damaged.


def test_a_damaged_page_is_noticed_and_never_shown_as_something_else(
    sqlite_files: SQLiteFiles, tmp_path: Path, proves: Proves, sized: Sized
) -> None:
    """Pages of the file are overwritten in turn. A reader gets the page as it was, or a plain 503 or 500 page."""
    world, word, chance = populate(sqlite_files.fresh()), new_word(), random.Random(7)
    with serving(world.url, tmp_path) as served:
        sam = world.browser(world.cast.sam, served.address)
        assert sam.post(THANKS, a_thank_you(word)).is_acknowledged
    path = file_of(world)
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        root = dict(
            connection.execute("SELECT name, rootpage FROM sqlite_master WHERE rootpage > 0").fetchall()
        )
        (size,) = connection.execute("PRAGMA page_size").fetchone()
    connection.close()
    sound = path.read_bytes()
    pages = [root["entry"], root["sign_in"], *chance.sample(range(2, len(sound) // size), sized(0, 40))]
    shown, refused = 0, 0
    for page in pages:
        at = (page - 1) * size
        path.write_bytes(sound[:at] + chance.randbytes(min(size, 2048)) + sound[at + min(size, 2048) :])
        with serving(world.url, tmp_path) as served:
            reply = world.browser(world.cast.sam, served.address).get("/thanks")
            log = served.log.read_text()
        if reply.status == 200:
            shown += 1
            assert f"They said {word} &amp; &lt;smiled&gt;" in reply.text, f"page {page}"
        else:
            refused += 1
            assert reply.status in (302, 503), f"page {page}: {reply.status}\n{log[-1500:]}"
            assert word not in reply.text
            assert reply.status == 302 or "damaged" in log or "database:" in log
    proves(
        "Damage is noticed",
        f"{len(pages)} pages of the database overwritten in turn: {shown} times nothing of this reader's was on it, "
        f"{refused} times refused, 0 wrong words shown",
    )
    assert refused
    for end in ("-wal", "-shm"):
        path.with_name(path.name + end).unlink(missing_ok=True)
    path.write_bytes(sound)


# --- Cut off from its disk, call by call.


CALLS = "pwrite64,fsync,fdatasync,ftruncate"
# A connection of its own is opened anew after one has failed.
EACH_CALL = f"{CALLS},openat"
FAULTS = ("error=EIO", "error=ENOSPC", "error=EROFS", "error=EINTR", "signal=SIGKILL")


@contextmanager
def failing(path: Path, worker: int, inject: str) -> Iterator[None]:
    """What the kernel answers about a database's files, for as long as the block lasts."""
    with _traced(path, worker, f"inject={inject}", os.devnull):
        yield


@contextmanager
def _traced(path: Path, worker: int, what: str, told: str) -> Iterator[None]:
    tracing = subprocess.Popen(
        [strace(), "-f", "-qq", "-o", told, "-e", what, "-P", str(path), "-P", f"{path}-wal", "-p", str(worker)],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    wait_until(lambda: is_traced(worker) or tracing.poll() is not None, "strace to be there")
    try:
        yield
    finally:
        tracing.terminate()  # It lets go of what it traced, and has written what it saw.
        try:
            tracing.wait(10)
        except subprocess.TimeoutExpired:
            # What it traced was killed in the very moment it let go of it. It would wait for that for ever.
            tracing.kill()
            tracing.wait()


def calls_of_a_form(world: World, served: Served, folder: Path) -> int:
    """How often a form that is saved asks for its disk."""
    told, (worker,) = folder / "calls.txt", served.workers()
    browser = world.browser(world.partners[0], served.address)
    browser.get("/thanks")
    with _traced(file_of(world), worker, f"trace={EACH_CALL}", str(told)):
        assert browser.post(THANKS, a_thank_you(new_word())).is_acknowledged
    return len(told.read_text().splitlines())


@pytest.mark.trust
def test_a_file_system_that_turns_read_only_says_so_and_reading_goes_on(
    shared_world: World, served: Served, proves: Proves, sized: Sized
) -> None:
    """As a kernel does with a disk that fails: every write is refused, until somebody has put it right."""
    wait_until(served.answers, "the application to be usable")
    times, words, replies = sized(1, 20), [], []
    for number in range(times):
        browser = shared_world.browser(shared_world.partners[number % 8], served.address)
        browser.get("/thanks")
        words.append(new_word())
        (worker,) = served.workers()
        with failing(file_of(shared_world), worker, f"{CALLS}:error=EROFS"):
            replies.append(browser.post(THANKS, a_thank_you(words[-1])))
            assert browser.get("/today").status == 200, "reading goes on"
        assert sent_again(browser, replies[-1]).is_acknowledged
    found = rows_with(shared_world, *words)
    proves(
        "R37 honest failure",
        f"file system read-only, {times} times: {sum(one.status == 503 for one in replies)} × 503 with the words, reading "
        f"goes on, all saved afterwards, {len(found.lost)} lost, {len(found.doubled)} doubled",
    )
    for word, reply in zip(words, replies, strict=True):
        assert_honest(reply, word)
    assert found.is_whole


@pytest.mark.trust
@pytest.mark.parametrize("fault", FAULTS)
def test_each_call_to_the_disk_that_fails_is_told(
    shared_world: World, served: Served, tmp_path: Path, proves: Proves, sized: Sized, fault: str
) -> None:
    """Each write, sync, truncation and opening of a submission fails in turn, round and round: the reply is true."""
    path, number = file_of(shared_world), sized(3, 300)
    calls = calls_of_a_form(shared_world, served, tmp_path)
    words, said, known = [], {"saved": 0, "not saved": 0, "no reply": 0}, Ledger()
    for nth in range(1, number + 1):
        wait_until(served.answers, "the application to be usable again")
        browser = shared_world.browser(shared_world.partners[nth % 8], served.address)
        browser.get("/thanks")
        (worker,) = served.workers()
        words.append(new_word())
        with failing(path, worker, f"{EACH_CALL}:{fault}:when={(nth - 1) % calls + 1}"):
            try:
                reply = browser.post(THANKS, a_thank_you(words[-1]))
            except Exception:  # The connection is gone with the worker.
                said["no reply"] += 1
            else:
                if reply.is_acknowledged:
                    said["saved"] += 1
                    known.acknowledged.add(words[-1])
                else:
                    said["not saved"] += 1
                    assert_honest(reply, words[-1])
    found = compare(shared_world, known)
    proves(
        "R37 honest failure",
        f"each of the {calls} calls of a form to its disk failed in turn, {number} times in all: {fault.split('=')[1]}: "
        f"{said['saved']} said saved and "
        f"were, {said['not saved']} said not saved with the words, {said['no reply']} without a reply; "
        f"{len(found.lost)} lost, {len(found.doubled)} doubled",
    )
    assert found.is_whole
    assert said["not saved"] or said["no reply"], "nothing failed, so nothing was proved"


# --- The same form many times.


def test_fifty_equal_forms_count_once(
    shared_world: World, served: Served, proves: Proves, sized: Sized
) -> None:
    rounds, times = sized(1, 40), 50
    words, replies = [], []
    for number in range(rounds):
        first = shared_world.browser(shared_world.partners[number % 8], served.address)
        first.get("/me")
        first.post("/no-such-page", {})
        words.append(new_word())
        form = a_thank_you(words[-1])
        with ThreadPoolExecutor(times) as together:
            replies += list(together.map(lambda _: _patient(first, form), range(times)))  # noqa: B023 (done at once)
    found = rows_with(shared_world, *words)
    proves(
        "R35 exactly once",
        f"{rounds} × {times} equal forms at once: {sum(one.is_acknowledged for one in replies)} acknowledged, "
        f"{len(found.lost)} lost, {len(found.doubled)} doubled",
    )
    assert found.is_whole
    assert all(one.is_acknowledged for one in replies), {one.status for one in replies}


def _patient(browser: Browser, form: dict[str, str]) -> Reply:
    reply = browser.post(THANKS, form)
    while reply.status == 503:
        reply = browser.post(THANKS, form)
    return reply


def test_two_windows_never_overwrite_each_other(
    shared_world: World, served: Served, proves: Proves, sized: Sized
) -> None:
    """Both windows know version 0. The one that comes second is shown the newer words and loses none of its own."""
    person, rounds = shared_world.cast.nia, sized(3, 200)
    windows = [shared_world.browser(person, served.address) for _ in range(2)]
    path = f"/do/{shared_world.work[person.id]}/answer"
    version, conflicts = "0", 0
    for number in range(rounds):
        kept = windows[0].post(f"{path}/draft", {"text": f"first window {number}", "version": version})
        assert kept.status == 200
        other = windows[1].post(f"{path}/draft", {"text": f"second window {number}", "version": version})
        conflicts += other.status == 409
        assert f"first window {number}" in other.text
        page = windows[1].post(path, {"text": f"second window {number}", "version": version})
        assert page.status == 422
        assert f"first window {number}" in page.text
        assert f"second window {number}" in page.text
        version = str(json.loads(other.text)["version"])
    proves(
        "R36 no lost update",
        f"two windows, {rounds} rounds: {conflicts} of {rounds} second savings were shown both texts, 0 overwritten",
    )
    assert conflicts == rounds


@pytest.mark.trust
def test_a_load_on_a_database_that_locks_and_fills_loses_nothing(
    world: World, tmp_path: Path, proves: Proves, sized: Sized
) -> None:
    rounds = sized(1, 25)
    with serving(world.url, tmp_path) as served, writing(world, served) as ledger:
        for _ in range(rounds):
            for fault in (locked(file_of(world)), full(served, file_of(world))):
                seen = len(ledger.refusals)
                with fault:
                    wait_until(lambda: len(ledger.refusals) > seen, "a refusal")  # noqa: B023 (done at once)
                kept = len(ledger.acknowledged)
                wait_until(lambda: len(ledger.acknowledged) > kept, "an acknowledgement")  # noqa: B023 (done at once)
    found = compare(world, ledger)
    proves(
        "R37 honest failure",
        f"{rounds} × locked and full under load: {len(ledger.acknowledged):,} acknowledged, refusals "
        f"{dict(ledger.statuses)}, {len(found.lost)} lost, {len(found.doubled)} doubled",
    )
    assert found.is_whole
    assert not ledger.dishonest
