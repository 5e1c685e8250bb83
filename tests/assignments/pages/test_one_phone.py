"""Taking turns on one phone: what the other can reach while they hold it, and how its owner comes back."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import expect
from werkzeug.routing import Rule

from assignments.domain.visibility import Level
from clinic import access
from clinic.domain.roles import Permission, Role
from tests import builders
from tests.assignments.given import answered, given
from tests.browser import OpenBrowser, Scheme, axe, fits
from tests.cast import AS, Cast
from tests.conftest import Clock
from tests.page import Page, get_page, read_page, submit, submit_and_follow
from tests.test_matrix import ROUTES

CANARY = "I went to the canal alone"
BACK = 'form[action="/sign-in/hand-back"]'


@pytest.fixture
def turns(app: Flask, cast: Cast) -> UUID:
    """Listening turns for both, and words of Sam's that Jo must never read on this phone."""
    with app.app_context():
        private = given(cast.priya, cast.sam_and_jo, "gentle-questions")
        answered(cast.sam, private, CANARY, Level.PRIVATE, step="answer")
        return given(cast.priya, cast.sam_and_jo, "reflect-and-check", days=14)


def passed(client: FlaskClient, turns: UUID, first: str = "me") -> Page:
    return submit_and_follow(client, get_page(client, f"/turns/{turns}/one-phone"), {"first": first})


def go_on(client: FlaskClient, page: Page) -> Page:
    return get_page(client, str(page.one("main a.btn-main")["href"]))


def test_it_goes_to_and_fro_with_a_page_between(as_: AS, cast: Cast, turns: UUID) -> None:
    sam = as_(cast.sam)
    assert get_page(sam, f"/do/{turns}").select(f'a[href="/turns/{turns}/one-phone"]')
    page, titles = passed(sam, turns), []
    for _ in range(15):
        titles.append(page.one("h1").get_text())
        assert not page.select("input:not([type=hidden]), textarea"), "nobody types on a phone that is passed"
        if titles[-1].startswith("Give"):
            break
        page = go_on(sam, page)
    assert titles.count("Hand the phone to Jo") == 3
    assert titles.count("Hand the phone to Sam") == 3
    assert titles[-1] == "Give the phone back to Sam"


def test_what_is_read_aloud_names_the_other_one(as_: AS, cast: Cast, turns: UUID) -> None:
    sam = as_(cast.sam)
    page = go_on(sam, go_on(sam, passed(sam, turns)))
    assert "For Jo, who listens" in page.words
    assert "Jo said" not in page.words


def test_while_it_is_passed_nothing_else_opens(as_: AS, cast: Cast, turns: UUID, app: Flask) -> None:
    """Every address there is that a partner may ask for, with the ids of Sam's own."""
    sam = as_(cast.sam)
    passed(sam, turns)
    tried = 0
    for rule in ROUTES:
        if set(rule.arguments) - {"assignment_id", "step", "slot", "number", "turn"} or _stays_open(
            app, rule
        ):
            continue
        values: dict[str, Any] = {
            "assignment_id": turns,
            "step": "thought",
            "slot": "A",
            "number": 1,
            "turn": 1,
        }
        with app.test_request_context():
            address = app.url_for(rule.endpoint, **{name: values[name] for name in rule.arguments})
        for method in (rule.methods or set()) & {"GET", "POST"}:
            reply = sam.open(address, method=method, data={"csrf_token": "x"})
            tried += 1
            assert CANARY not in reply.text
            assert reply.status_code in (303, 302, 400, 404), f"{method} {address} answers {reply.status}"
            assert reply.status_code > 399 or "/sign-in" in (reply.location or ""), f"{method} {address}"
    assert tried > 40


def _stays_open(app: Flask, rule: Rule) -> bool:
    view, permission = app.view_functions[rule.endpoint], access.permission_of(app, rule.endpoint)
    return (
        permission is Permission.PAGE_PUBLIC
        or not access.role_may(Role.PARTNER, permission)
        or getattr(view, "is_open_while_passed", False)
    )


def test_nothing_the_pages_show_was_written_by_anybody(as_: AS, cast: Cast, app: Flask, turns: UUID) -> None:
    sam = as_(cast.sam)
    before = passed(sam, turns).response.data
    with app.app_context():
        answered(cast.jo, turns, "Words of Jo's", Level.COUNSELLOR, step="take-away")
        answered(cast.sam, turns, "Words of Sam's", Level.PRIVATE, step="take-away")
    assert get_page(sam, f"/turns/{turns}/one-phone/A/1").response.data == before


def test_only_its_owner_opens_the_rest_again(as_: AS, cast: Cast, turns: UUID) -> None:
    sam = as_(cast.sam)
    passed(sam, turns)
    asked = get_page(sam, sam.get("/me/history").location)
    told = read_page(submit(sam, asked, {"password": "what I think it is"}, form=BACK, status=422), 422)
    assert "That is not your password." in told.words
    assert sam.get("/today").status_code == 303
    assert submit(sam, told, {"password": builders.PASSPHRASE}, form=BACK).location == "/me/history"
    get_page(sam, "/today")


def test_afterwards_its_owner_says_how_it_was(as_: AS, cast: Cast, turns: UUID) -> None:
    sam = as_(cast.sam)
    page = passed(sam, turns)
    while "Give" not in page.one("h1").get_text():
        page = go_on(sam, page)
    page = submit_and_follow(sam, go_on(sam, page), {"password": builders.PASSPHRASE}, form=BACK)
    assert page.address == f"/do/{turns}"
    # And without passing it on, these pages lead to where that is done.
    assert sam.get(f"/turns/{turns}/one-phone/A/2").location == f"/turns/{turns}/one-phone"


def test_the_other_phone_stays_as_it_was(as_: AS, cast: Cast, turns: UUID) -> None:
    sam, elsewhere, jo = as_(cast.sam), as_(cast.sam), as_(cast.jo)
    before = get_page(jo, f"/do/{turns}").words
    passed(sam, turns, first="partner")
    get_page(elsewhere, "/today")
    assert get_page(jo, f"/do/{turns}").words == before


@pytest.mark.browser
@pytest.mark.parametrize("script", [True, False])
def test_back_shows_nothing_of_its_owners(
    as_: AS, cast: Cast, turns: UUID, open_browser: OpenBrowser, script: bool, clock: Clock
) -> None:
    client = as_(cast.sam)
    client.get("/today")
    page = open_browser(client, remembers=True, script=script)
    page.goto("/today")
    page.goto("/me/history")
    page.locator("main a", has_text="Gentle").first.click()
    expect(page.get_by_text(CANARY)).to_be_visible()
    page.goto(f"/turns/{turns}/one-phone")
    page.get_by_label("Sam", exact=True).check()
    page.click("main button:has-text('Start')")
    page.click("text=Go on")
    expect(page.get_by_role("heading", name="Hand the phone to Jo")).to_be_visible()
    for _ in range(7):
        page.go_back(wait_until="commit")
        page.wait_for_timeout(250)
        assert CANARY not in page.content()


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_of_it_is_sound_for_everybody(
    as_: AS, cast: Cast, turns: UUID, open_browser: OpenBrowser, scheme: Scheme
) -> None:
    page = open_browser(as_(cast.sam), scheme=scheme, width=320)
    for address in (f"/do/{turns}", f"/turns/{turns}/one-phone"):
        page.goto(address)
        axe(page)
        fits(page)
    page.get_by_label("Jo", exact=True).check()
    page.click("main button:has-text('Start')")
    for press in ("I am Jo", "Go on", "Stop here", "Open it"):
        axe(page)
        fits(page)
        page.click(f"main >> text={press}")
        page.wait_for_load_state()
    axe(page)
    assert "Error" in page.title()
