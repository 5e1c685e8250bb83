"""Keeping summaries, round after round: what is missing is worked out, what fails stops nothing, what is left is nobody's."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError

from assignments.actions import summaries
from assignments.actions.erasing import ask_for_erasure, erase
from assignments.actions.leaving import leave_couple
from assignments.actions.tuning import change_rule
from assignments.demo.world import load_world
from assignments.domain.signs.tuning import RULES
from assignments.domain.summaries import from_json
from assignments.models import Checkin, CoupleSummary
from assignments.queries import summaries as queries
from assignments.queries.history import Record
from assignments.queries.summaries import kept_of, software, worked_out
from clinic import crypto, worker
from clinic.actions.couples import close_couple
from clinic.clock import now
from clinic.doctor import State, examine
from clinic.extensions import db
from clinic.models import Couple, Person, Practice
from clinic.queries.couples import couples_for
from clinic.queries.operation import last_beat
from clinic.tenancy import every_practice
from clinic.worker import Round, work_once
from tests.assignments.test_summaries import kept_rows, old_checkins
from tests.cast import AS, Cast
from tests.conftest import Clock
from tests.noninterference.worlds import World
from tests.page import get_page


def test_the_worker_keeps_what_is_missing_and_no_closed_couple(app: Flask, cast: Cast) -> None:
    with app.app_context():
        leave_couple(actor=db.session.get_one(Person, cast.sam.id))
        close_couple(actor=db.session.get_one(Person, cast.priya.id), couple_id=cast.sam_and_jo.id)
        work_once(now())
        with every_practice():
            told = kept_rows()
            assert told[cast.sam_and_jo.id] is None
            assert sum(one is not None for one in told.values()) == 3
            assert not summaries.lacking()


def test_a_round_is_done_though_what_comes_last_in_it_fails(
    app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """One couple whose record cannot be counted would otherwise keep every nightly backup from being made."""

    def fails(_: object) -> None:
        raise ValueError("a row that nothing can be made of")

    went_on: list[object] = []

    def goes_on(stopping: object) -> int:
        went_on.append(stopping)
        return 0

    monkeypatch.setattr(worker, "afterwards", [fails, goes_on])
    with app.app_context():
        assert work_once(now()) == Round(0, 0, 0)
    assert len(went_on) == 1
    assert "comes last in a round failed" in caplog.text


def nothing_can_be_made_of(couple: Couple, monkeypatch: pytest.MonkeyPatch) -> None:
    made = queries._summary

    def of(record: Record, *rest: Any) -> object:
        if record.couple.id == couple.id:
            raise ValueError(f"a row of {couple.id} says what no row may say")
        return made(record, *rest)

    monkeypatch.setattr(queries, "_summary", of)


@pytest.mark.both_databases
def test_one_couple_that_nothing_can_be_made_of_stops_no_other(
    app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The operator hears of it: from the log, from the metrics, from `doctor`, and by its id from the command."""
    nothing_can_be_made_of(cast.sam_and_jo, monkeypatch)
    with app.app_context():
        work_once(now())
        with every_practice():
            assert [row[2] for row in summaries.lacking()] == [cast.sam_and_jo.id]
            assert sum(one is not None for one in kept_rows().values()) == 3
        beat = last_beat()
        assert beat is not None
        assert beat.failed == 1
        (told,) = (one for one in examine() if one.about == "worker")
        assert told.state is State.LOOK
        assert "summaries of 1 couples" in told.said
    assert [one.getMessage() for one in caplog.records if one.name == "meanwhile.summaries"] == [
        "a couple's summary cannot be worked out; the others are kept all the same"
    ]
    rebuilt = app.test_cli_runner().invoke(args=["summaries", "rebuild"])
    assert rebuilt.exit_code == 1
    assert "3 couples" in rebuilt.output
    assert f"{cast.sam_and_jo.id}: nothing can be made of it" in rebuilt.output
    monkeypatch.undo()
    with app.app_context():
        work_once(now())
        beat = last_beat()
        assert beat is not None
        assert beat.failed == 0


def test_a_couple_that_nothing_can_be_made_of_takes_no_board_down_and_is_told_of_once(
    app: Flask, cast: Cast, as_: AS, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Its counsellor finds it with the others, and is not told that all is quiet with it."""
    nothing_can_be_made_of(cast.sam_and_jo, monkeypatch)
    with app.app_context():
        for _ in range(3):
            work_once(now())
    for shown in ("/c", "/c?show=all", "/c?show=all&charts=table"):
        page = get_page(as_(cast.priya), shown)
        (group,) = (one for one in page.select("tbody") if "Not counted" in one.get_text(" "))
        words = " ".join(group.get_text(" ").split())
        assert "Okafor and Lind" in words
        assert words.count("Their figures could not be worked out.") == 1
        assert "Something in the couple’s record cannot be counted" in page.words
    get_page(as_(cast.priya), "/c/diary")
    assert len([one for one in caplog.records if one.name == "meanwhile.summaries"]) == 1
    monkeypatch.undo()
    with app.app_context():
        work_once(now())
    assert "Not counted" not in get_page(as_(cast.priya), "/c?show=all").words


def test_a_board_of_which_nothing_is_kept_finds_the_couple_that_nothing_can_be_made_of(
    app: Flask, cast: Cast, as_: AS, monkeypatch: pytest.MonkeyPatch
) -> None:
    nothing_can_be_made_of(cast.sam_and_jo, monkeypatch)
    words = get_page(as_(cast.priya), "/c?show=all").words
    assert words.count("Their figures could not be worked out.") == 1


def test_a_database_that_is_gone_is_no_fault_of_a_couple(
    app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_: object) -> object:
        raise OperationalError("SELECT", {}, Exception("server closed the connection"))

    monkeypatch.setattr(summaries, "worked_out", gone)
    failed: list[UUID] = []
    with app.app_context(), every_practice(), pytest.raises(OperationalError):
        summaries.keep(failed=failed.append)
    assert not failed


def test_a_new_day_a_new_rule_and_new_software_are_each_worked_out_anew(
    app: Flask, cast: Cast, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    with app.app_context(), every_practice():
        for happens in (
            lambda: clock.move(days=1),
            lambda: monkeypatch.setattr("assignments.queries.summaries.software", lambda: "another release"),
            lambda: clock.move(hours=-1),  # A host whose clock is behind does not use what is of later.
        ):
            summaries.keep()
            assert not summaries.lacking()
            happens()
            assert len(summaries.lacking()) == 4
        rule = next(iter(RULES.values()))
        change_rule(
            actor=db.session.get_one(Person, cast.ada.id),
            rule=rule.key,
            value=rule.least,
            reason="Few couples",
        )
        clock.set(clock.now + timedelta(hours=1))
        summaries.keep()
        assert not summaries.lacking()
        practice = db.session.get_one(Practice, cast.canal_street.id)
        practice.timezone = "Europe/Madrid"
        db.session.commit()
        assert len(summaries.lacking()) == 3


def test_it_is_sealed_and_what_does_not_open_is_worked_out(app: Flask, cast: Cast, as_: AS) -> None:
    with app.app_context(), every_practice():
        old_checkins(World("", cast), cast.sam, Random(1))
        summaries.keep()
        row = db.session.get_one(CoupleSummary, cast.sam_and_jo.id)
        assert row.told_sealed is not None
        assert b"closeness" not in row.told_sealed
        assert from_json(crypto.unseal(row, "told_sealed", row.told_sealed)).recent
        # Somebody moves one couple's to another.
        other = db.session.get_one(CoupleSummary, cast.ade_and_ruth.id)
        other.told_sealed = row.told_sealed
        db.session.commit()
        priya = db.session.get_one(Person, cast.priya.id)
        assert len(kept_of(priya, couples_for(priya), now())) == 1
    get_page(as_(cast.priya), "/c?show=all")


def test_nothing_of_somebody_who_was_erased_stays_in_it(app: Flask, cast: Cast) -> None:
    with app.app_context():
        with every_practice():
            for person in (cast.sam, cast.jo):
                old_checkins(World("", cast), person, Random(4))
            summaries.keep()
        erasure = ask_for_erasure(actor=db.session.get_one(Person, cast.sam.id))
        erase(actor=db.session.get_one(Person, cast.ada.id), erasure_id=erasure.id)
        with every_practice():
            assert kept_rows()[cast.sam_and_jo.id] is None
            summaries.keep()
            row = db.session.get_one(CoupleSummary, cast.sam_and_jo.id)
            assert row.told_sealed is not None
            told = from_json(crypto.unseal(row, "told_sealed", row.told_sealed))
            assert {one.partner for one in told.recent} == {"B"}
            assert told.a.checked_in is None
            assert told.a.done_last is None


def test_whoever_leaves_is_seen_at_once(app: Flask, cast: Cast, as_: AS) -> None:
    with app.app_context():
        with every_practice():
            summaries.keep()
        leave_couple(actor=db.session.get_one(Person, cast.sam.id))
    assert "Sam has left." in get_page(as_(cast.priya), "/c").words


def test_the_commands_rebuild_and_find_what_somebody_wrote_past_the_application(
    app: Flask, cast: Cast
) -> None:
    with app.app_context(), every_practice():
        old_checkins(World("", cast), cast.sam, Random(1))
    run = app.test_cli_runner().invoke
    assert run(args=["summaries", "rebuild"]).output == "4 couples\n"
    assert run(args=["summaries", "check"]).output == "4 couples are kept as they are\n"
    with app.app_context(), every_practice():
        db.session.execute(text("UPDATE checkin SET closeness = (closeness + 1) % 11"))
        db.session.commit()
    found = run(args=["summaries", "check"])
    assert found.exit_code == 1
    assert str(cast.sam_and_jo.id) in found.output
    assert run(args=["summaries", "rebuild"]).exit_code == 0
    assert run(args=["summaries", "check"]).exit_code == 0


def test_the_demo_is_kept_as_it_would_be_worked_out(app: Flask, clock: Clock) -> None:
    with app.app_context(), every_practice():
        load_world()
        number = summaries.keep(at_most=None)
        assert number > 10
        assert summaries.differing() == (number, [])


@pytest.mark.both_databases
def test_what_changes_while_it_is_compared_is_not_found_to_differ(
    app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    def once_somebody_has_written(reader: Person, couples: Any, moment: Any) -> Any:
        if cast.sam_and_jo.id in {couple.id for couple in couples}:
            with app.app_context(), every_practice():
                old_checkins(World("", cast), cast.sam, Random(1))
        return worked_out(reader, couples, moment)

    with app.app_context(), every_practice():
        summaries.keep()
        monkeypatch.setattr(summaries, "worked_out", once_somebody_has_written)
        assert summaries.differing() == (4, [])
        assert db.session.scalar(select(Checkin.id).where(Checkin.author_id == cast.sam.id).limit(1))


def test_what_was_written_before_a_savepoint_that_is_taken_back_empties_its_couple(
    app: Flask, cast: Cast
) -> None:
    with app.app_context(), every_practice():
        summaries.keep()
        db.session.get_one(Couple, cast.sam_and_jo.id).held_at = now()
        savepoint = db.session.begin_nested()
        savepoint.rollback()
        db.session.commit()
        assert {key for key, told in kept_rows().items() if told is None} == {cast.sam_and_jo.id}


def test_the_digest_is_of_all_that_decides_what_a_summary_says(monkeypatch: pytest.MonkeyPatch) -> None:
    before, read = software.__wrapped__(), Path.read_bytes
    assert len(before) == 64
    # The last is a migration, which may change rows and no rule.
    for name in ("access.py", "visibility.py", "history.py", "0042_couple_summary.py"):
        monkeypatch.setattr(
            Path, "read_bytes", lambda path, name=name: read(path) + (b"#" if path.name == name else b"")
        )
        assert software.__wrapped__() != before, name
