"""The table in docs/asvs.md: every requirement that was chosen has a row, and every test that a row names is there."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tests.promises import promises

ROW = re.compile(r"^\| ((?:\d+\.\d+\.\d+ ?)+)\|.*\| ([^|]*) \|$", re.MULTILINE)
NAMED = re.compile(r"`(tests/[\w/]+\.py)(?:::(\w+))?`")
# The requirements of levels 1 and 2 that apply here, and those of level 3 that were chosen.
CHOSEN = [
    "1.1.1",
    "1.5.3",
    "1.1.2",
    "1.2.1",
    "1.2.2",
    "1.2.3",
    "1.2.4",
    "1.2.5",
    "1.3.2",
    "1.3.10",
    "1.2.9",
    "1.3.12",
    "1.2.10",
    "1.3.1",
    "1.3.5",
    "1.3.7",
    "1.3.3",
    "1.3.11",
    "1.4.2",
    "1.3.6",
    "1.5.2",
    "2.1.1",
    "2.1.2",
    "2.1.3",
    "2.2.1",
    "2.2.2",
    "2.2.3",
    "2.3.1",
    "2.3.2",
    "2.3.3",
    "2.3.4",
    "2.3.5",
    "2.4.1",
    "3.1.1",
    "3.7.1",
    "3.7.5",
    "3.2.1",
    "3.2.2",
    "3.2.3",
    "3.3.1",
    "3.3.2",
    "3.3.3",
    "3.3.4",
    "3.3.5",
    "3.4.1",
    "3.4.3",
    "3.4.4",
    "3.4.5",
    "3.4.6",
    "3.4.8",
    "3.4.2",
    "3.5.1",
    "3.5.3",
    "3.5.8",
    "3.5.6",
    "3.5.7",
    "3.6.1",
    "3.7.2",
    "4.1.1",
    "4.1.2",
    "4.1.3",
    "4.1.4",
    "4.2.1",
    "5.1.1",
    "5.2.1",
    "5.2.2",
    "5.2.4",
    "5.3.1",
    "5.3.2",
    "5.4.1",
    "5.4.2",
    "6.1.1",
    "6.1.2",
    "6.1.3",
    "6.3.1",
    "6.3.4",
    "6.2.1",
    "6.2.2",
    "6.2.3",
    "6.2.5",
    "6.2.6",
    "6.2.7",
    "6.2.8",
    "6.2.9",
    "6.2.10",
    "6.2.4",
    "6.2.11",
    "6.2.12",
    "6.3.2",
    "6.4.1",
    "6.4.6",
    "6.3.3",
    "6.5.1",
    "6.5.2",
    "6.5.3",
    "6.5.4",
    "6.5.5",
    "6.5.6",
    "6.5.8",
    "6.6.2",
    "6.6.3",
    "6.3.5",
    "6.3.7",
    "6.3.8",
    "6.3.6",
    "6.4.2",
    "6.4.3",
    "6.4.4",
    "7.1.1",
    "7.1.2",
    "7.3.1",
    "7.3.2",
    "7.2.1",
    "7.2.2",
    "7.2.3",
    "7.2.4",
    "7.6.2",
    "7.4.1",
    "7.4.2",
    "7.4.3",
    "7.4.4",
    "7.4.5",
    "7.5.1",
    "7.5.2",
    "7.5.3",
    "8.1.1",
    "8.1.2",
    "8.1.3",
    "8.2.1",
    "8.2.2",
    "8.2.3",
    "8.3.1",
    "8.3.2",
    "8.4.1",
    "9.1.1",
    "9.1.2",
    "9.2.1",
    "9.2.2",
    "11.1.1",
    "11.1.2",
    "11.1.4",
    "11.2.1",
    "11.2.2",
    "11.2.3",
    "11.3.1",
    "11.3.2",
    "11.3.3",
    "11.3.4",
    "11.2.4",
    "11.2.5",
    "11.7.2",
    "11.4.1",
    "11.4.2",
    "11.4.3",
    "11.4.4",
    "11.5.1",
    "12.1.1",
    "12.1.2",
    "12.2.1",
    "12.2.2",
    "12.3.1",
    "12.3.2",
    "13.1.1",
    "13.1.2",
    "13.1.3",
    "13.1.4",
    "13.2.1",
    "13.2.2",
    "13.2.3",
    "13.2.4",
    "13.2.5",
    "13.3.1",
    "13.3.2",
    "13.3.4",
    "13.4.1",
    "13.4.2",
    "13.4.3",
    "13.4.4",
    "13.4.5",
    "13.4.6",
    "14.1.1",
    "14.1.2",
    "14.2.4",
    "14.2.6",
    "14.2.7",
    "14.2.1",
    "14.2.2",
    "14.2.3",
    "14.2.5",
    "14.3.1",
    "14.3.2",
    "14.3.3",
    "15.1.1",
    "15.1.2",
    "15.1.3",
    "15.1.5",
    "15.2.1",
    "15.2.2",
    "15.2.3",
    "15.2.4",
    "15.3.1",
    "15.3.3",
    "15.3.5",
    "15.3.6",
    "15.3.7",
    "15.3.4",
    "15.4.1",
    "15.4.2",
    "15.4.3",
    "16.1.1",
    "16.2.1",
    "16.2.2",
    "16.2.3",
    "16.2.4",
    "16.2.5",
    "16.3.1",
    "16.3.2",
    "16.3.3",
    "16.3.4",
    "16.4.1",
    "16.4.2",
    "16.4.3",
    "16.5.1",
    "16.5.2",
    "16.5.3",
    "16.5.4",
]


@pytest.fixture(scope="module")
def rows(project: Path) -> list[tuple[str, list[str], str]]:
    """The heading a row stands under, its requirements, and what shows them or what is missing."""
    text = (project / "docs" / "asvs.md").read_text(encoding="utf-8")
    found = []
    for section in text.split("\n## ")[1:]:
        heading = section.partition("\n")[0]
        found += [(heading, ids.split(), told) for ids, told in ROW.findall(section)]
    return found


def test_every_requirement_that_was_chosen_has_one_row(rows: list[tuple[str, list[str], str]]) -> None:
    listed = [one for _, ids, _ in rows for one in ids]
    assert sorted(listed) == sorted(CHOSEN)


def test_every_row_names_tests_that_are_there(rows: list[tuple[str, list[str], str]], project: Path) -> None:
    missing = []
    for heading, ids, told in rows:
        if heading != "Shown by a test":
            assert told, ids
            continue
        named = NAMED.findall(told)
        if not named:
            missing.append(f"{ids[0]} names no test")
        for file, name in named:
            path = project / file
            if not path.exists() or (name and name not in functions_in(path)):
                missing.append(f"{ids[0]}: {file}::{name}")
    assert not missing, "\n".join(missing)


def functions_in(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_what_is_open_is_said_and_grows_no_longer(rows: list[tuple[str, list[str], str]]) -> None:
    """Closing one moves its row; nothing new is put among what is open without this number being changed."""
    assert sum(len(ids) for heading, ids, _ in rows if heading == "Open") == 0


def test_every_file_that_the_promises_name_is_there(project: Path) -> None:
    """`docs/security.md`: each promise from R1 to R48, where it lies, and what shows it."""
    text = (project / "docs" / "security.md").read_text(encoding="utf-8")
    listed = promises(text)
    assert [one.number for one in listed] == [f"R{number}" for number in range(1, 49)]
    # A rule of work is the one promise that no test can hold.
    assert [one.number for one in listed if not one.places] == ["R48"]
    named = re.findall(r"`((?:clinic|assignments|tests|templates|docs)/[\w/.-]+)(?:::\w+)?`", text)
    assert not [name for name in named if not (project / name).exists()]
    tests = [(file, name) for file, name in NAMED.findall(text) if name]
    assert len(tests) > 5
    assert not [one for one in tests if one[1] not in functions_in(project / one[0])]
