"""What somebody typed stays words wherever it is shown: forty kinds of mark-up in every field, read as everybody."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from html import escape, unescape
from urllib.parse import unquote
from uuid import UUID

import jinja2
import pytest
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import select

from assignments.actions.deciding import note_decision
from assignments.actions.entries import save_thanks
from assignments.actions.exporting import choose_record_consent
from assignments.actions.own_plans import publish_plan
from assignments.actions.sign_rows import put_aside
from assignments.actions.tuning import change_rule
from assignments.domain.signs import MAY_BE_SET_ASIDE
from assignments.domain.visibility import Consent, Level
from assignments.models import Assignment, Comment, Decision, PracticePlan, Response, SignAside
from assignments.queries import assignments
from assignments.queries.signs import situation_of
from clinic.actions.practices import change_safety_rule
from clinic.actions.reminders import make_calendar_address
from clinic.clock import now
from clinic.extensions import db
from clinic.models import Couple, Person
from clinic.queries.couples import couple_for
from clinic.tenancy import every_practice
from tests.cast import Cast
from tests.conftest import Clock, SignInAs
from tests.crawl import pages_of
from tests.page import get_page, submit
from tests.planted_files import contents_of, faults_in, leaves, words_of
from tests.planting import MARK, PAYLOADS, TYPED, Planted, faults, met, payload, plant
from tests.test_architecture import PLAIN_TEXT
from tests.told_world import couple_of, person_at
from tests.trust import Proves, is_big
from tests.visitors import VISITORS, Visitor, client_of

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
# Files, which are dear to make; what is in them is looked at below.
FILES = {"brief.pdf", "sheets.sheet", "sheets.given"}


def write_what_is_missing() -> None:
    """The told world holds nothing of these yet."""
    priya, admin = person_at("priya"), person_at("admin")
    change_safety_rule(actor=admin, asks=False, reason="For a trial")
    change_rule(actor=admin, rule="conflict_times", value=4, reason="Fewer alarms")
    decision = db.session.scalars(select(Decision).where(Decision.author_id == priya.id)).first()
    assert decision is not None
    note_decision(
        actor=priya, couple_id=decision.couple_id, decision_id=decision.id, words="It was right to wait"
    )
    plan = db.session.scalars(select(PracticePlan).where(PracticePlan.archived_at.is_(None))).one()
    publish_plan(actor=priya, slug=plan.slug, version=plan.draft_version)
    sign, couple = next(_may_be_set_aside(priya))
    put_aside(actor=priya, couple_id=couple, sign=sign, reason="They are away")


def _may_be_set_aside(counsellor: Person) -> Iterator[tuple[str, UUID]]:
    for couple_id in db.session.scalars(
        select(Couple.id).where(Couple.counsellor_id == counsellor.id, Couple.closed_at.is_(None))
    ):
        there = situation_of(counsellor, couple_for(counsellor, couple_id), now())
        yield from ((row.id, couple_id) for row in there.assessment.rows if row.state in MAY_BE_SET_ASIDE)


def where_else(visitor: Visitor) -> list[str]:
    """Pages of which the crawl goes to a few only, and not to the one where something stands."""
    replied = select(Response).join(Comment, Comment.response_id == Response.id)
    if visitor.name == "partner":
        own = db.session.scalars(replied.where(Response.author_id == person_at("sam").id)).first()
        return [f"/me/history/{own.id}"] if own else []
    if visitor.name == "counsellor":
        aside = db.session.scalars(select(SignAside.couple_id)).first()
        return [f"/c/couples/{aside}/signs"]
    return []


@dataclass(frozen=True)
class World:
    """Where everybody begins, the calendar of a partner, and what was planted. It is found before anything is planted."""

    ways: dict[str, list[str]]
    feed: str
    couple: UUID
    given: UUID
    planted: Planted


@pytest.fixture
def planted_world(world: None, app: Flask) -> Iterator[World]:
    """The told world with mark-up in it. Kept exercises change here as they never do, so what was parsed is forgotten."""
    with app.app_context():
        write_what_is_missing()
        sam = person_at("sam")
        feed, couple = make_calendar_address(actor=sam), couple_of(sam)
        for partner in (sam, person_at("jo")):
            choose_record_consent(actor=partner, choice=Consent.SHARED)
        given = db.session.scalars(select(Assignment.id).where(Assignment.couple_id == couple)).first()
        assert given is not None
        ways = {one.name: [*one.begins_at(), *where_else(one)] for one in VISITORS}
        with every_practice():
            told = World(ways, feed, couple, given, plant())
    forget_what_was_parsed()
    yield told
    forget_what_was_parsed()


def forget_what_was_parsed() -> None:
    """Other tests in this process have the told world as well, with the same ids."""
    assignments._parsed.clear()
    assignments._with_names.cache_clear()


def everybody() -> list[Visitor]:
    """Whoever goes through the product. A supervisor sees a counsellor's pages, so the small run does without."""
    return [one for one in VISITORS if is_big() or one.name != "supervisor"]


def test_what_anybody_typed_stays_words_on_every_page(
    planted_world: World, app: Flask, as_: SignInAs, clock: Clock, proves: Proves
) -> None:
    planted, shown = planted_world.planted, defaultdict[str, set[str]](set)
    alive, pages = [], 0
    for visitor in everybody():
        client = client_of(app, as_, visitor, clock)
        going = replace(visitor, begins_at=partial(planted_world.ways.__getitem__, visitor.name))
        for visited in pages_of(app, client, going, a_route=2 if is_big() else 1, without=FILES):
            pages += 1
            alive += [f"{visited.visitor} at {visited.address}: {fault}" for fault in faults(visited.page)]
            for column in met(visited.page.response.text):
                shown[planted.columns[column]].add(visited.endpoint)
    pairs = sum(map(len, shown.values()))
    proves(
        "R26 text is escaped for the place it goes to",
        f"{planted.values:,} values in {len(planted.columns)} columns made into {len(PAYLOADS)} kinds of mark-up; on "
        f"{pages} pages {pairs} pairs of a column and a page were met, and {len(alive)} came to life",
    )
    assert alive == []
    assert set(planted.columns) - set(shown) == set(), "shown on no page, so nothing is known of these"


def test_what_anybody_typed_stays_words_in_every_file(
    planted_world: World, app: Flask, as_: SignInAs, clock: Clock
) -> None:
    with app.app_context():
        people = {name: person_at(name) for name in ("priya", "sam", "admin")}
    priya, sam, admin = (as_(people[name]) for name in ("priya", "sam", "admin"))
    couple = f"/c/couples/{planted_world.couple}"
    record = {"form": "files", "decisions": "y"}
    replies = [
        priya.get(f"{couple}/brief.pdf?with=c"),
        priya.get(f"{couple}/assignments/{planted_world.given}/sheet.pdf"),
        priya.get("/c/plans/our-six-weeks-of-coming-closer/export"),
        submit(priya, get_page(priya, f"{couple}/export"), record, status=200),
        submit(priya, get_page(priya, f"{couple}/export"), {"form": "a4"}, status=200),
        submit(priya, get_page(priya, "/c/export"), status=200),
        submit(sam, get_page(sam, "/me/data"), status=200),
        admin.get("/p/export/counts.csv"),
        as_(None).get(f"/feed/{planted_world.feed}.ics"),
    ]
    found = []
    for reply in replies:
        assert reply.status_code == 200, reply.request.path
        assert not MARK.search(str(reply.headers)), reply.request.path
        for kind, content in contents_of(reply):
            assert list(faults_in(kind, content)) == [], (reply.request.path, kind)
            found.append((kind, met(" ".join(words_of(kind, content)))))
    holding = {kind for kind, columns in found if columns}
    assert holding == {"pdf", "html", "json", "toml", "csv"}, "calendars alone say nothing anybody typed"
    assert "ics" in {kind for kind, _ in found}


# --- That the search sees what it looks for.

MISTAKES: dict[str, Callable[[str], str]] = {
    "drawn as it is": lambda words: f"<p>{words}</p>",
    "drawn into an attribute": lambda words: f'<p title="{words}">',
    "drawn into another": lambda words: f"<p title='{words}'>",
    "drawn into one without quotes": lambda words: f"<input value={words}>",
    "drawn into a title": lambda words: f"<title>{words}</title>",
    "drawn into a comment": lambda words: f"<!-- {words} -->",
    "made a link": lambda words: f'<a href="{escape(words)}">',
    "read as an entity": lambda words: escape(unescape(words)),
    "read as an address": lambda words: escape(unquote(words)),
    "read as a string of a program": lambda words: escape(words.encode().decode("unicode_escape")),
    "made narrow": lambda words: unicodedata.normalize("NFKC", words),
    "taken for a template": lambda words: escape(jinja2.Template(words).render()),
    "filled in": lambda words: escape(words.replace("%s", "None").replace("7*7", "49")),
}


def seen_in(words: str) -> Iterator[str]:
    """The mistakes that these words would show."""
    for name, mistake in MISTAKES.items():
        try:
            made = mistake(words)
        except (UnicodeDecodeError, jinja2.TemplateError):
            continue
        if list(faults(BeautifulSoup(made, "html.parser"))):
            yield name


def test_each_payload_is_seen_where_it_is_not_kept_as_words_and_each_mistake_by_some() -> None:
    seen = {words: set(seen_in(payload(3, number))) for number, words in enumerate(PAYLOADS)}
    assert [words for words, mistakes in seen.items() if not mistakes] == []
    assert set(MISTAKES) == set[str]().union(*seen.values())
    for number in range(len(PAYLOADS)):
        kept = escape(payload(3, number))
        assert list(faults(BeautifulSoup(f'<p title="{kept}">{kept}</p>', "html.parser"))) == []


@pytest.mark.settings  # An application of its own, for the template it changes.
def test_one_template_that_trusts_what_was_typed_is_found(app: Flask, cast: Cast, as_: SignInAs) -> None:
    name, honest = "assignments/thanks/thanks.html", "<p>{{ one.what }}</p>"
    loader = app.jinja_env.loader
    assert loader is not None
    source = loader.get_source(app.jinja_env, name)[0]
    assert honest in source
    with app.app_context():
        save_thanks(actor=cast.sam, what=payload(0, 0), meant=payload(1, 1), level=Level.PRIVATE)
    client = as_(cast.sam)
    assert list(faults(get_page(client, "/thanks"))) == []
    trusting = source.replace(honest, "<p>{{ one.what|safe }}</p>")
    app.jinja_env.loader = jinja2.ChoiceLoader([jinja2.DictLoader({name: trusting}), loader])
    app.jinja_env.cache.clear()  # type: ignore[union-attr]  # it has one
    page = BeautifulSoup(client.get("/thanks").text, "html.parser")
    assert [fault for fault in faults(page) if "script" in fault]


def test_every_plain_column_is_planted_or_holds_nothing_anybody_typed(world: None, app: Flask) -> None:
    """What a person typed nearly always has a space in it, and a fixed word, a key or a hash has none."""
    assert all(names <= PLAIN_TEXT[table] for table, names in TYPED.items())
    with app.app_context(), every_practice():
        typed = {
            f"{table}.{name}"
            for table, names in PLAIN_TEXT.items()
            for name in names - TYPED.get(table, set())
            for kept in db.session.scalars(select(db.metadata.tables[table].c[name]).distinct())
            if any(" " in words for words in leaves(kept))
        }
    assert typed == {"audit_line.event"}
