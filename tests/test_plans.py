"""The rule of `tests.plans` is one that can be broken."""

from __future__ import annotations

from flask import Flask

from clinic.extensions import db
from tests.plans import wide_steps

REPLIES = "SELECT at FROM comment WHERE practice_id = ? AND delivered_at <= ?"
OF_ONE_COUPLE = "SELECT minutes FROM appointment AS a WHERE a.practice_id = ? AND a.couple_id = ?"


def test_a_statement_that_goes_through_a_practice_is_found_unless_its_page_is_about_the_practice(
    app: Flask,
) -> None:
    with app.app_context():
        path = str(db.engine.url.database)
    assert wide_steps(path, {OF_ONE_COUPLE: {"couple"}}) == []
    (found,) = wide_steps(path, {REPLIES: {"today", "practice_counts"}})
    assert found.startswith("SCAN comment, for practice_counts, today: SELECT at")
    assert wide_steps(path, {REPLIES: {"practice_counts"}}) == []


def test_an_index_on_the_practice_alone_would_lead_through_it(app: Flask) -> None:
    with app.app_context():
        db.session.execute(db.text("CREATE INDEX by_practice ON set_aside (practice_id)"))
        db.session.commit()
        path = str(db.engine.url.database)
    asked = "SELECT choice FROM set_aside WHERE practice_id = ? AND couple_id = ?"
    (found,) = wide_steps(path, {asked: {"today"}})
    assert "by_practice (practice_id=?)" in found
