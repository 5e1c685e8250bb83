"""Two worlds that differ only in what one partner kept: the other one must not be able to tell them apart.

A world is built once and its file is copied. In the copy one partner does private things, or the counsellor does
something with them. Then the other partner fetches every page there is, with every id there is, in both.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import time_machine

from assignments.domain.visibility import Level
from clinic.models import Person
from tests.assignments.given import (
    answered,
)
from tests.databases import SQLiteFiles
from tests.noninterference.answer_acts import it_did_not_feel_safe
from tests.noninterference.kept import KEPT_TOGETHER
from tests.noninterference.looking import Look, differences, watch
from tests.noninterference.own_acts import asks_to_talk_alone
from tests.noninterference.worlds import BUILT, WORDS, World, act, build, copied, pair

# Every page with every id, three times over, takes minutes where others work beside it.
pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("worlds")


@pytest.fixture(scope="module")
def first(sqlite_files: SQLiteFiles) -> World:
    """The world in which nothing is kept."""
    with time_machine.travel(BUILT, tick=False):
        return build(sqlite_files.fresh())


@pytest.fixture(scope="module")
def seen_in_first(first: World, folder: Path) -> Callable[[Person], Look]:
    """What a reader sees there, found once."""
    known: dict[str, Look] = {}

    def seen(reader: Person) -> Look:
        if reader.name not in known:
            known[reader.name] = watch(copied(first, folder, f"nothing-{reader.name}"), reader)
        return known[reader.name]

    return seen


@pytest.mark.parametrize("slot", ["A", "B"])
@pytest.mark.parametrize("kept", KEPT_TOGETHER)
def test_what_one_partner_keeps_leaves_no_trace_for_the_other(
    kept: str, slot: str, first: World, seen_in_first: Callable[[Person], Look], folder: Path
) -> None:
    actor, reader = pair(first, slot)
    second = copied(first, folder, f"{kept}-{slot}")
    act(second, actor, KEPT_TOGETHER[kept])
    assert not differences(seen_in_first(reader), watch(second, reader))


@pytest.mark.parametrize("slot", ["A", "B"])
def test_asking_to_talk_alone_leaves_no_trace_in_the_askers_own_account(
    slot: str, first: World, seen_in_first: Callable[[Person], Look], folder: Path
) -> None:
    """Somebody may be made to sign in and scroll (decision 17)."""
    asker, _ = pair(first, slot)
    second = copied(first, folder, f"asked-{slot}")
    act(second, asker, (asks_to_talk_alone, it_did_not_feel_safe))
    assert not differences(seen_in_first(asker), watch(second, asker))


@pytest.mark.parametrize("slot", ["A", "B"])
def test_what_is_shared_does_show_so_that_the_comparison_can_fail(
    slot: str, first: World, seen_in_first: Callable[[Person], Look], folder: Path
) -> None:
    def shared(world: World, person: Person) -> object:
        return answered(person, world.assignment["questions"], WORDS, Level.SHARED)

    actor, reader = pair(first, slot)
    second = copied(first, folder, f"shared-{slot}")
    act(second, actor, (shared,))
    told = differences(seen_in_first(reader), watch(second, reader))
    assert {place.partition(",")[0] for place in told} == {
        "/together",
        f"/together/{first.assignment['questions']}",
        f"/together/{first.assignment['questions']}/thanks",
    }


def test_the_pages_that_are_compared_are_the_readers_own(
    first: World, seen_in_first: Callable[[Person], Look]
) -> None:
    """A reader who was signed out, or found nothing, would see the same in any two worlds."""
    pages = seen_in_first(first.cast.jo).pages["an hour later"]
    found = [url for url, (status, _, _) in pages.items() if status == 200]
    for area in (
        "/today",
        "/thanks",
        "/together",
        "/me",
        "/me/history",
        "/check-in",
        "/check-in/csi-4",
        "/thanks/new",
    ):
        assert area in found
    assert b"Sam has asked for a pause" in pages["/today"][2]
    assert b"We laughed" in pages[f"/together/{first.assignment['open']}"][2]
    assert sum(url.startswith("/do/") for url in found) > 20
    assert len(pages) > 100
