"""Summaries are kept only as long as they say what would be worked out now, whatever anybody does and whenever."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import fields
from datetime import timedelta
from random import Random
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import delete, event, insert, inspect, select, update
from sqlalchemy.exc import InvalidRequestError

from assignments.actions import summaries
from assignments.actions.assigning import reopen_assignment, withdraw_assignment
from assignments.actions.checking_in import check_in
from assignments.actions.couple_settings import limit_sharing
from assignments.actions.deciding import decide
from assignments.actions.responding import HARD, LATER, change_visibility, set_aside, take_back
from assignments.actions.reviewing import mark_parts_read, mark_read
from assignments.actions.sign_rows import put_aside
from assignments.actions.tuning import change_rule
from assignments.domain.checkins import CheckinAnswers, check_in_window
from assignments.domain.signs import DecisionState
from assignments.domain.signs.tuning import RULES
from assignments.domain.visibility import Level
from assignments.models import Checkin, CoupleSummary, Response, SetAside, TurnPart
from assignments.queries.board import board_for
from assignments.queries.summaries import kept_of, worked_out
from clinic import crypto
from clinic.actions.talks import ask_to_talk
from clinic.clock import now, today
from clinic.errors import DomainError
from clinic.extensions import db
from clinic.key_rotation import rotate
from clinic.models import Couple, Person
from clinic.queries.couples import couples_for
from clinic.tenancy import every_practice
from tests.cast import AS, Cast
from tests.conftest import Clock, CountQueries
from tests.noninterference.kept import KEPT_TOGETHER
from tests.noninterference.worlds import World, build
from tests.page import get_page

Act = Callable[[World, Person, Random], object]


# What a history is told in: kept by one partner, done by the other, by their counsellor, by the practice.
def by_a_partner(one: Callable[[World, Person], object]) -> Act:
    return lambda world, person, _: one(world, person)


PARTNERS_ACTS = tuple(by_a_partner(one) for acts in KEPT_TOGETHER.values() for one in acts)


def old_checkins(world: World, person: Person, chance: Random) -> None:
    couple, day = world.cast.sam_and_jo, today("Europe/London")
    there = set(db.session.scalars(select(Checkin.week_of).where(Checkin.author_id == person.id)))
    for back in range(1, chance.randint(2, 9)):
        if day - timedelta(days=day.weekday(), weeks=back) in there:
            continue
        db.session.add(
            Checkin(
                practice_id=couple.practice_id,
                couple_id=couple.id,
                author_id=person.id,
                week_of=day - timedelta(days=day.weekday(), weeks=back),
                closeness=chance.randint(0, 10),
                tension=chance.randint(0, 10),
                understood=chance.randint(0, 10),
                saved_at=now() - timedelta(weeks=back) + timedelta(days=6),
            )
        )
    db.session.commit()


def a_checkin(world: World, person: Person, chance: Random) -> object:
    week_of = check_in_window(now().astimezone(ZoneInfo("Europe/London")))
    if week_of is None:
        return None
    answers = CheckinAnswers(closeness=chance.randint(0, 10), tension=chance.randint(0, 10))
    return check_in(actor=person, week_of=week_of, answers=answers)


def own_response(person: Person, chance: Random) -> UUID:
    found = db.session.scalars(select(Response.id).where(Response.author_id == person.id)).all()
    return chance.choice(sorted(found))


def another_level(world: World, person: Person, chance: Random) -> object:
    level = chance.choice(list(Level))
    return change_visibility(actor=person, response_id=own_response(person, chance), level=level)


def taken_back(world: World, person: Person, chance: Random) -> object:
    return take_back(actor=person, response_id=own_response(person, chance))


def put_off(world: World, person: Person, chance: Random) -> object:
    item = chance.choice(["questions", "weekly", "log"])
    kind, choice = chance.choice([("later", next(iter(LATER))), ("hard", HARD[0])])
    return set_aside(actor=person, assignment_id=world.assignment[item], kind=kind, choice=choice)


def all_read(world: World, person: Person, chance: Random) -> object:
    couple = world.cast.sam_and_jo
    parts = {one.id: one.version for one in db.session.scalars(select(TurnPart))}
    mark_parts_read(actor=world.cast.priya, couple_id=couple.id, seen=parts)
    seen = {one.id: one.version for one in db.session.scalars(select(Response))}
    return mark_read(actor=world.cast.priya, couple_id=couple.id, seen=seen)


def a_decision(world: World, person: Person, chance: Random) -> object:
    state = chance.choice([DecisionState.CONTINUE, DecisionState.PAUSE_FOR_SAFETY])
    return decide(
        actor=world.cast.priya, couple_id=world.cast.sam_and_jo.id, state=state, reason="As we spoke of"
    )


def a_row_aside(world: World, person: Person, chance: Random) -> object:
    sign = chance.choice(["tension_rising", "no_gain", "diverging", "disengaged"])
    return put_aside(
        actor=world.cast.priya, couple_id=world.cast.sam_and_jo.id, sign=sign, reason="Their child was ill"
    )


def taken_from_them(world: World, person: Person, chance: Random) -> object:
    which = chance.choice([withdraw_assignment, reopen_assignment])
    work = world.assignment[chance.choice(["questions", "weekly", "for A", "for B"])]
    return which(actor=world.cast.priya, couple_id=world.cast.sam_and_jo.id, assignment_id=work)


def less_shared(world: World, person: Person, chance: Random) -> object:
    level = chance.choice([Level.COUNSELLOR, Level.SHARED])
    return limit_sharing(actor=world.cast.priya, couple_id=world.cast.sam_and_jo.id, limit=level)


def another_rule(world: World, person: Person, chance: Random) -> object:
    rule = chance.choice(list(RULES.values()))
    return change_rule(
        actor=world.cast.ada,
        rule=rule.key,
        value=chance.randint(rule.least, rule.most),
        reason="We see few couples",
    )


MORE_ACTS: tuple[Act, ...] = (
    old_checkins, a_checkin, another_level, taken_back, put_off, all_read, a_decision, a_row_aside, taken_from_them,
    less_shared, another_rule,
)  # fmt: skip


def told_by(world: World) -> str:
    """Every kept summary that holds, as text; the kept and the worked out must say the same."""
    reader = db.session.get_one(Person, world.cast.priya.id)
    couples = couples_for(reader)
    kept, worked = kept_of(reader, couples, now()), worked_out(reader, couples, now())
    for couple_id, one in kept.items():
        assert one == worked[couple_id].summary
    return str(sorted(kept.items()))


def _key_of(row: Any) -> tuple[type[Any], UUID]:
    state: Any = inspect(row)
    return type(row), state.identity[0]


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.both_databases
def test_what_is_kept_is_what_would_be_worked_out_whatever_anybody_does(app: Flask, clock: Clock) -> None:
    chance, held, emptied, said = Random(59), 0, 0, set[str]()
    world = build(app.config["SQLALCHEMY_DATABASE_URI"])
    with app.app_context(), every_practice():
        world.cast = Cast(
            **{one.name: db.session.get_one(*_key_of(getattr(world.cast, one.name))) for one in fields(Cast)}
        )
        for _ in range(70):
            person = chance.choice([world.cast.sam, world.cast.jo])
            one = chance.choice(PARTNERS_ACTS + MORE_ACTS * 3)
            try:
                one(world, db.session.get_one(Person, person.id), chance)
            except (DomainError, InvalidRequestError, IndexError):
                db.session.rollback()  # Refused, as many things are in a history made by chance.
            emptied += world.cast.sam_and_jo.id in {row[2] for row in summaries.lacking()}
            said.add(told_by(world))
            if chance.random() < 0.5:
                held += summaries.keep()
                assert not summaries.lacking()
            clock.move(minutes=chance.choice([1, 7, 45, 400, 1500, 6000]))
            said.add(told_by(world))
    # It would say little of acts that were all refused, or of summaries that never held.
    assert held > 30
    assert emptied > 20
    assert len(said) > 10


@contextmanager
def statements() -> Iterator[list[str]]:
    found: list[str] = []

    def note(_conn: object, _cursor: object, statement: str, *_rest: object) -> None:
        found.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def test_every_table_a_summary_is_made_of_is_listened_to(app: Flask, cast: Cast) -> None:
    """A summary that began to read another table would go on saying what stood there before."""
    # What of these changes is part of who made it, or empties through another table.
    known = {"practice", "sign_rule_change", "person"}
    with app.app_context(), every_practice():
        priya = db.session.get_one(Person, cast.priya.id)
        couples = couples_for(priya)
        with statements() as asked:
            worked_out(priya, couples, now())
        read = {
            name
            for name in db.metadata.tables
            if any(f" {name} " in f"{one} ".replace("\n", " ") for one in asked)
        }
    heard = {
        name
        for name, table in db.metadata.tables.items()
        if name == "couple"
        or name in summaries.HANGING
        or ("couple_id" in table.c and name not in summaries.LEFT_OUT)
    }
    assert {"checkin", "response", "read_mark", "withdrawal", "visibility_change"} <= read
    assert not read - heard - known


def kept_rows() -> dict[UUID, bytes | None]:
    return {row.id: row.told_sealed for row in db.session.scalars(select(CoupleSummary))}


def test_many_rows_changed_at_once_empty_their_couples_alone(app: Flask, cast: Cast) -> None:
    with app.app_context(), every_practice():
        old_checkins(World("", cast), cast.sam, Random(1))
        summaries.keep()
        for statement in (
            update(Checkin).where(Checkin.author_id == cast.sam.id).values(closeness=1),
            update(Couple).where(Couple.id == cast.sam_and_jo.id).values(held_at=now()),
            delete(Checkin).where(Checkin.author_id == cast.sam.id),
        ):
            summaries.keep()
            assert all(kept_rows().values())
            db.session.execute(statement.execution_options(synchronize_session=False))
            db.session.commit()
            db.session.expire_all()
            assert {key for key, told in kept_rows().items() if told is None} == {cast.sam_and_jo.id}
        with pytest.raises(RuntimeError, match="added through the session"):
            db.session.execute(insert(SetAside).values(kind="hard"))
        db.session.rollback()


def test_what_is_not_committed_empties_nothing(app: Flask, cast: Cast) -> None:
    with app.app_context(), every_practice():
        summaries.keep()
        couple = db.session.get_one(Couple, cast.sam_and_jo.id)
        couple.held_at = now()
        db.session.flush()
        db.session.rollback()
        db.session.commit()
        assert all(kept_rows().values())


@pytest.mark.both_databases
def test_what_changed_while_it_was_counted_is_not_kept(
    app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[bool] = []

    def and_then_somebody_writes(reader: Person, couples: Any, moment: Any) -> Any:
        found = worked_out(reader, couples, moment)
        if not written and cast.sam_and_jo.id in {couple.id for couple in couples}:
            written.append(True)
            with app.app_context(), every_practice():
                old_checkins(World("", cast), cast.sam, Random(1))
        return found

    with app.app_context(), every_practice():
        monkeypatch.setattr(summaries, "worked_out", and_then_somebody_writes)
        summaries.keep()
        assert written
        told = kept_rows()
        assert {key for key, one in told.items() if one is None} == {cast.sam_and_jo.id}


def test_they_are_stored_in_the_order_in_which_acts_lock_them(
    app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An act about several couples takes them by id; whoever takes them otherwise can wait for it while it waits."""
    stored: list[UUID] = []

    def the_other_way_round(reader: Person, couples: Any, moment: Any) -> Any:
        return dict(sorted(worked_out(reader, couples, moment).items(), reverse=True))

    def noted(*, practice_id: UUID, rows: Any) -> None:
        stored.extend(row["of"] for row in rows)

    with app.app_context(), every_practice():
        monkeypatch.setattr(summaries, "worked_out", the_other_way_round)
        monkeypatch.setattr(summaries, "_store", noted)
        summaries._keep_some(cast.priya.id, [one.id for one in couples_for(cast.priya)])
    assert len(stored) > 1
    assert stored == sorted(stored)


def test_a_board_is_the_same_whether_kept_or_not(app: Flask, cast: Cast, as_: AS) -> None:
    with app.app_context(), every_practice():
        for person in (cast.sam, cast.jo):
            old_checkins(World("", cast), person, Random(4))
    before = get_page(as_(cast.priya), "/c?show=all")
    with app.app_context(), every_practice():
        assert summaries.keep() == 4
    after = get_page(as_(cast.priya), "/c?show=all")
    assert after.words == before.words
    assert [str(one) for one in after.select("table.triage svg")] == [
        str(one) for one in before.select("table.triage svg")
    ]


def test_what_is_kept_saves_the_statements_that_count(
    app: Flask, cast: Cast, as_: AS, count_queries: CountQueries
) -> None:
    client = as_(cast.priya)
    get_page(client, "/c")
    with count_queries() as whole:
        get_page(client, "/c")
    with app.app_context(), every_practice():
        summaries.keep()
    with count_queries() as kept:
        get_page(client, "/c")
    assert len(kept) <= 18
    assert len(whole) - len(kept) >= 12
    assert not any("FROM response" in one or "FROM checkin" in one for one in kept)


def test_reading_writes_nothing(app: Flask, cast: Cast, as_: AS) -> None:
    client = as_(cast.priya)
    get_page(client, "/c")
    with app.app_context(), every_practice():
        before = {row.id: (row.changes, row.told_sealed) for row in db.session.scalars(select(CoupleSummary))}
    get_page(client, "/c")
    get_page(client, f"/c/couples/{cast.sam_and_jo.id}")
    with app.app_context(), every_practice():
        after = {row.id: (row.changes, row.told_sealed) for row in db.session.scalars(select(CoupleSummary))}
    assert after == before


def test_each_reader_sees_their_own_couples_and_no_more(app: Flask, cast: Cast) -> None:
    with app.app_context(), every_practice():
        summaries.keep()
        for who in (cast.priya, cast.marcus, cast.ada, cast.sam):
            reader = db.session.get_one(Person, who.id)
            lines = board_for(reader, now()).lines if who is not cast.sam else {}
            assert set(lines) == {str(one.id) for one in couples_for(reader) if reader.is_staff}
        sam = db.session.get_one(Person, cast.sam.id)
        assert kept_of(sam, [], now()) == {}


def test_words_that_are_sealed_with_another_key_say_the_same(
    app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Or every change of the key would have the whole caseload counted anew, while everybody waits."""
    old, new = (f"{number}:" + base64.b64encode(bytes([number]) * 32).decode() for number in (1, 2))
    monkeypatch.setitem(app.extensions, "key_ring", crypto.KeyRing(old))
    with app.app_context(), every_practice():
        ask_to_talk(actor=cast.sam, reach="Ring me at seven, please")
        summaries.keep()
        monkeypatch.setitem(app.extensions, "key_ring", crypto.KeyRing(f"{old},{new}"))
        assert {str(turned.column) for turned in rotate()} >= {
            "talk_request.reach_sealed",
            "couple_summary.told_sealed",
        }
        db.session.expire_all()
        assert all(kept_rows().values())
        assert {
            row.told_sealed[1] for row in db.session.scalars(select(CoupleSummary)) if row.told_sealed
        } == {2}
