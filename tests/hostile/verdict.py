"""What other people's tools found, read from what they left behind: one line for each, and whether any found something.

python -m tests.hostile.verdict FOLDER
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

STATUS = re.compile(r'HTTP/1\.[01](?:\x1b\[0m)?" (\d{3}) ')


@dataclass(frozen=True)
class Told:
    """What one tool says."""

    name: str
    says: str
    is_clean: bool


def by_schemathesis(name: str, text: str) -> Told:
    """Its own count of cases; a run that its time ended counts what it had tried."""
    counts = re.findall(r"(\d+) generated[^\n]*", text)
    failed = "Server error" in text or "FAILURES" in text or re.search(r"\b[1-9]\d* failed", text) is not None
    lines = re.findall(r"[^\n]*\d+ generated[^\n]*", text)
    return Told(name, lines[-1].strip() if lines else "did not get to its count", bool(counts) and not failed)


def by_wapiti(name: str, report: Path) -> Told:
    """Its report, which it writes when all its modules have run or have had their time."""
    if not report.exists():
        return Told(name, "left no report", False)
    found = {
        kind: len(each) for kind, each in json.loads(report.read_text())["vulnerabilities"].items() if each
    }
    return Told(name, f"{sum(found.values())} found {found or ''}".strip(), not found)


def by_sqlmap(name: str, text: str) -> Told:
    """Whether a parameter may be injected; an address that was not there was not tried."""
    if "identified the following injection point" in text or "is vulnerable" in text:
        return Told(name, "INJECTABLE", False)
    if "page not found" in text or "testing for SQL injection" not in text:
        return Told(name, "was not tried: nothing is at that address", False)
    tried = len(re.findall(r"testing for SQL injection on", text))
    whole = "all tested parameters do not appear to be injectable" in text
    return Told(
        name, f"{tried} parameters tried{'' if whole else ' until its time was over'}, 0 injectable", True
    )


def by_bandit(name: str, text: str) -> Told:
    """Issues of middle and high severity."""
    issues = len(re.findall(r"^>> Issue", text, re.MULTILINE))
    return Told(name, f"{issues} issues of middle or high severity", not issues)


def verdicts(folder: Path) -> Iterator[Told]:
    """Every tool that was run, in the order of their names, and what the application itself answered."""
    for report in sorted(one for one in folder.iterdir() if one.is_file() and not one.suffix):
        tool, text = report.name.partition("-")[0], report.read_text(errors="replace")
        if tool == "schemathesis":
            yield by_schemathesis(report.name, text)
        elif tool == "wapiti":
            yield by_wapiti(report.name, report.with_suffix(".json"))
        elif tool == "sqlmap":
            yield by_sqlmap(report.name, text)
        elif tool == "bandit":
            yield by_bandit(report.name, text)
    statuses = Counter(STATUS.findall((folder / "served").read_text(errors="replace")))
    broken = sum(number for status, number in statuses.items() if status >= "500")
    total = f"{sum(statuses.values()):,} requests answered, {broken} by a server error {dict(statuses)}"
    yield Told("the application", total, not broken)


if __name__ == "__main__":
    told = list(verdicts(Path(sys.argv[1])))
    for one in told:
        sys.stdout.write(f"{'  ' if one.is_clean else '! '}{one.name}: {one.says}\n")
    raise SystemExit(not all(one.is_clean for one in told))
