"""What is read from other people's tools: a find is a find, and a tool that was not heard out has shown nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.hostile.verdict import verdicts

CLEAN = {
    "schemathesis-sam": "  1395 generated, 1395 passed\n",
    "wapiti-sam": "",
    "sqlmap-board": "testing for SQL injection on GET parameter 'q'\nall tested parameters do not appear to be injectable",
    "bandit": "",
    "served": '"GET /today HTTP/1.1" 200 -\n',
}


@pytest.mark.parametrize(
    ("report", "text"),
    [
        (None, ""),
        ("schemathesis-sam", "  90 generated, 89 passed, 1 failed\n"),
        ("schemathesis-sam", "Terminated"),
        ("sqlmap-board", "sqlmap identified the following injection point(s)"),
        ("sqlmap-board", "[CRITICAL] page not found (404)"),
        ("bandit", ">> Issue: [B608:hardcoded_sql_expressions]"),
        ("served", '"GET /today HTTP/1.1" 200 -\n"\x1b[35m\x1b[1mPOST /do HTTP/1.1\x1b[0m" 500 -\n'),
        ("wapiti-sam.json", json.dumps({"vulnerabilities": {"XSS": [{"path": "/"}], "CRLF": []}})),
    ],
)
def test_whatever_is_found_or_was_not_tried_is_told(tmp_path: Path, report: str | None, text: str) -> None:
    (tmp_path / "wapiti-sam.json").write_text(json.dumps({"vulnerabilities": {"XSS": []}}))
    for name, said in CLEAN.items():
        (tmp_path / name).write_text(said)
    if report is not None:
        (tmp_path / report).write_text(text)
    assert sum(not one.is_clean for one in verdicts(tmp_path)) == (report is not None)


def test_a_tool_that_left_no_report_has_shown_nothing(tmp_path: Path) -> None:
    for name, said in CLEAN.items():
        (tmp_path / name).write_text(said)
    assert [one.name for one in verdicts(tmp_path) if not one.is_clean] == ["wapiti-sam"]
