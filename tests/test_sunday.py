"""The arithmetic and the play of the busiest hour do what docs/scale.md says they do."""

from __future__ import annotations

import re
from pathlib import Path

from sqlalchemy import UniqueConstraint

import assignments.models  # noqa: F401  # Its tables are among those looked at.
from clinic.extensions import Base
from tests.benches.sunday import Visit, hour, play
from tests.statements import OF_NO_PRACTICE

VISIT = Visit((0.01, 0.2, 0.02, 0.02, 0.03, 0.02), database=0.03, statements=80)


def test_an_idle_machine_makes_nobody_wait() -> None:
    took = play(0.01, [0.1], 2, seconds=10_000, seed=1)
    assert len(took) > 50
    assert max(took) <= 0.15


def test_too_few_processors_make_everybody_wait() -> None:
    enough = play(20.0, [0.1], 4, seconds=60, seed=1)
    too_few = play(20.0, [0.1], 1, seconds=60, seed=1)
    assert enough[len(enough) // 2] < 0.2
    assert too_few[len(too_few) // 2] > 5


def test_ten_times_the_couples_need_ten_times_the_processors() -> None:
    small, large = hour(100_000, VISIT), hour(1_000_000, VISIT)
    assert large.visits == 10 * small.visits == 210_000
    assert 8 <= large.application_cores / small.application_cores <= 10
    assert large.p95 < 0.5


def test_the_page_about_scale_names_every_key_that_would_have_to_change(project: Path) -> None:
    """A key of a new table is either one practice's or everybody's; whoever adds one says which in docs/scale.md."""
    keys = {
        f"{table.name}({', '.join(column.name for column in one.columns)})"
        for table in Base.metadata.sorted_tables
        if "practice_id" in table.c
        for one in table.constraints
        if isinstance(one, UniqueConstraint) and "practice_id" not in one.columns
    }
    page = (project / "docs" / "scale.md").read_text()
    assert keys == set(re.findall(r"`(\w+\([\w, ]+\))`", page))
    assert all(f"`{table}`" in page for table in set(OF_NO_PRACTICE))
