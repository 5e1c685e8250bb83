"""Reads the plans that ship from their files, once."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from assignments.domain.exercises import OWN_PREFIX
from assignments.domain.plans import Plan, PlanError, parse_plan, unknown_exercises

PLANS_FOLDER = Path(__file__).parent / "plans"


@lru_cache(maxsize=4)
def load_plans(folder: Path = PLANS_FOLDER) -> tuple[Plan, ...]:
    """The plans that ship, the shortest first; raises PlanError, naming every problem of every file."""
    plans, problems = read_plans(folder)
    if problems:
        raise PlanError("library", problems)
    return plans


def read_plans(
    folder: Path = PLANS_FOLDER, exercises: Iterable[str] | None = None
) -> tuple[tuple[Plan, ...], tuple[str, ...]]:
    """Every plan that can be read, and a sentence for every problem.

    With `exercises`, their slugs, a plan that names any other exercise is a problem too.
    """
    plans: list[Plan] = []
    problems: list[str] = []
    known = None if exercises is None else frozenset(exercises)
    for path in sorted(folder.glob("*.toml")):
        source = f"{folder.name}/{path.name}"
        try:
            plan = parse_plan(path.read_text(encoding="utf-8"), source)
        except UnicodeDecodeError:
            problems.append(f"{source}: this is not UTF-8 text; save it again as UTF-8.")
            continue
        except PlanError as error:
            problems.extend(str(error).splitlines())
            continue
        if plan.slug != path.stem or plan.slug.startswith(OWN_PREFIX):
            problems.append(
                f"{source}: slug: expected “{path.stem}”, the name of the file, without “{OWN_PREFIX}”."
            )
        elif known is not None and (missing := unknown_exercises(plan, known)):
            problems.extend(f"{source}: {sentence}" for sentence in missing)
        plans.append(plan)
    return tuple(sorted(plans, key=lambda plan: (len(plan.weeks), plan.name))), tuple(problems)
