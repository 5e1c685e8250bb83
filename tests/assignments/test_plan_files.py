"""The plans that ship: complete, readable, and made of exercises that exist."""

from __future__ import annotations

from pathlib import Path

import pytest

from assignments.domain.exercises import reading_grade
from assignments.domain.plans import Plan
from assignments.library.loader import load_library
from assignments.library.plan_loader import load_plans, read_plans

SLUGS = [exercise.slug for exercise in load_library().all()]
# Phase by phase, as the catalogue of the material has them; a phase of three is spread over two weeks.
PHASES = {
    "PL1": ["N1 N2", "E2 E1", "Q2 R7", "R1", "V6 V1", "N6 A3"],
    "PL2": ["R7 G2", "E6", "Q1 V3", "R4 R3", "A1", "E7 G1", "A3", "R5 R6", "Q7"],
    "PL3": ["G4", "V5 V8", "V2", "E3 E4", "Q3 Q1", "G3 A4"],
}


def test_every_plan_can_be_read_and_names_no_exercise_that_is_not_there() -> None:
    assert read_plans(exercises=SLUGS)[1] == ()


@pytest.mark.parametrize("source", PHASES)
def test_a_plan_brings_the_practices_of_its_phases_in_order(source: str) -> None:
    plan = next(plan for plan in load_plans() if plan.sources == (source,))
    for week, phase in zip(plan.weeks, PHASES[source], strict=True):
        for item, practice in zip(week.items, phase.split(), strict=True):
            exercise = load_library().get(item.exercise)
            assert exercise is not None
            assert practice in exercise.sources


@pytest.mark.parametrize("plan", load_plans(), ids=lambda plan: plan.slug)
def test_a_plan_asks_how_it_goes_after_three_or_four_weeks(plan: Plan) -> None:
    assert plan.checkpoint is not None
    assert plan.checkpoint.after_week in (3, 4)


@pytest.mark.parametrize("plan", load_plans(), ids=lambda plan: plan.slug)
def test_what_couples_read_of_a_plan_is_easy(plan: Plan) -> None:
    assert reading_grade("\n".join(f"{week.title}." for week in plan.weeks)) <= 7
    assert reading_grade(plan.why) <= 7


def test_a_plan_with_an_exercise_nobody_has_is_a_problem() -> None:
    _, problems = read_plans(exercises=[slug for slug in SLUGS if slug != "go-first"])
    assert len(problems) == 1
    assert (
        "plans/six-weeks.toml: weeks 2 › items 1 › exercise: there is no exercise “go-first”" in problems[0]
    )


def test_a_file_is_named_after_its_plan(tmp_path: Path) -> None:
    folder = tmp_path / "plans"
    folder.mkdir()
    (folder / "other.toml").write_text(
        'slug = "this"\nversion = 1\nname = "A"\nwhy = "B"\n[[weeks]]\ntitle = "C"\nitems = [{ exercise = "d" }]\n',
        encoding="utf-8",
    )
    (folder / "raw.toml").write_bytes(b"\xff\xfe")
    assert [problem.split(": ")[:2] for problem in read_plans(folder)[1]] == [
        ["plans/other.toml", "slug"],
        ["plans/raw.toml", "this is not UTF-8 text; save it again as UTF-8."],
    ]
