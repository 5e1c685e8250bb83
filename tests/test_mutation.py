"""Every guard is needed: where one is taken away or turned round, a test turns red (G1).

The rules about who sees what are broken one line at a time by `tests/mutation.py`. What a route asks for is written down
once more in `tests/permissions.csv`, which no other code reads: a marker that is removed, or names another row, differs.
"""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from clinic import access
from clinic.domain.roles import Permission
from tests.mutants import mutants_of
from tests.mutated import EQUAL, GUARDS, PARTS, WATCHED
from tests.trust import Proves, Sized, is_big

PERMISSIONS = Path(__file__).parent / "permissions.csv"
# By the names they have in that file.
MARKS = {
    "afresh": "asks_afresh",
    "room": "is_for_the_room",
    "passed": "is_open_while_passed",
    "unconfirmed": "is_open_while_unconfirmed",
}


def written_down() -> dict[str, str]:
    with PERMISSIONS.open(encoding="utf-8", newline="") as lines:
        return {row["endpoint"]: f"{row['resource']},{row['action']}" for row in csv.DictReader(lines)}


def marks_written_down() -> dict[str, str]:
    """What a view asks for, or lets through, beside its row: the pass-phrase afresh; a screen, phone or account in other hands."""
    with PERMISSIONS.open(encoding="utf-8", newline="") as lines:
        return {row["endpoint"]: row["marks"] for row in csv.DictReader(lines)}


def marks_as_they_stand(app: Flask) -> dict[str, str]:
    return {
        endpoint: " ".join(
            name for name, mark in MARKS.items() if getattr(app.view_functions[endpoint], mark, False)
        )
        for endpoint in as_it_stands(app)
    }


def as_it_stands(app: Flask) -> dict[str, str]:
    return {
        rule.endpoint: str(access.permission_of(app, rule.endpoint))
        for rule in app.url_map.iter_rules()
        if not rule.endpoint.endswith("static")
    }


def test_each_route_asks_for_what_is_written_down(app: Flask) -> None:
    """A new route joins `tests/permissions.csv` by a line: its endpoint, the row of the matrix it stands on, its marks."""
    assert as_it_stands(app) == written_down()
    assert marks_as_they_stand(app) == marks_written_down()


@pytest.mark.settings
def test_a_route_that_asks_for_less_or_for_something_else_is_noticed(app: Flask, proves: Proves) -> None:
    """Each marker in turn is removed, and then exchanged for another one."""
    known, tried, lived = written_down(), 0, []
    views: dict[str, Any] = {
        endpoint: view for endpoint, view in app.view_functions.items() if not endpoint.endswith("static")
    }
    for endpoint, view in views.items():
        marker = access.permission_of(app, endpoint)
        others = {Permission.PAGE_PUBLIC, Permission.TODAY_READ, Permission.COUPLE_READ} - {marker}
        for other in sorted(others):
            view.permission = other
            tried += 1
            lived += [endpoint] if as_it_stands(app) == known else []
        view.permission = marker
        for mark in MARKS.values():
            there = vars(view).pop(mark, None)
            if there is None:
                setattr(view, mark, True)
            tried += 1
            lived += [f"{endpoint} {mark}"] if marks_as_they_stand(app) == marks_written_down() else []
            vars(view).pop(mark, None)
            if there is not None:
                setattr(view, mark, there)
    proves(
        "R22 deny by default; removing any one guard turns a test red",
        f"{tried} markers of routes removed, exchanged or put where none was, {tried - len(lived)} noticed",
    )
    assert not lived


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("module", WATCHED)
def test_a_rule_that_is_broken_is_noticed(module: str, project: Path, proves: Proves, sized: Sized) -> None:
    """All mutants in `make trust`, each so-manieth in `make test`."""
    assert_noticed(module, sized(12, 1), project, proves)


@pytest.mark.trust
@pytest.mark.timeout(7200)
@pytest.mark.parametrize(
    ("module", "parts", "part"),
    [(module, PARTS.get(module, 1), part) for module in GUARDS for part in range(PARTS.get(module, 1))],
)
def test_a_guard_that_is_taken_away_is_noticed(
    module: str, parts: int, part: int, project: Path, proves: Proves
) -> None:
    """What stands around every request, and each condition of a query."""
    assert_noticed(module, parts, project, proves, part)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_few_conditions_of_queries_are_needed(project: Path, proves: Proves) -> None:
    """The small version of the proof above, for the guards that are easiest to forget."""
    assert_noticed("clinic.queries", 30, project, proves)


def assert_noticed(module: str, every: int, project: Path, proves: Proves, first: int = 0) -> None:
    """Try the mutants in a process of its own, because it forks."""
    command = [
        sys.executable,
        "-W",
        "ignore",
        "-m",
        "tests.mutation",
        module,
        f"--every={every}",
        f"--from={first}",
        *(["--equal-too"] if is_big() else []),
    ]
    # What this run was told is not for the tests that the mutants run in.
    apart = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "TRUST_"))}
    done = subprocess.run(command, cwd=project, env=apart, capture_output=True, text=True, check=False)
    said = done.stdout[done.stdout.find(f"{module}: ") :].strip()
    proves("R22 deny by default; removing any one guard turns a test red", said or done.stderr[-300:])
    assert done.returncode == 0, said


def test_what_is_called_equal_still_exists() -> None:
    """A mutant that nobody can tell from the rule is named with its reason, and goes from the list with its line."""
    assert set(EQUAL) <= {mutant.name for module in [*WATCHED, *GUARDS] for mutant in mutants_of(module)}
