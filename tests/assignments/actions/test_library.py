"""The practice's own library: copies, drafts and versions, and who they belong to."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from assignments.actions.library import (
    NewerDraft,
    NotReady,
    archive,
    copy_exercise,
    new_exercise,
    publish,
    restore,
    save_draft,
)
from assignments.domain.exercises import OWN_PREFIX, blank_draft, draft_of, exercise_from_table, finished
from assignments.library.loader import load_library
from assignments.models import Assignment
from assignments.queries.assignments import assignments_of, exercise_of
from assignments.queries.library import library_for, own_exercise, own_exercises, versions_of
from clinic.errors import Conflict, NotAllowed, NotFound
from clinic.extensions import db
from clinic.models import AuditLine, Person
from tests.assignments.given import exercise, given
from tests.cast import Cast
from tests.conftest import Clock, CountQueries


def changed(person: Person, slug: str, **fields: Any) -> int:
    """The draft saved with other fields; the version it has then."""
    own = own_exercise(person, slug)
    saved = save_draft(actor=person, slug=slug, draft={**own.draft, **fields}, version=own.row.draft_version)
    return saved.draft_version


def published(person: Person, slug: str, **fields: Any) -> None:
    """The draft saved with other fields, and published."""
    publish(actor=person, slug=slug, version=changed(person, slug, **fields))


@pytest.mark.parametrize("slug", [one.slug for one in load_library().all()])
def test_every_shipped_exercise_survives_being_a_draft(slug: str) -> None:
    original = exercise(slug)
    draft = json.loads(json.dumps(draft_of(original)))
    assert finished(draft, slug=slug, version=original.version) == original


def test_a_copy_holds_everything_and_is_nobodys_yet(app: Flask, cast: Cast) -> None:
    with app.app_context():
        before = library_for(cast.priya)
        copy = copy_exercise(actor=cast.priya, slug="active-listening")
        assert copy.slug.startswith(OWN_PREFIX)
        shipped = exercise("active-listening").version
        assert (copy.copied_from, copy.copied_version, copy.published_version) == (
            "active-listening",
            shipped,
            0,
        )
        assert own_exercise(cast.marcus, copy.slug).draft == draft_of(exercise("active-listening"))
        assert library_for(cast.priya) == before


def test_two_copies_have_two_slugs(app: Flask, cast: Cast) -> None:
    with app.app_context():
        first = copy_exercise(actor=cast.priya, slug="active-listening")
        second = copy_exercise(actor=cast.priya, slug="active-listening")
        assert first.slug != second.slug
        assert len(own_exercises(cast.priya)) == 2


def test_a_published_exercise_stands_in_the_practices_library_and_in_no_other(app: Flask, cast: Cast) -> None:
    with app.app_context():
        slug = copy_exercise(actor=cast.priya, slug="active-listening").slug
        published(cast.priya, slug, name="Listening, our way")
        for reader in (cast.priya, cast.marcus, cast.sofia):
            found = library_for(reader).get(slug)
            assert found is not None
            assert (found.name, found.version) == ("Listening, our way", 1)
            assert library_for(reader).own == {slug}
        assert library_for(cast.hana) == load_library()


def test_another_practice_finds_neither_draft_nor_version(app: Flask, cast: Cast) -> None:
    with app.app_context():
        slug = copy_exercise(actor=cast.priya, slug="active-listening").slug
        published(cast.priya, slug, name="Listening, our way")
        assert own_exercises(cast.hana) == []
        assert versions_of(cast.hana, slug) == []
        for act in (archive, restore, copy_exercise):
            with pytest.raises(NotFound):
                act(actor=cast.hana, slug=slug)
        with pytest.raises(NotFound):
            save_draft(actor=cast.hana, slug=slug, draft={}, version=2)
        with pytest.raises(NotFound):
            publish(actor=cast.hana, slug=slug, version=2)
        mine = copy_exercise(actor=cast.hana, slug="active-listening").slug
        assert mine == slug.replace("listening-our-way", "active-listening")
        assert own_exercise(cast.priya, slug).draft["name"] == "Listening, our way"


def test_whoever_only_reads_the_library_writes_nothing_in_it(app: Flask, cast: Cast) -> None:
    with app.app_context():
        slug = copy_exercise(actor=cast.priya, slug="active-listening").slug
        for person in (cast.sofia, cast.ada, cast.sam):
            for act in (archive, restore, copy_exercise):
                with pytest.raises(NotAllowed):
                    act(actor=person, slug=slug)
            with pytest.raises(NotAllowed):
                save_draft(actor=person, slug=slug, draft={}, version=1)
            with pytest.raises(NotAllowed):
                publish(actor=person, slug=slug, version=1)
            with pytest.raises(NotAllowed):
                new_exercise(actor=person, draft=blank_draft("Mine"))


def test_what_was_given_stays_as_it_was_when_a_new_version_comes(app: Flask, cast: Cast) -> None:
    with app.app_context():
        slug = copy_exercise(actor=cast.priya, slug="active-listening").slug
        published(cast.priya, slug, name="Listening one")
        found = library_for(cast.priya).get(slug)
        assert found is not None
        first = give(cast, found)
        published(cast.priya, slug, name="Listening two")
        found = library_for(cast.priya).get(slug)
        assert found is not None
        second = give(cast, found)
        names = {one.id: exercise_of(one).name for one in assignments_of(cast.sam_and_jo)}
        assert names == {first: "Listening one", second: "Listening two"}
        assert [version.version for version in versions_of(cast.priya, slug)] == [2, 1]


def give(cast: Cast, found: Any) -> Any:
    """An exercise given to Sam and Jo."""
    from assignments.actions.assigning import Terms, assign
    from assignments.domain.progress import Repeat
    from assignments.domain.visibility import Level
    from clinic.clock import today

    terms = Terms("both", today("Europe/London"), None, Repeat.ONCE, Level(found.sharing))
    made: Assignment = assign(actor=cast.priya, couple_id=cast.sam_and_jo.id, exercise=found, terms=terms)
    return made.id


def test_a_half_finished_draft_is_kept_and_not_published(app: Flask, cast: Cast) -> None:
    with app.app_context():
        row = new_exercise(actor=cast.priya, draft=blank_draft("Kitchen talk"))
        assert row.slug == "our-kitchen-talk"
        version = changed(cast.priya, row.slug, minutes="a while", why="You {nobody} know")
        with pytest.raises(NotReady) as refused:
            publish(actor=cast.priya, slug=row.slug, version=version)
        places = {problem.place[0] for problem in refused.value.problems}
        assert {"minutes", "why", "summary", "how", "steps"} <= places
        assert "sources" not in places  # What one wrote oneself comes from nowhere else.
        assert own_exercise(cast.priya, row.slug).draft["minutes"] == "a while"
        assert library_for(cast.priya).get(row.slug) is None


def test_the_sentences_are_those_of_a_file(app: Flask, cast: Cast) -> None:
    with app.app_context():
        row = new_exercise(actor=cast.priya, draft=blank_draft("Kitchen talk"))
        with pytest.raises(NotReady) as refused:
            publish(actor=cast.priya, slug=row.slug, version=1)
        from assignments.domain.exercises import ExerciseError

        with pytest.raises(ExerciseError) as of_file:
            exercise_from_table({**blank_draft("Kitchen talk"), "slug": row.slug, "version": 1}, "draft")
        assert tuple(p.sentence for p in refused.value.problems) == of_file.value.problems


def test_an_older_tab_overwrites_nothing(app: Flask, cast: Cast) -> None:
    with app.app_context():
        slug = copy_exercise(actor=cast.priya, slug="active-listening").slug
        save_draft(actor=cast.marcus, slug=slug, draft={"name": "From Marcus"}, version=1)
        with pytest.raises(NewerDraft) as refused:
            save_draft(actor=cast.priya, slug=slug, draft={"name": "From Priya"}, version=1)
        assert refused.value.newer.draft == {"name": "From Marcus"}
        with pytest.raises(NewerDraft):
            publish(actor=cast.priya, slug=slug, version=1)
        assert own_exercise(cast.priya, slug).draft == {"name": "From Marcus"}


def test_publishing_twice_without_a_change_makes_no_version(app: Flask, cast: Cast) -> None:
    with app.app_context():
        slug = copy_exercise(actor=cast.priya, slug="active-listening").slug
        publish(actor=cast.priya, slug=slug, version=1)
        with pytest.raises(Conflict, match="Nothing has changed"):
            publish(actor=cast.priya, slug=slug, version=1)
        assert len(versions_of(cast.priya, slug)) == 1


def test_an_archived_exercise_leaves_the_library_and_the_couple_keeps_theirs(app: Flask, cast: Cast) -> None:
    with app.app_context():
        slug = copy_exercise(actor=cast.priya, slug="active-listening").slug
        publish(actor=cast.priya, slug=slug, version=1)
        found = library_for(cast.priya).get(slug)
        assert found is not None
        made = give(cast, found)
        archive(actor=cast.marcus, slug=slug)
        assert library_for(cast.priya) == load_library()
        assert [one.id for one in assignments_of(cast.sam_and_jo)] == [made]
        with pytest.raises(Conflict):
            save_draft(actor=cast.priya, slug=slug, draft={}, version=1)
        with pytest.raises(Conflict):
            publish(actor=cast.priya, slug=slug, version=1)
        with pytest.raises(Conflict):
            archive(actor=cast.priya, slug=slug)
        restore(actor=cast.priya, slug=slug)
        assert library_for(cast.priya).own == {slug}


def test_each_act_leaves_one_line_and_none_of_its_words(app: Flask, cast: Cast, clock: Clock) -> None:
    with app.app_context():
        before = set(db.session.execute(select(AuditLine.id)).scalars())
        slug = copy_exercise(actor=cast.priya, slug="active-listening").slug
        published(cast.priya, slug, name="Quiet harbour")
        archive(actor=cast.priya, slug=slug)
        restore(actor=cast.priya, slug=slug)
        lines = [
            line
            for line in db.session.execute(select(AuditLine).order_by(AuditLine.number)).scalars()
            if line.id not in before
        ]
        assert [line.event for line in lines] == [
            "exercise copied",
            "exercise draft saved",
            "exercise published",
            "exercise archived",
            "exercise restored",
        ]
        assert "harbour" not in json.dumps([line.details for line in lines])


def test_a_draft_has_an_end(app: Flask, cast: Cast) -> None:
    with app.app_context():
        slug = copy_exercise(actor=cast.priya, slug="active-listening").slug
        with pytest.raises(Conflict, match="longer than an exercise"):
            save_draft(actor=cast.priya, slug=slug, draft={"why": "x" * 200_000}, version=1)


def test_the_library_costs_one_statement_however_much_is_in_it(
    app: Flask, cast: Cast, count_queries: CountQueries
) -> None:
    with app.app_context():
        costs = []
        for _ in range(3):
            slug = copy_exercise(actor=cast.priya, slug="active-listening").slug
            publish(actor=cast.priya, slug=slug, version=1)
            db.session.expunge_all()
            with count_queries() as counted:
                library_for(cast.priya)
            costs.append(len(counted))
        assert costs == [1, 1, 1]


def test_shipped_exercises_are_given_as_before(app: Flask, cast: Cast) -> None:
    with app.app_context():
        assert given(cast.priya, cast.sam_and_jo)
