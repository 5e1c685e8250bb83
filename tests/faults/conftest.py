"""What the faults are tried on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.databases import Databases
from tests.faults.serving import World, populate


@pytest.fixture
def world(databases: Databases) -> Iterator[World]:
    """People and their work on a database of this test's own. Time goes by here as it does outside."""
    url = databases.fresh()
    yield populate(url)
    databases.drop(url)
