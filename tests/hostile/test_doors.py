"""Every form, sent from where no form of ours stands: without its token, with somebody else's, from another site, by GET.

And what a header may claim: another host, another address, another method. None of it changes anything.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from werkzeug.routing import Rule

from clinic import access
from clinic.domain.roles import Permission
from tests.cast import Cast
from tests.changes import Changes, changes_of
from tests.conftest import EVENING, Clock
from tests.databases import Databases, app_on
from tests.hostile.generated import who_may
from tests.test_matrix import ROUTES, KeptWorld, address, make_world, methods, signed_in
from tests.test_mutation import marks_written_down
from tests.trust import Proves

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

# What a page elsewhere can make a browser send.
FOREIGN = (
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Origin": "https://evil.example"},
    {"Origin": "https://localhost.evil.example"},
    {"Sec-Fetch-Site": "cross-site", "Origin": "null"},
)
OVERRIDES = ({"X-HTTP-Method-Override": "POST"}, {"X-HTTP-Method": "DELETE"}, {"X-Method-Override": "PUT"})
EVIL = (
    "//evil.example", "/\\evil.example", "https:evil.example", "https://evil.example", "\\\\evil.example", "/\t/evil.example",
    "/%0d%0aSet-Cookie:a=b", "javascript:alert(1)", "http:///evil.example", "/today\r\nX: y", "////evil.example", "evil.example",
)  # fmt: skip


@pytest.fixture(scope="module")
def kept_worlds() -> dict[str, KeptWorld]:
    return {}


@pytest.fixture
def kept(databases: Databases, kept_cast: tuple[str, Cast], kept_worlds: dict[str, KeptWorld]) -> KeptWorld:
    """The world of the matrix, made once."""
    if "made" not in kept_worlds:
        url = databases.copy(kept_cast[0])
        with time_machine.travel(EVENING, tick=False), app_on(url) as app:
            kept_worlds["made"] = make_world(app, url, kept_cast[1])
    return kept_worlds["made"]


@pytest.fixture
def database_url(databases: Databases, kept: KeptWorld) -> Iterator[str]:
    url = databases.copy(kept.url)
    yield url
    databases.drop(url)


@pytest.fixture
def changes(app: Flask, kept: KeptWorld, clock: Clock) -> Iterator[Changes]:
    with changes_of(app, kept.fingerprint) as watching:
        yield watching


def forms(app: Flask, kept: KeptWorld) -> Iterator[tuple[Rule, str, str]]:
    """Every route that takes a form, its address, and somebody for whom something stands behind it."""
    for rule in ROUTES:
        if "POST" in (rule.methods or ()):
            permission = access.permission_of(app, rule.endpoint)
            actor = "AN" if permission is Permission.PAGE_PUBLIC else who_may(rule.endpoint)[0]
            yield rule, address(app, rule, kept.world, permission), actor


def token_of(app: Flask, client: FlaskClient, secret: str) -> str:
    """A token as a page of this browser's own carries it."""
    with client.session_transaction() as session:
        session["csrf_token"] = secret
    made: str = URLSafeTimedSerializer(app.secret_key or "", salt="wtf-csrf-token").dumps(secret)
    return made


def test_no_form_is_taken_without_its_own_token_or_from_another_site(
    app: Flask, kept: KeptWorld, changes: Changes, proves: Proves
) -> None:
    before, tried, faults = changes.fingerprint(), 0, []
    strangers = token_of(app, signed_in(app, kept.sign_ins, "TX"), "f" * 40)
    for rule, url, actor in forms(app, kept):
        client = signed_in(app, kept.sign_ins, actor)
        own = token_of(app, client, "0" * 40)
        attempts: list[tuple[str, dict[str, Any]]] = [
            ("no token", {"data": {"form_key": "1" * 32}}),
            ("an empty token", {"data": {"csrf_token": "", "form_key": "1" * 32}}),
            ("another's token", {"data": {"csrf_token": strangers, "form_key": "1" * 32}}),
            *((f"{claims}", {"data": {"csrf_token": own}, "headers": claims}) for claims in FOREIGN),
        ]
        for what, body in attempts:
            reply = client.post(url, **body)
            tried += 1
            if not 400 <= reply.status_code < 500 and not (reply.location or "").startswith("/sign-in"):
                faults.append(f"{rule.endpoint}: {what} answers {reply.status}")
    changed = changes.fingerprint() != before
    proves(
        "R25 every change needs token, origin and POST",
        f"{tried:,} forged requests to every form, {len(faults)} taken",
    )
    assert not faults, "\n".join(faults[:20])
    assert not changed


@pytest.mark.parametrize(
    "claims",
    [
        {},
        {"Sec-Fetch-Site": "same-origin", "Origin": "null"},
        {"Sec-Fetch-Site": "same-origin", "Origin": "http://localhost"},
        {"Origin": "http://localhost"},
        {"Origin": "null"},
    ],
    ids=str,
)
def test_what_browsers_say_of_our_own_pages_is_let_in(
    app: Flask, kept: KeptWorld, clock: Clock, claims: dict[str, str]
) -> None:
    """The control: of pages that tell no referrer a browser says that their origin is null."""
    client = signed_in(app, kept.sign_ins, "PA")
    own = token_of(app, client, "0" * 40)
    form = {"csrf_token": own, "form_key": "4" * 32, "what": "Tea", "visibility": "private"}
    reply = client.post("/thanks/new", data=form, headers=claims)
    assert reply.status_code == 302
    assert not (reply.location or "").startswith("/sign-in"), "it was not let in, but sent to sign in"


def test_a_page_is_shown_to_whoever_comes_by_a_link_from_elsewhere(
    app: Flask, kept: KeptWorld, clock: Clock
) -> None:
    """What changes nothing may be asked for from anywhere; the reminder in an inbox is such a link."""
    client = signed_in(app, kept.sign_ins, "PA")
    assert client.get("/me", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 200


# Whether an answer opens further, its form says: see `tests/assignments/pages/test_mine.py`.
ASKED_ELSEWHERE = {"mine.change_sharing"}
# Of these only the part that is not for both.
ONLY_A_PART = {"brief.brief": "?with=c", "brief.pdf": "?with=c"}


def test_no_sensitive_act_is_done_for_whoever_finds_a_screen_left_open(
    app: Flask, kept: KeptWorld, changes: Changes, clock: Clock, proves: Proves
) -> None:
    """Eleven minutes after the pass-phrase was given each of them asks for it, does nothing, and leads back to its page."""
    app.config["WTF_CSRF_ENABLED"] = False
    clock.move(minutes=11)
    for actor in kept.sign_ins:
        signed_in(app, kept.sign_ins, actor).get("/me")  # Being seen is written down once a minute.
    afresh = {endpoint for endpoint, marks in marks_written_down().items() if "afresh" in marks.split()}
    before, tried, faults = changes.fingerprint(), 0, []
    backs: list[tuple[FlaskClient, str, str]] = []
    for rule in ROUTES:
        for method in methods(rule) if rule.endpoint in afresh else ():
            if rule.endpoint in ASKED_ELSEWHERE:
                continue
            url = address(app, rule, kept.world, access.permission_of(app, rule.endpoint))
            client = signed_in(app, kept.sign_ins, who_may(rule.endpoint)[0])
            reply = client.open(
                url + ONLY_A_PART.get(rule.endpoint, ""), method=method, data={"form_key": "5" * 32}
            )
            tried += 1
            where = urlsplit(reply.location or "")
            if reply.status_code != 303 or where.path != "/sign-in/again":
                faults.append(f"{method} {url} answers {reply.status}")
            elif back := parse_qs(where.query).get("next"):
                backs.append((client, f"{method} {url}", back[0]))
    changed = changes.fingerprint() != before
    for client, asked, back_to in backs:
        shown = client.get(back_to)
        if shown.status_code != 200 and "/sign-in/again" not in (shown.location or ""):
            faults.append(f"{asked} leads back to {back_to}: {shown.status}")
    proves(
        "R14 a fresh pass-phrase for sensitive acts",
        f"{tried} ways to {len(afresh)} acts and pages with a pass-phrase given eleven minutes ago, {len(faults)} open",
    )
    assert tried > 30
    assert not faults, "\n".join(faults)
    assert not changed


def test_no_get_and_no_other_method_does_what_a_post_does(
    app: Flask, kept: KeptWorld, changes: Changes, proves: Proves
) -> None:
    app.config["WTF_CSRF_ENABLED"] = False  # So that only the method stands in the way.
    app.config["PROPAGATE_EXCEPTIONS"] = False
    pages = {rule.rule for rule in ROUTES if "GET" in (rule.methods or ())}
    before, tried, faults = changes.fingerprint(), 0, []
    for rule, url, actor in forms(app, kept):
        if rule.rule in pages:
            continue  # A page stands at the same address.
        client = signed_in(app, kept.sign_ins, actor)
        for method in ("GET", "PUT", "DELETE", "PATCH", "TRACE", "PROPFIND"):
            for claims in ({}, *OVERRIDES):
                reply = client.open(url, method=method, headers=claims, data={"_method": "POST"})
                tried += 1
                if reply.status_code not in (303, 302, 404, 405):
                    faults.append(f"{method} {rule.endpoint}: {reply.status}")
    changed = changes.fingerprint() != before
    proves(
        "R25 every change needs token, origin and POST", f"{tried:,} by another method, {len(faults)} done"
    )
    assert not faults, "\n".join(faults[:20])
    assert not changed


def test_a_host_that_is_not_ours_is_refused_and_never_repeated(app: Flask, kept: KeptWorld) -> None:
    for host in ("evil.example", "localhost.evil.example", "evil.example:80", "a@evil.example", "[::1]evil"):
        for url in ("/sign-in", "/sign-in/forgotten", "/help", "/made/up", "/feed/made-up.ics"):
            reply = signed_in(app, kept.sign_ins, "PA").get(url, headers={"Host": host})
            assert reply.status_code in (400, 404), (host, url, reply.status)
            assert b"evil" not in reply.data, (host, url)
            assert "evil" not in str(reply.headers), (host, url)


@pytest.mark.parametrize(
    "claim", ["X-Forwarded-Host", "X-Forwarded-Prefix", "Forwarded", "X-Original-URL", "X-Rewrite-URL"]
)
def test_what_no_proxy_of_ours_said_is_not_believed(app: Flask, kept: KeptWorld, claim: str) -> None:
    client = signed_in(app, kept.sign_ins, "PA")
    honest, claimed = client.get("/help"), client.get("/help", headers={claim: "evil.example"})
    assert claimed.status_code == honest.status_code
    assert b"evil.example" not in claimed.data
    assert "evil.example" not in str(claimed.headers)


def test_no_address_leads_out_of_the_house(app: Flask, kept: KeptWorld, proves: Proves) -> None:
    """Every page with every name under which a way on is usually given."""
    tried, faults = 0, []
    for rule in ROUTES:
        if "GET" not in (rule.methods or ()) or rule.endpoint == "leave.leave":
            continue
        permission = access.permission_of(app, rule.endpoint)
        url = address(app, rule, kept.world, permission)
        client = signed_in(app, kept.sign_ins, who_may(rule.endpoint)[0])
        for evil in EVIL if permission is Permission.PAGE_PUBLIC else EVIL[:2]:
            names = ("next", "back", "return_to", "url", "redirect", "to")
            query = urlencode(dict.fromkeys(names, evil))
            reply = client.get(f"{url}{'&' if '?' in url else '?'}{query}")
            tried += 1
            where = reply.location or ""
            if where and (not where.startswith("/") or where.startswith(("//", "/\\"))):
                faults.append(f"{url} with {evil!r} leads to {where}")
            if reply.status_code >= 500 or "\r" in where or "\n" in where:
                faults.append(f"{url} with {evil!r} answers {reply.status}")
    proves(
        "R27 bad input is refused with a sentence, and never ends in a server error",
        f"{tried} ways out of the house tried, {len(faults)} open",
    )
    assert not faults, "\n".join(faults[:20])


def test_a_field_sent_twice_counts_once_and_never_beside_one_in_the_address(
    app: Flask, kept: KeptWorld, changes: Changes
) -> None:
    """What a query says is not what a form said, and of two choices none is more than one choice."""
    app.config["WTF_CSRF_ENABLED"] = False
    client = signed_in(app, kept.sign_ins, "PA")
    before = changes.fingerprint()
    reply = client.post("/thanks/new?visibility=shared&what=In+the+address", data={"form_key": "2" * 32})
    assert reply.status_code == 422
    assert changes.fingerprint() == before
    twice = b"what=Once&what=Twice&visibility=private&visibility=shared&form_key=" + b"3" * 32
    reply = client.post("/thanks/new", data=twice, content_type="application/x-www-form-urlencoded")
    assert reply.status_code in (302, 303, 422)
