"""A connection that SQLite once opened for reading alone is not kept: after the disk was put right, saving goes on."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from clinic.actions.talks import ask_to_talk
from clinic.extensions import db
from tests.cast import Cast


def test_a_connection_that_may_not_write_is_given_up(cast: Cast, app: Flask) -> None:
    with app.app_context():
        # What a read-only file system does to a connection, without one.
        db.session.execute(text("PRAGMA query_only=ON"))
        db.session.rollback()
        with pytest.raises(OperationalError, match="readonly"):
            ask_to_talk(actor=cast.sam, reach="Ring me at seven, please")
        db.session.rollback()
        ask_to_talk(actor=cast.sam, reach="Ring me at seven, please")
