"""What the faults are tried on."""

from __future__ import annotations

import os
from collections.abc import Iterator
from unittest import mock

import pytest

from tests.databases import Databases, PostgreSQLServer, postgresql
from tests.faults.serving import World, populate


@pytest.fixture
def world(databases: Databases) -> Iterator[World]:
    """People and their work on a database of this test's own. Time goes by here as it does outside."""
    url = databases.fresh()
    yield populate(url)
    databases.drop(url)


@pytest.fixture(scope="session")
def own_postgresql(request: pytest.FixtureRequest) -> Iterator[PostgreSQLServer]:
    """A server that may be crashed and whose files can be read: never the one of TEST_DATABASE_URL, which others use."""
    if "TEST_DATABASE_URL" not in os.environ:
        yield request.getfixturevalue("postgresql_server")
        return
    elsewhere = {name: value for name, value in os.environ.items() if name != "TEST_DATABASE_URL"}
    with mock.patch.dict(os.environ, elsewhere, clear=True), postgresql() as server:
        yield server
