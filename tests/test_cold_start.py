"""What starting brings along: what is heavy and rarely used is imported when it is first needed, and not before."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from assignments.demo.world import load_world
from clinic.actions.sign_ins import start_sign_in
from tests.databases import SQLiteFiles, app_on
from tests.serving import ROOT
from tests.told_world import person_at

# Each costs more to import than a page does to make, or than a process should carry that never needs it.
HEAVY = {
    "weasyprint",
    "numpy",
    "webauthn",
    "prometheus_client",
    "structlog",
    "psycopg",
    "redis",
    "PIL",
    "pypdf",
    "icalendar",
    "zxcvbn",
    "alembic",
    "mako",
}
MEGABYTES = 200

STARTING = """
import json, sys
from config import TestConfig
from wsgi import create_app
app = create_app(TestConfig(database_url=sys.argv[1]))
loaded = sorted(set(sys.modules) & set(sys.argv[3].split()))
client = app.test_client()
with client.session_transaction() as session:
    session.update(_user_id=sys.argv[2], _fresh=True)
client.set_cookie("device", "a phone")
page = client.get("/today")
later = sorted(set(sys.modules) & set(sys.argv[3].split()))
# The most this process ever held; what rusage says begins with the size of whoever started it.
(most,) = [line for line in open("/proc/self/status") if line.startswith("VmHWM:")]
memory = int(most.split()[1]) / 1024
print(json.dumps(dict(status=page.status_code, loaded=loaded, later=later, memory=memory)))
"""


@pytest.mark.slow
def test_starting_brings_nothing_heavy_until_it_is_needed(sqlite_files: SQLiteFiles) -> None:
    url = sqlite_files.fresh()
    with app_on(url) as app, app.app_context():
        load_world()
        token = start_sign_in(person_at("sam"), device="a phone", device_name="Phone")
    done = subprocess.run(
        [sys.executable, "-c", STARTING, url, token, " ".join(sorted(HEAVY))],
        capture_output=True, text=True, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, check=True,
    )  # fmt: skip
    found = json.loads(done.stdout)
    assert found["status"] == 200
    assert found["loaded"] == []
    assert found["later"] == []
    assert found["memory"] < MEGABYTES


def test_the_heavy_ones_are_used_at_all() -> None:
    """Or there would be nothing to hold back."""
    text = "".join(
        path.read_text(encoding="utf-8")
        for package in ("clinic", "assignments")
        for path in (Path(ROOT) / package).rglob("*.py")
    )
    for name in ("weasyprint", "numpy", "webauthn", "prometheus_client", "structlog", "icalendar", "zxcvbn"):
        assert f"import {name}" in text or f"from {name}" in text
