"""The library as staff read it."""

from __future__ import annotations

import pytest
from flask import Flask

from assignments.library.loader import load_library
from tests.assignments.work import give
from tests.cast import AS, Cast
from tests.conftest import Clock
from tests.page import get_page


def test_every_exercise_is_listed_and_can_be_read(cast: Cast, as_: AS) -> None:
    client = as_(cast.priya)
    page = get_page(client, "/c/library")
    links = [str(a["href"]) for a in page.select("table.data a")]
    assert links == [f"/c/library/{exercise.slug}" for exercise in load_library().all()]
    for link, exercise in zip(links, load_library().all(), strict=True):
        page = get_page(client, link)
        assert exercise.name in page.words
        assert "{partner}" not in page.words
    assert "{partner}" not in get_page(client, "/c/library").words


def test_a_word_and_a_family_narrow_it(cast: Cast, as_: AS) -> None:
    page = get_page(as_(cast.priya), "/c/library?family=rituals")
    assert {td.get_text() for td in page.select("td[data-label=Kind]")} == {"Rituals of connection"}
    page = get_page(as_(cast.priya), "/c/library?q=phones")
    assert next(a.get_text() for a in page.select("table.data a")) == "Phones away"
    assert "No exercise fits." in get_page(as_(cast.priya), "/c/library?q=zzz&family=rituals").words
    assert len(get_page(as_(cast.priya), "/c/library?family=nonsense").select("table.data a")) == len(
        load_library().all()
    )


@pytest.mark.parametrize(
    ("asked", "heading", "wanted"),
    [
        ("level=deeper", "How deep", {"Deeper"}),
        ("who=turns", "Who", {"Taking turns"}),
        ("minutes=5", "Time", {f"{number}\u00a0min" for number in (2, 3, 4, 5)}),
    ],
)
def test_every_other_way_to_narrow_it(
    cast: Cast, as_: AS, asked: str, heading: str, wanted: set[str]
) -> None:
    page = get_page(as_(cast.priya), f"/c/library?{asked}")
    shown = {td.get_text() for td in page.select(f"td[data-label='{heading}']")}
    assert shown
    assert shown <= wanted
    name, value = asked.split("=")
    chosen = page.select_one(f"select[name={name}] option[selected]")
    assert chosen is not None
    assert chosen["value"] == value


@pytest.mark.parametrize("sign", ["T7", "S5", "T10"])
def test_a_sign_finds_what_may_help_with_it_the_easiest_first(cast: Cast, as_: AS, sign: str) -> None:
    page = get_page(as_(cast.priya), f"/c/library?helps={sign}")
    slugs = [str(a["href"]).rsplit("/", 1)[1] for a in page.select("table.data a")]
    assert set(slugs) == {exercise.slug for exercise in load_library().all() if sign in exercise.signs}
    depths = [td.get_text() for td in page.select("td[data-label='How deep']")]
    assert depths == sorted(depths, key=["Easy", "Middle", "Deeper"].index)


@pytest.mark.parametrize(
    "asked", ["helps=Q4", "helps=X9", "minutes=7", "minutes=-1", "level=x&who=y", "helps="]
)
def test_what_is_not_known_is_not_asked_for(cast: Cast, as_: AS, asked: str) -> None:
    page = get_page(as_(cast.priya), f"/c/library?{asked}")
    assert len(page.select("table.data a")) == len(load_library().all())


def test_what_one_gave_last_stands_first_and_is_nobody_elses(
    cast: Cast, as_: AS, app: Flask, clock: Clock
) -> None:
    assert "You gave these last" not in get_page(as_(cast.priya), "/c/library").words
    give(app, cast, "go-first")
    clock.move(minutes=1)
    give(app, cast, "small-steps")
    lately = get_page(as_(cast.priya), "/c/library").select_one('p.sub:-soup-contains("You gave these last")')
    assert lately is not None
    assert lately.get_text() == "You gave these last: Small steps, Go first."
    assert "You gave these last" not in get_page(as_(cast.marcus), "/c/library").words


def test_an_unknown_exercise_is_not_found(cast: Cast, as_: AS) -> None:
    get_page(as_(cast.priya), "/c/library/made-up", 404)


def test_a_supervisor_reads_and_is_not_offered_to_assign(cast: Cast, as_: AS) -> None:
    page = get_page(as_(cast.sofia), "/c/library/active-listening")
    assert "/c/assign" not in page.response.text


@pytest.mark.parametrize("who", ["sam", "ada"])
def test_partners_and_admins_have_no_library(cast: Cast, as_: AS, who: str) -> None:
    get_page(as_(getattr(cast, who)), "/c/library", 404)
    get_page(as_(getattr(cast, who)), "/c/library/active-listening", 404)
