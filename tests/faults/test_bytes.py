"""What is left in the bytes: of somebody who was erased, and of words that only their author may read (G8, G15)."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable, Iterator
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.engine import make_url

from assignments.actions.entries import save_thanks
from assignments.actions.erasing import ask_for_erasure, erase
from assignments.actions.process_notes import write_note
from assignments.domain.visibility import Level
from assignments.models import NoteVersion
from clinic import backups, clock
from clinic.actions.retention import change_retention, delete_expired_records
from clinic.actions.talks import ask_to_talk
from clinic.backups.files import read_sealed
from clinic.extensions import db
from clinic.key_rotation import sealed_columns
from clinic.models import Couple, Person
from clinic.sweeping import sweep, sweep_if_due
from tests.assignments.given import drafted, given
from tests.cast import Cast, assemble
from tests.conftest import Clock
from tests.databases import Databases, PostgreSQLServer, app_on, owner_of, path_with_own_programs
from tests.faults.ledger import new_word
from tests.faults.serving import ROOT, Browser, World, production, serving
from tests.faults.test_workers import moody_server, remind_everybody
from tests.planted_files import words_of
from tests.trust import Proves, Sized

pytestmark = [pytest.mark.slow]


def hits(marks: Iterable[bytes], *contents: bytes) -> int:
    """How many of these marks occur anywhere."""
    return sum(any(mark in content for content in contents) for mark in marks)


def files_under(*places: Path) -> list[Path]:
    """Every file of these folders, and these files with what SQLite keeps beside them."""
    found = []
    for place in places:
        if place.is_dir():
            found += [one for one in place.rglob("*") if one.is_file()]
        else:
            found += [one for one in place.parent.glob(f"{place.name}*") if one.is_file()]
    return found


def contents(*places: Path) -> list[bytes]:
    return [one.read_bytes() for one in files_under(*places)]


def mark_everything_of(app: Flask, person: Person) -> list[bytes]:
    """How this person stands in the bytes: their addresses, and a stretch of every sealed value of theirs.

    A sealed value is searched for as it lies there, because the words themselves are nowhere to be found anyway.
    """
    with app.app_context():
        row = db.session.get_one(Person, person.id)
        marks = [row.contact_address.encode()]
        for column in sealed_columns():
            if "author_id" in column.model.__mapper__.columns:
                own = select(column.attribute).where(column.model.author_id == person.id)
                marks += [bytes(value[2:34]) for value in db.session.scalars(own) if value]
        db.session.rollback()
    return marks


def write_much(app: Flask, cast: Cast, number: int) -> None:
    """Jo writes, and so does Sam, whose words must stay."""
    with app.app_context():
        db.session.get_one(Person, cast.jo.id).contact_address = "canary-of-jo@mail.example"
        db.session.commit()
        for one in range(number):
            save_thanks(actor=cast.jo, what=f"{one} from Jo", meant="", level=Level.PRIVATE)
            save_thanks(actor=cast.sam, what=f"{one} from Sam", meant="", level=Level.PRIVATE)
        ask_to_talk(actor=cast.jo, reach="In the lunch hour")
        drafted(cast.jo, given(cast.priya, cast.sam_and_jo), "A draft", step="answer")


def erase_jo(app: Flask, cast: Cast) -> None:
    with app.app_context():
        erasure = ask_for_erasure(actor=cast.jo)
        erase(actor=cast.ada, erasure_id=erasure.id)


def opened(app: Flask, backup: Path) -> bytes:
    """What lies under the seal of a backup."""
    content = BytesIO()
    with app.app_context():
        read_sealed(backup, app.extensions["key_ring"], content)
    return content.getvalue()


def test_nothing_of_an_erased_person_is_left_in_any_byte(
    app: Flask, cast: Cast, database_url: str, tmp_path: Path, proves: Proves, sized: Sized
) -> None:
    database, number = Path(make_url(database_url).database or ""), sized(5, 90)
    write_much(app, cast, number)
    jo, sam = mark_everything_of(app, cast.jo), mark_everything_of(app, cast.sam)
    with app.app_context():
        backups.create(tmp_path / "older")
    before = hits(jo, *contents(database))
    in_older = hits(jo, opened(app, tmp_path / "older"))

    erase_jo(app, cast)
    after = hits(jo, *contents(database))
    with app.app_context():
        backups.create(tmp_path / "newer")
    in_newer = hits(jo, opened(app, tmp_path / "newer"))

    restored_at = tmp_path / "elsewhere" / "restored.sqlite"
    restored_at.parent.mkdir()
    with app_on(f"sqlite:///{restored_at}") as other, other.app_context():
        made = backups.manifest_of(tmp_path / "older")
        erased = backups.erased_since(made, [tmp_path / "newer"])
        backups.restore(tmp_path / "older", erased)
    restored = hits(jo, *contents(restored_at.parent))
    kept = hits(sam, *contents(database)), hits(sam, *contents(restored_at.parent))
    proves(
        "R42 erasure is provable",
        f"SQLite, {len(jo)} marks of an erased person: {before} in the files before, {after} after, {in_newer} in a "
        f"backup made after, {in_older} in an older one and {restored} once that was restored; the partner's "
        f"{len(sam)} marks: {kept[0]} and {kept[1]} still there",
    )
    assert len(jo) > number
    assert before == in_older == len(jo), "the search sees what is there"
    assert after == in_newer == restored == 0
    assert kept == (len(sam), len(sam))


@pytest.mark.postgresql
def test_after_the_night_nothing_of_an_erased_person_is_left_in_any_file_of_postgresql(
    own_postgresql: PostgreSQLServer, proves: Proves, sized: Sized
) -> None:
    url = own_postgresql.fresh()
    everything = own_postgresql.files_of(url).parents[1]
    with app_on(url) as app, own_postgresql.forgetful(url):
        with app.app_context():
            cast = assemble()
        write_much(app, cast, sized(5, 90))
        jo, sam = mark_everything_of(app, cast.jo), mark_everything_of(app, cast.sam)
        own_postgresql.analyze(url)
        before = hits(jo, *contents(everything))
        erase_jo(app, cast)
        own_postgresql.settle()
        at_once = hits(jo, *contents(everything))
        with app.app_context():
            db.session.remove()
            told = sweep_if_due(clock.now())
        after, kept = hits(jo, *contents(everything)), hits(sam, *contents(everything))
    proves(
        "R42 erasure is provable",
        f"PostgreSQL, {len(jo)} marks of an erased person in all files of the server, its log among them: {before} before, "
        f"{at_once} at once after, {after} after the sweep of the night ({told}); the partner's {len(sam)} marks: {kept} "
        "still there",
    )
    assert before == len(jo), "the search sees what is there"
    assert after == 0
    assert kept == len(sam)
    own_postgresql.drop(url)


@pytest.mark.postgresql
def test_a_server_that_keeps_its_log_all_the_same_is_told_of(own_postgresql: PostgreSQLServer) -> None:
    url = own_postgresql.fresh()
    with app_on(url) as app, app.app_context():
        with own_postgresql.forgetful(url):
            assert str(sweep(clock.now())).endswith("the server's log begun anew")
        with own_postgresql.forgetful(url, wal_keep_size="64MB"):
            assert sweep(clock.now()).log_kept == "wal_keep_size is 64MB"
        with own_postgresql.forgetful(url, wal_recycle="on"):
            assert sweep(clock.now()).log_kept == "wal_recycle is on"
    own_postgresql.drop(url)


def test_nothing_of_a_record_whose_time_is_up_is_left_in_any_byte(
    app: Flask, cast: Cast, clock: Clock, database_url: str, tmp_path: Path, proves: Proves, sized: Sized
) -> None:
    database = Path(make_url(database_url).database or "")
    write_much(app, cast, sized(5, 90))
    with app.app_context():
        save_thanks(actor=cast.ruth, what="Of another couple", meant="", level=Level.PRIVATE)
        write_note(actor=cast.priya, couple_id=cast.sam_and_jo.id, about_day=clock.now.date(), words="A note")
        about = db.session.scalars(select(NoteVersion.words_sealed)).one()
        change_retention(actor=cast.ada, keep_months=12)
        db.session.get_one(Couple, cast.sam_and_jo.id).closed_at = clock.now
        db.session.commit()
    gone = [*mark_everything_of(app, cast.jo), *mark_everything_of(app, cast.sam), bytes(about[2:34])]
    stays = mark_everything_of(app, cast.ruth)
    before = hits(gone, *contents(database))
    clock.move(days=367)
    with app.app_context():
        assert delete_expired_records(clock.now) == 1
    after, kept = hits(gone, *contents(database)), hits(stays, *contents(database))
    with app.app_context():
        backups.create(tmp_path / "newer")
    in_newer = hits(gone, opened(app, tmp_path / "newer"))
    proves(
        "R43 what was kept long enough goes by itself",
        f"SQLite, {len(gone)} marks of a record: {before} in the files before, {after} after, {in_newer} in a backup made "
        f"after; {kept} of {len(stays)} of another couple's still there",
    )
    assert before == len(gone), "the search sees what is there"
    assert after == in_newer == 0
    assert kept == len(stays) > 1


# --- Words that only their author may read.


@pytest.fixture
def private_words() -> list[str]:
    return [new_word() for _ in range(3)]


@pytest.fixture
def databases(
    request: pytest.FixtureRequest, database_kind: str, monkeypatch: pytest.MonkeyPatch
) -> Databases:
    """On PostgreSQL a server whose files can be read."""
    if database_kind == "postgresql":
        monkeypatch.setenv("PATH", path_with_own_programs())
    name = {"sqlite": "sqlite_files", "postgresql": "own_postgresql"}[database_kind]
    found: Databases = request.getfixturevalue(name)
    return found


def files_behind(databases: Databases, url: str) -> Path:
    """Where the database lies: a file and its log, or all of a server's folder, with its log and its temporary files."""
    if isinstance(databases, PostgreSQLServer):
        databases.settle()
        return databases.files_of(url).parents[1]
    return Path(make_url(url).database or "")


def on_paper(counsellor: Browser, world: World) -> Iterator[str]:
    """What stands on every sheet that is made of this couple for its counsellor."""
    couple = f"/c/couples/{world.cast.sam_and_jo.id}"
    agreed_to = {"form": "a4", "decisions": "y", "form_key": "e" * 32}
    for reply in (
        counsellor.get(f"{couple}/brief.pdf"),
        counsellor.get(f"{couple}/brief.pdf?with=c"),
        counsellor.get(f"{couple}/assignments/{world.work[world.cast.sam.id]}/sheet.pdf"),
        counsellor.post(f"{couple}/export", agreed_to),
    ):
        assert reply.headers["content-type"] == "application/pdf", reply.path
        yield "".join("".join(words.split()) for words in words_of("pdf", reply.content))


@pytest.mark.parametrize(
    "database_kind", ["sqlite", pytest.param("postgresql", marks=[pytest.mark.postgresql, pytest.mark.trust])]
)
def test_private_words_are_in_no_byte_that_stays(
    databases: Databases,
    kept_on_disk: None,
    world: World,
    tmp_path: Path,
    proves: Proves,
    private_words: list[str],
) -> None:
    """A run from end to end: written, read by their author, backed up, mailed about, killed. Then every file is searched.

    The browser's own folder is searched by `tests/journeys/test_nothing_stays_behind.py`.
    """
    sam, priya = world.cast.sam, world.cast.priya
    spool, temporary, kept = (tmp_path / name for name in ("spool", "temporary", "backups"))
    for folder in (spool, temporary, kept):
        folder.mkdir()
    thanks, draft, note = private_words
    with serving(world.url, tmp_path, TMPDIR=str(temporary)) as served:
        author, counsellor = world.browser(sam, served.address), world.browser(priya, served.address)
        fields = {"what": thanks, "meant": "", "visibility": "private", "version": "0"}
        assert author.post("/thanks/new", {**fields, "form_key": "a" * 32}).is_acknowledged
        path = f"/do/{world.work[sam.id]}/answer"
        assert author.post(f"{path}/draft", {"text": draft, "version": "0"}).status == 200
        notes = f"/c/couples/{world.cast.sam_and_jo.id}/notes"
        about = {"about_day": "2026-01-05", "words": note, "form_key": "b" * 32}
        assert counsellor.post(notes, about).is_acknowledged
        assert thanks in author.get("/thanks").text
        assert draft in author.get(path).text
        assert note in counsellor.get(notes).text
        for page in ("/", "/today", "/me/history", "/no-such-page"):
            author.get(page)
        for page in ("/c/today", "/c/couples"):
            counsellor.get(page)
        paper = list(on_paper(counsellor, world))
        # Not acted on, and so in the logs of a careless program.
        author.post(f"{path}/draft", {"text": draft, "version": "99"})
        author.post("/thanks/new", {**fields, "visibility": "nobody", "form_key": "c" * 32})
        # A reminder to everybody, and a code to the author, so that there is mail to search.
        assert author.post("/sign-in/recover", {"email": sam.sign_in_address or "", "form_key": "d" * 32})
        remind_everybody(world, 0)
        with moody_server() as (sink, mail_url):
            sink.moods = ("takes it",)
            _run(world, spool, temporary, "send-due", MEANWHILE_MAIL_URL=mail_url)
            for number, letter in enumerate(sink.raw):
                (spool / f"{number}.eml").write_bytes(letter)
        owner = {"MEANWHILE_OWNER_DATABASE_URL": owner_of(world.url)}
        _run(world, spool, temporary, "backup", "create", str(kept / "tonight"), **owner)
        served.kill_worker()
        looked_at = files_under(files_behind(databases, world.url), tmp_path)
        everything = [one.read_bytes() for one in looked_at]
    found = [word for word in private_words if hits(_ways_to_write(word), *everything)]
    found += [word for word in private_words if any(word in sheet for sheet in paper)]
    seen = hits([sam.contact_address.encode()], *everything)
    proves(
        "G8 canary sweep",
        f"{len(private_words)} private words after a run from end to end, searched in {len(looked_at)} files "
        f"({sum(map(len, everything)) / 1e6:.1f} MB: database, its log, backup, logs, {len(sink.raw)} letters, temporary "
        f"files) and on {len(paper)} made of paper: "
        f"{len(found)} found",
    )
    assert seen, "the search sees what is there"
    assert any("Sam" in sheet for sheet in paper)
    to = [str(letter["To"]) for letter in sink.letters]
    assert sam.contact_address in to, "nothing was mailed, so nothing of it was searched"
    assert not found


def _run(world: World, spool: Path, temporary: Path, *command: str, **settings: str) -> None:
    environment = production(world.url, TMPDIR=str(temporary), **settings)
    with (spool / f"{command[0]}.log").open("wb") as out:
        subprocess.run(
            [sys.executable, "-m", "flask", "--app", "wsgi", *command],
            cwd=ROOT, env=environment, stdout=out, stderr=out, check=True,
        )  # fmt: skip


def _ways_to_write(word: str) -> Iterator[bytes]:
    for encoding in ("utf-8", "utf-16-le", "utf-16-be"):
        yield word.encode(encoding)


def test_the_settings_that_erasing_rests_on_hold_on_every_connection(app: Flask, cast: Cast) -> None:
    with app.app_context(), db.engine.connect() as connection:
        assert connection.execute(text("PRAGMA secure_delete")).scalar_one() == 1
