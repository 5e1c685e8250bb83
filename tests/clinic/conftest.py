"""What the tests of backups share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from tests.databases import Databases, app_on


@pytest.fixture
def elsewhere(databases: Databases) -> Iterator[Flask]:
    """The application of another machine, with a database that has no table yet."""
    url = databases.bare()
    with app_on(url) as other:
        yield other
    databases.drop(url)
