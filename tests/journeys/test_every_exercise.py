"""Every exercise that ships, done from start to finish by both partners on the real pages, and read by the counsellor.

The players know no exercise: they open what they were given, fill in whatever the page asks, press its main button,
and go on until nothing is left to do. An exercise whose pages lead nowhere fails here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin
from uuid import UUID

import pytest
from bs4 import Tag
from flask import Flask
from flask.testing import FlaskClient

from assignments.domain.exercises import (
    AgreementStep,
    EntriesStep,
    Exercise,
    FeelingsStep,
    ISentenceStep,
    TextStep,
)
from assignments.domain.visibility import Level
from assignments.library.loader import load_library
from tests.assignments.work import give
from tests.cast import AS, Cast
from tests.conftest import Clock
from tests.page import Fields, Page, get_page, submit

# More pages than any exercise has, so that players who go in circles are found out.
ENOUGH_PAGES = 60
HOLD = 11
IN_WORDS = TextStep | EntriesStep | ISentenceStep | FeelingsStep | AgreementStep
LOOSEST_FIRST = ("shared", "both", "counsellor", "private")


@dataclass
class Player:
    """One partner at their phone, and what they have written so far."""

    client: FlaskClient
    name: str
    wrote: list[str] = field(default_factory=list)

    def words(self) -> str:
        """Something new to say."""
        self.wrote.append(f"{self.name} says thing {len(self.wrote) + 1}.")
        return self.wrote[-1]

    def answers(self, form: Tag) -> Fields:
        """One answer for everything a form asks."""
        said: dict[str, str] = {}
        for box in form.select("textarea, input[type=text]"):
            # Own words beside a chosen line are tested elsewhere; here they would be one thing too many.
            if box["name"] == "other":
                continue
            said.setdefault(str(box["name"]), self.words()[: int(str(box.get("maxlength") or 4000))])
        for pick in form.select("select"):
            said.setdefault(str(pick["name"]), str(pick.select("option")[-1]["value"]))
        for box in form.select("input[type=radio], input[type=checkbox]"):
            if box["value"] not in ("other", "skip", ""):
                said.setdefault(str(box["name"]), str(box["value"]))
        return said

    def do(self, assignment_id: UUID) -> Page:
        """Do one's own pages to the end."""
        page = get_page(self.client, f"/do/{assignment_id}")
        way_in = page.select_one('main .button-row a[href*="/do/"], main .button-row a[href*="/agree/"]')
        assert way_in is not None, page.words
        page = self.follow(str(way_in["href"]))
        for _ in range(ENOUGH_PAGES):
            if page.address.endswith("/done"):
                return page
            page = self.go_on(page)
        raise AssertionError(f"{self.name} goes in circles at {page.address}")

    def go_on(self, page: Page) -> Page:
        """Do what the page asks, and read the one after it."""
        if page.address.startswith("/agree/"):
            return self.agree(page)
        if page.address.endswith("/check"):
            form = one(page, "main form[method=post]")
            levels = [str(box["value"]) for box in form.select("input[name=level]")]
            loosest = next((level for level in LOOSEST_FIRST if level in levels), None)
            if loosest is None:
                return self.send(page, button="Finish")
            return self.send(page, {"level": loosest}, button="Send")
        main = 'main form[action*="/do/"]:not(.post)'
        form = one(page, main)
        buttons = [" ".join(button.get_text(" ").split()) for button in form.select("button")]
        adding = next((words for words in buttons if words.startswith("Add ")), None)
        if adding:
            page = self.send(page, self.answers(form), form=main, button=adding)
            assert page.select(".entry"), page.words
            return self.send(page, form=main, button="Continue")
        press = "Continue" if "Continue" in buttons else buttons[0]
        return self.send(page, self.answers(form), form=main, button=press)

    def agree(self, page: Page) -> Page:
        """Write an agreement and put it forward, or sign what the other put forward; then go on."""
        if page.address.endswith("/write"):
            form = one(page, "main form[data-autosave]")
            page = self.send(page, self.answers(form), form="main form[data-autosave]", button="Continue")
            return self.send(page, form='main form[action$="/forward"]')
        if page.select('main form[action$="/sign"]'):
            return self.send(page, form='main form[action$="/sign"]')
        on = page.find("a", string="Go on")
        begun = page.select('main form[action$="/back"], main form[action$="/unsign"], main figure.quote')
        if isinstance(on, Tag) and begun:
            return self.follow(str(on["href"]))
        write = page.select_one('main a[href$="/write"]')
        assert write is not None, page.words
        return self.follow(str(write["href"]))

    def take_a_turn(self, assignment_id: UUID) -> bool:
        """Write the part that is one's own now, if there is one, and send it."""
        page = get_page(self.client, f"/do/{assignment_id}")
        part = page.select_one(f'main a[href^="/turns/{assignment_id}/"]:not([href$="/one-phone"])')
        if part is None:
            return False
        page = self.follow(str(part["href"]))
        form = one(page, "main form[data-autosave]")
        page = self.send(page, self.answers(form), form="main form[data-autosave]", button="Continue")
        self.send(page, form="main form[method=post]")
        return True

    def send(self, page: Page, fields: Fields | None = None, **how: Any) -> Page:
        """Send a form, and go wherever it leads."""
        location = submit(self.client, page, fields, **how).location
        assert location is not None
        return self.follow(urljoin(page.address, location))

    def follow(self, address: str) -> Page:
        """Open a link, wherever it leads."""
        reply = self.client.get(address, follow_redirects=True)
        assert reply.status_code == 200
        return get_page(self.client, reply.request.path + "?" + reply.request.query_string.decode())


def one(page: Page, selector: str) -> Tag:
    """The one form the page has for this."""
    found = page.select(selector)
    assert len(found) == 1, f"{page.address}: {selector!r} finds {len(found)}: {page.words}"
    return found[0]


@pytest.mark.parametrize("exercise", load_library().all(), ids=lambda exercise: exercise.slug)
def test_both_partners_do_it_to_the_end_and_the_counsellor_reads_it(
    exercise: Exercise, cast: Cast, as_: AS, app: Flask, clock: Clock
) -> None:
    given = give(app, cast, exercise.slug)
    sam, jo = Player(as_(cast.sam), "Sam"), Player(as_(cast.jo), "Jo")
    if exercise.who == "turns":
        turns = 0
        while any(player.take_a_turn(given) for player in (sam, jo)):
            clock.move(minutes=2)
            turns += 1
            assert turns < ENOUGH_PAGES
        # One part is no exchange; none at all is one for talking face to face.
        assert turns != 1
    for player in (sam, jo):
        done = player.do(given)
        assert "Done" in done.words
        clock.move(minutes=HOLD)
    asks_for_words = any(isinstance(step, IN_WORDS) for step in exercise.steps_in())
    assert bool(sam.wrote or jo.wrote) is asks_for_words
    read = read_by_the_counsellor(as_(cast.priya), cast)
    assert exercise.name in read
    for player in (sam, jo):
        # The last thing somebody wrote of their own was sent with the rest.
        assert not player.wrote or player.wrote[-1] in read, f"{player.name}: {player.wrote[-1]!r} in {read}"
    if exercise.sharing == Level.SHARED and jo.wrote:
        assert jo.wrote[-1] in get_page(sam.client, f"/together/{given}").words


def read_by_the_counsellor(priya: FlaskClient, cast: Cast) -> str:
    """Everything the counsellor finds behind the couple's answers."""
    couple = f"/c/couples/{cast.sam_and_jo.id}"
    listed = get_page(priya, f"{couple}/answers")
    links = {str(a["href"]) for a in listed.select(f'main a[href^="{couple}/"]')} - {f"{couple}/answers"}
    read = [
        get_page(priya, link).words
        for link in sorted(links)
        if "/answers/" in link or "/turns/" in link or "/agree" in link
    ]
    return " ".join(read)
