"""The library as staff read it."""

from __future__ import annotations

import pytest

from assignments.library.loader import load_library
from tests.cast import AS, Cast
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


def test_an_unknown_exercise_is_not_found(cast: Cast, as_: AS) -> None:
    get_page(as_(cast.priya), "/c/library/made-up", 404)


def test_a_supervisor_reads_and_is_not_offered_to_assign(cast: Cast, as_: AS) -> None:
    page = get_page(as_(cast.sofia), "/c/library/active-listening")
    assert "/c/assign" not in page.response.text


@pytest.mark.parametrize("who", ["sam", "ada"])
def test_partners_and_admins_have_no_library(cast: Cast, as_: AS, who: str) -> None:
    get_page(as_(getattr(cast, who)), "/c/library", 404)
    get_page(as_(getattr(cast, who)), "/c/library/active-listening", 404)
