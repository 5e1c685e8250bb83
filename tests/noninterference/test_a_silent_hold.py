"""A safety hold is silent (decision 16): on the forms about one's own words, held and not held are one.

A world is built once and its file is copied. In the copy the counsellor pauses for safety. Then either partner changes
who sees their own answers and thank-yous in both, and every reply and every own page must be the same. The lists that hold what the other has opened are left
out: that nothing opens is what a hold is for.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from assignments.actions.deciding import decide
from assignments.actions.entries import save_thanks
from assignments.domain.signs import DecisionState
from assignments.domain.visibility import Level
from assignments.models import Entry, Response
from clinic.extensions import db
from clinic.models import Person
from tests.assignments.given import answered, given
from tests.databases import SQLiteFiles, app_on
from tests.noninterference.looking import look, normal
from tests.noninterference.worlds import BUILT, KEPT, World, build, copied

HELD = "held"


@pytest.fixture
def worlds(sqlite_files: SQLiteFiles, tmp_path: Path) -> Iterator[tuple[World, World]]:
    with time_machine.travel(BUILT, tick=False):
        open_world = build(sqlite_files.fresh())
        with app_on(open_world.url) as app, app.app_context():
            for person in (open_world.cast.sam, open_world.cast.jo):
                for level in (Level.PRIVATE, Level.COUNSELLOR):
                    task = given(open_world.cast.priya, open_world.cast.sam_and_jo)
                    answered(person, task, f"Kept by {person.name}", level)
                save_thanks(actor=person, what="You rang", meant="", level=Level.PRIVATE)
        held = copied(open_world, tmp_path, HELD)
        with app_on(held.url) as app, app.app_context():
            decide(
                actor=held.cast.priya,
                couple_id=held.cast.sam_and_jo.id,
                state=DecisionState.PAUSE_FOR_SAFETY,
                reason="To talk with each alone",
            )
        yield open_world, held


def own_ids(app: Flask, person: Person) -> tuple[list[UUID], list[UUID]]:
    """The answers and the thank-yous of one partner."""
    with app.app_context():
        answers = db.session.scalars(
            select(Response.id).where(Response.author_id == person.id, Response.sent_at.is_not(None))
        )
        thanks = db.session.scalars(select(Entry.id).where(Entry.author_id == person.id))
        return sorted(answers), sorted(thanks)


def replies(world: World, name: str) -> dict[str, Any]:
    """What one partner gets for opening each own answer and thank-you as far as it goes, and on the pages after."""
    with app_on(world.url) as app:
        app.config["WTF_CSRF_ENABLED"] = False
        person: Person = getattr(world.cast, name)
        answers, thanks = own_ids(app, person)
        urls = [
            "/thanks/new", "/me/history",
            *(f"/me/history/{one}" for one in answers), *(f"/thanks/{one}" for one in thanks),
        ]  # fmt: skip
        seen: dict[str, Any] = {"before": look(app, world, person, urls)}
        client = app.test_client()
        with client.session_transaction() as kept:
            kept["_user_id"], kept["_fresh"] = world.token[person.name], True
        for level in ("shared", "both", "counsellor", "private"):
            for one in answers:
                posted = client.post(
                    f"/me/history/{one}/sharing", data={"visibility": level, "form_key": f"{level}{one}"}
                )
                seen[f"{level} {one}"] = normal(posted)
        for level in ("shared", "private"):
            for one in thanks:
                form = {"what": "You rang", "visibility": level, "version": "1", "form_key": f"{level}{one}"}
                seen[f"{level} {one}"] = normal(client.post(f"/thanks/{one}", data=form))
        seen["after"] = look(app, world, person, urls)
        # Last of all, because a new one has an id of its own in each world.
        for level in ("shared", "private"):
            form = {"what": "New", "visibility": level, "form_key": f"new {level}"}
            seen[f"new {level}"] = client.post("/thanks/new", data=form).status
        return seen


@pytest.mark.parametrize("name", ["sam", "jo"])
def test_nothing_on_ones_own_forms_tells_of_a_hold(worlds: tuple[World, World], name: str) -> None:
    with time_machine.travel(KEPT, tick=False):
        first, second = (replies(world, name) for world in worlds)
    assert first.keys() == second.keys()
    for what in first:
        if isinstance(first[what], dict):
            differing = [url for url in first[what] if first[what][url] != second[what][url]]
            assert not differing, (what, differing)
        else:
            assert first[what] == second[what], what
