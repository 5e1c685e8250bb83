"""No sign that fired stands where either partner can read it: not its name, its state, its evidence or its address."""

from __future__ import annotations

import pytest
from flask import Flask

from assignments.domain.signs import KINDS, State
from assignments.queries.signs import signs_page
from clinic.clock import now
from clinic.queries.couples import couple_for
from tests.assignments.reports import CALM, TENSE, weeks_of
from tests.cast import AS, Cast
from tests.crawl import links
from tests.page import get_page, read_page

MOST_PAGES = 60


@pytest.mark.parametrize("told_by", ["sam", "jo"])
@pytest.mark.parametrize("reader", ["sam", "jo"])
def test_no_page_of_a_partner_names_a_sign_whoever_reported_it(
    app: Flask, cast: Cast, as_: AS, told_by: str, reader: str
) -> None:
    couple, other = cast.sam_and_jo, "jo" if told_by == "sam" else "sam"
    weeks_of(app, couple, (getattr(cast, told_by),), 8, **TENSE)
    weeks_of(app, couple, (getattr(cast, other),), 8, **CALM)
    with app.app_context():
        found = signs_page(cast.priya, couple_for(cast.priya, couple.id), now())
    assert any(row.sign.state is State.MET for row in found.rows)
    client, waiting = as_(getattr(cast, reader)), ["/today"]
    # The way out ends the sign-in.
    seen = {"/leave"}
    titles = [kind.title.lower() for kind in KINDS.values()] + ["referral sign", "check-in composite"]
    while waiting and len(seen) < MOST_PAGES:
        address = waiting.pop(0)
        seen.add(address)
        response = client.get(address)
        if response.status_code != 200 or response.mimetype != "text/html":
            continue
        page = read_page(response)
        words = page.words.lower()
        assert not [title for title in titles if title in words], address
        assert "/signs" not in response.text, address
        ways_on = sorted({link.split("#")[0] for link in links(page)})
        waiting += [link for link in ways_on if link.startswith("/") and link not in {*seen, *waiting}]
    assert len(seen) > 8
    get_page(client, f"/c/couples/{couple.id}/signs", status=404)
