"""The commands about work: the demo, the library, and the fixed contract of `signs assess`."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from assignments import cli
from assignments.domain.exercises import ExerciseError
from assignments.domain.material import MATERIAL
from assignments.domain.signs import SIGN_IDS
from assignments.library import loader
from clinic.extensions import db
from clinic.models import Practice
from tests.conftest import Clock


def run(app: Flask, *args: str, given: str | bytes | None = None) -> Any:
    return app.test_cli_runner().invoke(args=list(args), input=given)


def test_demo_load_prints_the_sign_ins_and_refuses_twice(app: Flask, clock: Clock) -> None:
    loaded = run(app, "demo", "load")
    assert loaded.exit_code == 0, loaded.output
    assert "evening walk by the canal" in loaded.stdout
    for name in ("admin", "supervisor", "priya", "marcus", "sam", "jo", "ade", "ruth", "hana", "lea", "tom"):
        assert f"{name}@demo.example" in loaded.stdout
    again = run(app, "demo", "load")
    assert again.exit_code == 1
    assert "already" in again.stderr
    held = run(app, "audit", "verify")
    assert held.exit_code == 0, held.output


def test_demo_load_refuses_a_real_practice(app: Flask) -> None:
    app.config["DEMO"] = False
    refused = run(app, "demo", "load")
    assert refused.exit_code == 1
    assert "never goes into a real practice" in refused.stderr
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Practice)) == 0


def test_library_check_names_every_id_with_where_it_is_used(app: Flask) -> None:
    checked = run(app, "library", "check")
    assert checked.exit_code == 0, checked.output
    lines = {line.split(" ", 1)[0]: line for line in checked.stdout.splitlines()}
    for material_id in MATERIAL:
        assert ": nowhere yet" not in lines[material_id]
    assert "plan six-weeks" in lines["PL1"]
    assert "sign tension_rising" in lines["T2"]
    assert "gentle-noticing" in lines["D7"]
    assert "81 of 81 material ids are reachable." in checked.stdout


@pytest.mark.parametrize("gone", ["V4", "D2", "PL3", "S5", "T7", "I9"])
def test_one_id_that_is_reached_nowhere_fails_the_check(
    app: Flask, monkeypatch: pytest.MonkeyPatch, gone: str
) -> None:
    def without(library: loader.Library) -> dict[str, list[str]]:
        return {material_id: [] for material_id in MATERIAL} | {
            material_id: ["somewhere"] for material_id in MATERIAL if material_id != gone
        }

    monkeypatch.setattr(loader.Library, "where_used", without)
    monkeypatch.setattr(cli, "read_plans", lambda exercises: ((), ()))
    monkeypatch.setattr(cli, "KINDS", {})
    checked = run(app, "library", "check")
    assert checked.exit_code == 1
    assert f"Missing: {gone}." in checked.stdout


def test_a_plan_that_names_no_exercise_of_the_library_fails_the_check(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cli, "read_plans", lambda exercises: ((), ("six-weeks.toml: no such exercise.",)))
    checked = run(app, "library", "check")
    assert checked.exit_code == 1
    assert "six-weeks.toml: no such exercise." in checked.stdout


def test_library_check_shipped_reads_the_files_alone(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(app, "library", "check", "--shipped").exit_code == 0

    def broken(text: str, source: str, *_: Any) -> Any:
        raise ExerciseError(source, ("minutes: give a whole number.",))

    monkeypatch.setattr(loader, "parse_exercise", broken)
    checked = run(app, "library", "check", "--shipped")
    assert checked.exit_code == 1
    assert "minutes: give a whole number." in checked.stderr


COUPLE = {
    "couple": "c1",
    "week": 8,
    "checkins": [
        {
            "partner": partner,
            "week": week,
            "closeness": 4,
            "understood": 4,
            "tension": 6,
            "pulled_back": 5,
            "outside_pressure": 3,
            "same_disagreement": "none",
            "hope": 6 if week % 2 == 0 else None,
            "my_part": "doing" if week % 2 == 0 else None,
        }
        for week in range(9)
        for partner in "AB"
    ],
    "work": [
        {"partner": partner, "week": week, "assigned": 2, "tried": 1, "felt_hard": 0, "put_off": 1}
        for week in range(9)
        for partner in "AB"
    ],
}


def test_signs_assess_keeps_its_contract(app: Flask) -> None:
    lines = [json.dumps(COUPLE), "", json.dumps({"couple": "c2", "week": 1})]
    assessed = run(app, "signs", "assess", given="\n".join(lines))
    assert assessed.exit_code == 0, assessed.stderr
    first, second = (json.loads(line) for line in assessed.stdout.splitlines())
    assert list(first) == ["couple", "week", "sufficiency", "why", "signs"]
    assert (first["couple"], first["week"], first["sufficiency"]) == ("c1", 8, "enough")
    assert [sign["id"] for sign in first["signs"]] == list(SIGN_IDS)
    for sign in first["signs"]:
        assert list(sign) == ["id", "source", "state", "probability", "sentence", "rule", "evidence"]
        assert sign["state"] in {"met", "watch", "not_met", "not_enough", "you_judge"}
    states = {sign["id"]: sign["state"] for sign in first["signs"]}
    assert states["no_movement"] == "met"
    assert states["trauma_in_the_way"] == "you_judge"
    assert second["sufficiency"] == "not_enough"


def test_signs_assess_reads_a_byte_order_mark_and_any_name(app: Flask) -> None:
    given = "\ufeff" + json.dumps({"couple": "Zoë 🙂"}, ensure_ascii=False)
    assessed = run(app, "signs", "assess", given=given.encode())
    assert assessed.exit_code == 0, assessed.stderr
    assert json.loads(assessed.stdout)["couple"] == "Zoë 🙂"


@pytest.mark.parametrize(
    "bad",
    [
        b"{",
        b"[]",
        b'{"couple": "x", "checkins": [{"partner": "C", "week": 0}]}',
        b'{"couple": "x", "week": ' + b"9" * 5000 + b"}",
        b'{"couple": "x\xff"}',
        b'{"couple": "\\ud800"}',
    ],
    ids=["cut", "list", "partner", "digits", "bytes", "surrogate"],
)
def test_signs_assess_names_the_bad_line_and_keeps_what_came_before(app: Flask, bad: bytes) -> None:
    assessed = run(app, "signs", "assess", given=b'{"couple": "good"}\n' + bad + b'\n{"couple": "after"}\n')
    assert assessed.exit_code == 1
    assert "Line 2:" in assessed.stderr
    assert "Traceback" not in assessed.output
    assert [json.loads(line)["couple"] for line in assessed.stdout.splitlines()] == ["good"]


def test_signs_assess_of_nothing_is_nothing(app: Flask) -> None:
    assessed = run(app, "signs", "assess", given="")
    assert (assessed.exit_code, assessed.stdout) == (0, "")
