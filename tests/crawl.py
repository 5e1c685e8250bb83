"""Every page of the product, found as people find it: by following links, in the told world.

`tests/test_page_costs.py` fails for a GET route that nobody reaches, so a new page joins by being linked, or by a line in
`tests/visitors.py` where no link leads to it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from tests.conftest import CountQueries
from tests.page import Page, read_page
from tests.visitors import Visitor

# How many addresses of one route are followed: a couple's page differs little from couple to couple.
ADDRESSES_A_ROUTE = 2
# Exit's page is blank and leads out of the house at once; tests/clinic/pages/test_leave.py looks after it.
LEADS_OUT = "leave.leave"


@dataclass(frozen=True)
class Visited:
    """A page somebody found."""

    visitor: str
    endpoint: str
    address: str
    page: Page
    statements: int


def _not_counting() -> AbstractContextManager[list[str]]:
    return nullcontext([])


def pages_of(
    app: Flask,
    client: FlaskClient,
    visitor: Visitor,
    counting: CountQueries = _not_counting,
    *,
    a_route: int = ADDRESSES_A_ROUTE,
    without: Collection[str] = (),
) -> list[Visited]:
    """Every page this visitor finds, each route a few times, and none of the endpoints of `without`. Dead links fail."""
    with app.app_context():
        waiting = [(address, "a seed", True) for address in visitor.begins_at()]
    seen: set[str] = set()
    how_often: Counter[str] = Counter()
    found: list[Visited] = []
    while waiting:
        address, led_from, is_seed = waiting.pop(0)
        endpoint = endpoint_of(app, address)
        kind = f"{endpoint}?{sorted(part.split('=')[0] for part in urlsplit(address).query.split('&'))}"
        if (
            address in seen
            or endpoint in {LEADS_OUT, *without}
            or not endpoint.startswith(visitor.only)
            or (how_often[kind] >= a_route and not is_seed)
        ):
            continue
        seen.add(address)
        how_often[kind] += 1
        with counting() as statements:
            response = client.get(address)
        where = f"{visitor.name}: {address} (from {led_from})"
        if response.status_code in (302, 303):
            waiting.insert(0, (urljoin(address, response.location or ""), where, is_seed))
            continue
        assert response.status_code == 200, f"{where} answers {response.status}"
        if response.mimetype != "text/html":
            continue
        page = read_page(response)
        found.append(Visited(visitor.name, endpoint, address, page, len(statements)))
        waiting += [(link, address, False) for link in links(page) if link not in seen]
    return found


def endpoint_of(app: Flask, address: str, method: str = "GET") -> str:
    """The endpoint an address leads to, or the empty text for none of ours."""
    try:
        found = app.url_map.bind("localhost").match(urlsplit(address).path, method=method)
    except (RequestRedirect, HTTPException):
        return ""
    return str(found[0])


def links(page: Page) -> Iterator[str]:
    """The addresses inside this site that a page leads to, without their fragments."""
    for tag in page.select("a[href]"):
        target = urlsplit(urljoin(page.address, str(tag["href"])))
        if not target.netloc and target.path.startswith("/"):
            yield target.path + (f"?{target.query}" if target.query else "")
