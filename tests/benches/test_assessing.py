"""What it costs to assess a caseload and one couple, as ratios to something plain in the same run.

``make bench`` runs these and prints what it measured. A ratio is judged with a wide margin: the machine may be busy.
"""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.bench

COUPLES, WEEKS = 10_000, 26
MOST_TIMES_A_SCAN = 10
MOST_MEGABYTES = 500
MOST_MILLISECONDS = 5
RECORDED = ("closeness", "understood", "tension", "pulled_back", "outside_pressure", "hope")


def caseload(path: Path) -> None:
    """A table of check-ins: every week of every couple, one answer in five left out."""
    from random import Random

    dice = Random(7)
    connection = sqlite3.connect(path)
    connection.execute(
        f"create table checkin (couple integer, week integer, partner text, {', '.join(RECORDED)})"
    )
    connection.executemany(
        f"insert into checkin values ({', '.join('?' * (3 + len(RECORDED)))})",
        (
            (couple, week, partner, *(dice.randint(0, 10) for _ in RECORDED))
            for couple in range(COUPLES)
            for week in range(WEEKS)
            for partner in "AB"
            if dice.random() < 0.8
        ),
    )
    connection.commit()
    connection.close()


MEASURE = """
import json, resource, sqlite3, sys, time
from itertools import groupby
from assignments.domain.checkins import CheckinAnswers
from assignments.domain.history import Checkin, couple_history
from assignments.domain.signs import State, assess_many

def megabytes():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

connection = sqlite3.connect(sys.argv[1])
fields = "closeness, understood, tension, pulled_back, outside_pressure, hope"
query = f"select couple, week, partner, {fields} from checkin order by rowid"
times = []
for _ in range(3):
    began = time.perf_counter()
    count = len(connection.execute(query).fetchall())
    times.append(time.perf_counter() - began)
scan = min(times)
began = time.perf_counter()
histories = [
    couple_history(str(couple), int(sys.argv[2]) - 1, [
        Checkin(row[2], row[1], CheckinAnswers(row[3], row[4], row[5], row[6], row[7], None, row[8]))
        for row in rows
    ])
    for couple, rows in groupby(connection.execute(query), key=lambda row: row[0])
]
read = time.perf_counter() - began
before = megabytes()
began = time.perf_counter()
met = sum(sign.state is State.MET for found in assess_many(histories) for sign in found.signs)
assessed = time.perf_counter() - began
print(json.dumps(dict(rows=count, couples=len(histories), met=met, scan=scan, read=read, assessed=assessed,
                      before=before, megabytes=megabytes())))
"""


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, float]]:
    """One process that scans the rows, reads them into records and assesses all of them in one call."""
    path = tmp_path_factory.mktemp("bench") / "caseload.sqlite"
    caseload(path)
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, str(path), str(WEEKS)], capture_output=True, text=True, check=True
    )
    yield json.loads(done.stdout)


def test_a_caseload_is_assessed_in_few_scans_of_its_rows(
    measured: dict[str, float], record_property: pytest.RecordProperty
) -> None:
    times = measured["assessed"] / measured["scan"]
    print(
        f"\n{measured['couples']:,} couples, {measured['rows']:,} check-ins: scan {measured['scan']:.2f} s, reading"
        f" them into records {measured['read']:.2f} s, assessing all signs {measured['assessed']:.2f} s"
        f" = {times:.1f} scans"
    )
    assert times <= MOST_TIMES_A_SCAN


def test_a_caseload_is_assessed_in_little_memory(measured: dict[str, float]) -> None:
    print(f"\nat most {measured['megabytes']:.0f} MB, of which {measured['before']:.0f} MB are the records")
    assert measured["megabytes"] <= MOST_MEGABYTES
