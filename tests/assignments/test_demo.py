"""The demo world: who can sign in, what every story has come to, and that nobody reads what is not theirs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from assignments import demo
from assignments.actions.plans import answer_checkpoint
from assignments.demo.crowd import crowd
from assignments.demo.stories import course
from assignments.domain.board import Group
from assignments.domain.signs import DecisionState, State, assess
from assignments.domain.stalls import course_of
from assignments.domain.visibility import Level
from assignments.models import (
    Answer,
    Assignment,
    Checkin,
    Comment,
    Decision,
    Entry,
    Outcome,
    ReadMark,
    Response,
    SetAside,
)
from assignments.queries.assignments import is_withdrawn
from assignments.queries.board import board_for
from assignments.queries.entries import shared_thanks
from assignments.queries.history import record_of
from assignments.queries.plans import PlanLine, assignments_in, plan_for_staff, plan_line
from assignments.queries.responses import open_words, readable_responses, turns_of
from assignments.queries.today import today_for
from clinic import audit
from clinic.actions.sign_ins import check_sign_in
from clinic.clock import now
from clinic.errors import Conflict
from clinic.extensions import db
from clinic.models import Appointment, Couple, Partner, Person, Practice
from clinic.queries.couples import couple_for, couples_for, own_place, safety_gate
from tests.conftest import Clock


@pytest.fixture
def in_app(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


@pytest.fixture
def world(clock: Clock, in_app: None) -> int:
    """The named stories, on a Wednesday evening in September."""
    return demo.load_world()


def who(name: str) -> Person:
    return db.session.execute(
        select(Person).where(Person.sign_in_address == f"{name}@demo.example")
    ).scalar_one()


def couple_of(name: str, reader: str = "priya") -> Couple:
    place = db.session.execute(select(Partner).where(Partner.person_id == who(name).id)).scalar_one()
    return couple_for(who(reader), place.couple_id)


def named(reader: str, name: str) -> Couple:
    return next(couple for couple in couples_for(who(reader)) if couple.name == name)


def met(reader: str, couple: Couple) -> set[str]:
    found = assess(record_of(who(reader), couple, now()).history)
    return {sign.id for sign in found.signs if sign.state is State.MET}


@pytest.mark.both_databases
def test_it_loads_everybody_signs_in_and_the_audit_chains_hold(clock: Clock, in_app: None) -> None:
    told = demo.load_world()
    assert told == db.session.scalar(select(func.count()).select_from(Couple)) == demo.named_couples()
    for address, _ in demo.SIGN_INS:
        assert check_sign_in(address=address, given=demo.PASSPHRASE, device="new").sign_in_address == address
    practices = db.session.scalars(select(Practice).order_by(Practice.name)).all()
    assert [practice.name for practice in practices] == ["Canal Street", "Hill House"]
    assert all(practice.is_demo for practice in practices)
    assert [audit.verify(practice.id) for practice in practices] == [None, None]
    with pytest.raises(Conflict, match="already"):
        demo.load_world()


def test_nobody_is_told_it_in_a_real_practice(app: Flask, in_app: None) -> None:
    app.config["DEMO"] = False
    with pytest.raises(Conflict, match="never goes into a real practice"):
        demo.load_world()
    assert db.session.scalar(select(func.count()).select_from(Practice)) == 0


def test_a_load_that_breaks_off_leaves_nothing(clock: Clock, in_app: None) -> None:
    def stop() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        demo.load_world(after_each=stop)
    assert demo.why_not() is None


def test_the_people_are_who_the_contract_promises(world: int) -> None:
    roles = {
        name: who(name).role for name in ("admin", "supervisor", "priya", "marcus", "hana", "sam", "lea")
    }
    assert roles == {
        "admin": "admin",
        "supervisor": "supervisor",
        "priya": "counsellor",
        "marcus": "counsellor",
        "hana": "counsellor",
        "sam": "partner",
        "lea": "partner",
    }
    mine, theirs = couples_for(who("priya")), couples_for(who("marcus"))
    assert len(mine) >= 12
    assert len(theirs) >= 2
    assert {couple.id for couple in couples_for(who("supervisor"))} == {
        couple.id for couple in (*mine, *theirs)
    }
    for a, b, reader in (("sam", "jo", "priya"), ("ade", "ruth", "priya"), ("lea", "tom", "hana")):
        couple = couple_of(a, reader)
        assert [partner.person_id for partner in couple.partners] == [who(a).id, who(b).id]
    assert db.session.scalar(
        select(func.count(func.distinct(Person.name + " " + Person.family_name)))
    ) == db.session.scalar(select(func.count()).select_from(Person))


def test_every_state_has_a_couple(world: int) -> None:
    groups = {row.title: row.group for row in board_for(who("priya"), now()).rows()}
    # Nobody in the stories has left or asked to be deleted; the told world has a couple of whom one has done both. A record
    # that cannot be counted is a fault, and no story.
    assert set(groups.values()) == set(Group) - {Group.LEFT, Group.DELETION, Group.UNCOUNTED}
    assert groups["Grant and Ivanova"] is Group.PLAN_CHECK
    improving, stalled = couple_of("sam"), couple_of("ade")
    assert met("priya", improving) == set()
    gained = course_of(record_of(who("priya"), improving, now()).history)
    assert gained[-1][1] - gained[0][1] > 2
    assert "no_movement" in met("priya", stalled)
    assert groups[stalled.name] is Group.DECISION_DUE
    # Flat for six weeks, then better: the case of the material.
    late = course_of(record_of(who("priya"), named("priya", "Farrow and Kerr"), now()).history)
    assert abs(late[5][1] - late[0][1]) < 1
    assert late[-1][1] - late[0][1] > 2
    assert "no_movement" in met("marcus", named("marcus", "Quint and Malik"))
    worse, slipped = named("priya", "Patel and Moreau"), named("priya", "Haddad and Stern")
    assert {"worse_or_slipped_back", "tension_rising", "outside_pressure"} <= met("priya", worse)
    assert "worse_or_slipped_back" in met("priya", slipped)
    assert "disengaging" in met("priya", named("priya", "Suzuki and Brandt"))
    assert "one_sided" in met("priya", named("priya", "Eze and Lindqvist"))
    assert "no_movement_low_effort" in met("priya", named("priya", "Reyes and Hall"))
    new = named("priya", "Chen and Ortiz")
    assert not safety_gate(new).open
    assert all(partner.person.joined_at is None for partner in new.partners)
    assert named("priya", "Moss and Duarte").held_at is not None
    assert named("priya", "Vos and Amin").closed_at is not None
    assert groups["Yusuf and Berg"] is Group.STALLED


def test_decisions_keep_evidence_and_are_not_asked_for_twice(world: int) -> None:
    decisions = db.session.scalars(select(Decision)).all()
    assert {decision.state for decision in decisions} >= {
        DecisionState.CONTINUE,
        DecisionState.ADAPT_PLAN,
        DecisionState.CONSULT_SUPERVISOR,
        DecisionState.PAUSE_FOR_SAFETY,
        DecisionState.PLANNED_ENDING,
    }
    worse = named("priya", "Patel and Moreau")
    kept = next(decision for decision in decisions if decision.couple_id == worse.id)
    assert "worse_or_slipped_back" in kept.met_signs.split(",")
    row = next(row for row in board_for(who("priya"), now()).rows() if row.title == worse.name)
    assert row.group is Group.ON_TRACK


@pytest.mark.parametrize(
    ("hour", "ahead"), [(2, 5), (11, 5), (18, 2), (22, 0)], ids=["night", "morning", "evening", "late"]
)
def test_priya_has_a_full_day_ahead_of_now_where_the_day_allows(
    hour: int, ahead: int, clock: Clock, in_app: None
) -> None:
    clock.set(datetime(2026, 9, 16, hour, 5, tzinfo=UTC))
    demo.load_world()
    starts = db.session.scalars(
        select(Appointment.starts_at)
        .where(Appointment.counsellor_id == who("priya").id)
        .order_by(Appointment.starts_at)
    ).all()
    today = [at for at in starts if at.date() == clock.now.date()]
    assert len(today) == len(set(today)) == 5
    assert all(8 <= at.hour + 1 <= 20 for at in starts)
    assert sum(at > clock.now for at in today) >= min(ahead, 5) - 1
    assert board_for(who("priya"), now()).visits


@pytest.mark.parametrize("day", range(7))
def test_it_is_believable_on_any_day_of_the_week(day: int, clock: Clock, in_app: None) -> None:
    # The clocks go back on the Sunday among these.
    clock.set(datetime(2026, 10, 23, 9, 30, tzinfo=UTC) + timedelta(days=day))
    demo.load_world()
    assert "no_movement" in met("priya", couple_of("ade"))
    assert met("priya", couple_of("sam")) == set()
    groups = {row.title: row.group for row in board_for(who("priya"), now()).rows()}
    # These two have been decided on.
    assert groups["Patel and Moreau"] is groups["Haddad and Stern"] is Group.ON_TRACK
    assert groups["Eze and Lindqvist"] is groups["Reyes and Hall"] is Group.STALLED
    assert groups["Adeyemi and Clarke"] is Group.DECISION_DUE
    assert groups["Grant and Ivanova"] is Group.PLAN_CHECK
    for name in ("sam", "jo"):
        found = today_for(own_place(who(name)), now())
        assert found.first is not None or found.check_in_is_first
    for model, column in (
        (Response, Response.sent_at),
        (Checkin, Checkin.saved_at),
        (Entry, Entry.at),
        (Comment, Comment.at),
        (ReadMark, ReadMark.at),
        (SetAside, SetAside.at),
        (Outcome, Outcome.at),
        (Assignment, Assignment.assigned_at),
        (Decision, Decision.at),
    ):
        latest = db.session.scalar(select(func.max(column)))
        assert latest is not None, model
        assert latest <= now(), model
    # A plan gives its weeks to come as well; all else has begun.
    started = db.session.scalar(
        select(func.max(Assignment.starts_on)).where(Assignment.couple_plan_id.is_(None))
    )
    assert started is not None
    assert started <= now().date()


def test_sam_and_jo_have_work_open_in_every_way(world: int) -> None:
    couple = couple_of("sam")
    twins = turns_of(couple)
    sent = Counter(
        len([one for one in twin.by_slot.values() if one.sent_at])
        for twin in twins
        if twin.assignment.sharing_limit == Level.BOTH
    )
    assert sent == {1: 1, 2: 1}  # One that waits for the other, one that has opened.
    today = today_for(own_place(who("sam")), now())
    assert today.first is not None
    assert today.first.progress == "Started"
    assert [task for task in today.others if task.progress == "New"]
    assert {thanks.slot for thanks in shared_thanks(couple, now())} == {"A", "B"}
    assert record_of(who("priya"), couple, now()).history.checkins


def test_one_couple_stands_at_the_checkpoint_of_a_plan(world: int) -> None:
    couple, running = plan_for_staff(who("priya"), named("priya", "Grant and Ivanova").id, now())
    assert running is not None
    assert running.checkpoint_due
    assert running.branches == ("carry_on", "smaller", "change", "extra_contact")
    assert running.standing.week == 4
    # Its weeks stand as the action would have given them: laying them out again would change nothing.
    given = {(one.plan_week, one.starts_on, one.best_before) for one in assignments_in(running.row)}
    wanted = {(slot.week, slot.begins_on, slot.ends_on) for slot in running.timetable.slots}
    assert given == wanted
    for slot in ("A", "B"):
        assert plan_line(couple.partner(slot), now()) == PlanLine(4, 6, "A small ritual for two", True)
    answer_checkpoint(actor=who("priya"), couple_id=couple.id, branch="smaller")
    _, after = plan_for_staff(who("priya"), couple.id, now())
    assert after is not None
    assert not after.checkpoint_due
    ahead = [one for one in assignments_in(after.row) if one.plan_week in (5, 6) and not is_withdrawn(one)]
    assert {one.size for one in ahead} == {"small"}
    assert board_for(who("priya"), now()).rows()


def test_nobody_reads_words_that_are_not_open_to_them(world: int) -> None:
    """Every word of every couple, held against who wrote it and how far they let it go."""
    kept_back = 0
    for reader in ("priya", "marcus", "hana"):
        for couple in couples_for(who(reader)):
            twins = turns_of(couple)
            assignments = {row.id: twin.assignment for twin in twins for row in twin.by_slot.values()}
            for partner in couple.partners:
                person = db.session.get_one(Person, partner.person_id)
                readable = readable_responses(person, couple, twins, now())
                for one in open_words(couple, readable, assignments, now()):
                    mine = one.slot == partner.slot
                    assert mine or one.level in (Level.BOTH, Level.SHARED)
                    assert mine or not (couple.held_at or couple.closed_at)
            for_staff = readable_responses(who(reader), couple, twins, now())
            assert all(row.sent_at and row.visibility != Level.PRIVATE for row in for_staff)
            rows = [row for twin in twins for row in twin.by_slot.values()]
            kept_back += len(rows) - len(for_staff)
    assert kept_back >= 2  # There are drafts and private answers, or this would prove nothing.
    seals = db.session.scalars(select(Answer.value_sealed)).all()
    assert not any(b"heron" in sealed or b"table" in sealed for sealed in seals)


def test_the_same_seed_tells_the_same_stories(clock: Clock, in_app: None) -> None:
    def told(seed: int) -> list[str]:
        return [repr(story) for story in crowd(5, 8, seed)]

    assert told(3) == told(3) != told(4)


def test_more_couples_come_with_counsellors_of_their_own(clock: Clock, in_app: None) -> None:
    assert demo.load_world(couples=43, weeks=9, seed=5) == demo.named_couples() + 43
    first, second = couples_for(who("counsellor1")), couples_for(who("counsellor2"))
    assert (len(first), len(second)) == (40, 3)
    for name in ("a1", "b43"):
        assert (
            check_sign_in(address=f"{name}@demo.example", given=demo.PASSPHRASE, device="new").role
            == "partner"
        )
    weeks = db.session.scalars(
        select(func.count(func.distinct(Checkin.week_of))).where(
            Checkin.couple_id.in_([couple.id for couple in first])
        )
    ).one()
    assert weeks == 9
    assert board_for(who("counsellor1"), now()).rows()
    assert audit.verify(who("priya").practice_id) is None


def test_a_course_that_does_not_fit_together_is_refused() -> None:
    with pytest.raises(ValueError, match="differ in length"):
        course("445/44/444", "445/444/444")
    with pytest.raises(ValueError, match="as many weeks"):
        course("44/44/44", "445/444/444")
