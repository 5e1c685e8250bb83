"""What an operator does from the command line about work: the demo world, the library, the signs, a record to hand on."""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import click
from flask import Flask, current_app

from assignments.actions import summaries
from assignments.actions.exporting import take_record_as_operator
from assignments.domain.history import to_json as history_json
from assignments.domain.signs import KINDS, LineError, assess_lines
from assignments.domain.simulator.worlds import STRESS, STRESS_LABELS, world
from assignments.domain.stalls import SHIPPED_LIMITS
from assignments.library.loader import LibraryReport, check_library
from assignments.library.plan_loader import read_plans
from assignments.library.schema import schemas
from assignments.library.searching import wrong_topics
from assignments.queries.record_files import files_of
from clinic.errors import NotFound
from clinic.files import zipped
from clinic.tenancy import OperatorGroup

if TYPE_CHECKING:
    from click._termui_impl import ProgressBar

demo_group = OperatorGroup("demo", help="The invented practices, for looking and for load.")
library_group = OperatorGroup("library", help="The exercises that ship.")
signs_group = OperatorGroup("signs", help="The referral signs.")
export_group = OperatorGroup("export", help="Records to hand on.")
summaries_group = OperatorGroup("summaries", help="What boards are told from, kept and worked out again.")


@demo_group.command("load")
@click.option(
    "--couples", default=0, show_default=True, type=click.IntRange(0, 100_000), help="Made-up couples to add."
)
@click.option(
    "--weeks", default=12, show_default=True, type=click.IntRange(1, 520), help="How long those have come."
)
@click.option("--seed", default=None, type=int, help="The same seed tells the same stories.")
def load(couples: int, weeks: int, seed: int | None) -> None:
    """Fill an empty demo database with invented people and their history."""
    from assignments import demo  # Only here: no page needs it, and it is a tenth of what there is to import.

    reason = demo.why_not()
    if reason:
        raise click.ClickException(reason)
    with _progress(demo.named_couples() + couples, "Telling the couples' stories") as line:
        told = demo.load_world(
            couples=couples, weeks=weeks, seed=seed or demo.SEED, after_each=lambda: line.update(1)
        )
    click.echo(f"{told} couples. Every pass-phrase is: {demo.PASSPHRASE}")
    for address, what in demo.SIGN_INS:
        click.echo(f"  {address:<26}{what}")
    if couples:
        click.echo(
            f"  {'counsellor1@demo.example':<26}and on; their couples are a1@ and b1@demo.example, and on"
        )


@library_group.command("check")
@click.option("--shipped", is_flag=True, help="Read the files only; do not ask for every material id.")
def check(shipped: bool) -> None:
    """Read every exercise and plan and say where each material id is used; fails when one is missing."""
    report = _report()
    if shipped:
        click.echo(f"{len(report.exercises)} exercises read, {len(report.problems)} problems.")
        for problem in report.problems:
            click.echo(problem, err=True)
    else:
        click.echo("\n".join(report.lines()))
    if report.problems or not (shipped or report.is_complete):
        raise click.exceptions.Exit(1)


@library_group.command("schema")
@click.argument("folder", default="docs", type=click.Path(exists=True, file_okay=False, path_type=Path))
def schema(folder: Path) -> None:
    """Write the format of exercises and plans as JSON Schema into FOLDER."""
    for name, text in schemas().items():
        (folder / name).write_text(text, encoding="utf-8")
        click.echo(str(folder / name))


@export_group.command("couple")
@click.argument("couple_id", type=click.UUID)
@click.option(
    "--to", "target", required=True, type=click.Path(dir_okay=False, path_type=Path), help="The file."
)
def export_couple(couple_id: UUID, target: Path) -> None:
    """Write a couple's record as one archive: each partner's words as far as they agreed, and no others."""
    try:
        made = take_record_as_operator(couple_id=couple_id)
    except NotFound:
        raise click.ClickException("There is no couple with that id.") from None
    if target.exists():
        raise click.ClickException(f"{target} is there already; choose another name.")
    target.touch(mode=0o600)
    target.write_bytes(zipped(files_of(made)))
    click.echo(f"Written to {target}. Whoever holds it can read it.")


@signs_group.command("assess")
def assess() -> None:
    """Read couple histories from standard input, one JSON line each; write one result a line."""
    lines = _Lines(sys.stdin.buffer)
    out = sys.stdout.buffer
    try:
        for result in assess_lines(lines):
            out.write(result.encode("utf-8") + b"\n")
    except LineError as problem:
        out.flush()
        raise click.ClickException(str(problem)) from None
    out.flush()


@signs_group.command("simulate")
@click.option("--couples", default=1000, show_default=True, type=click.IntRange(1, 100_000))
@click.option("--seed", default=1, show_default=True, help="The same seed gives the same couples.")
@click.option("--stress", default="nominal", show_default=True, type=click.Choice(["nominal", *STRESS]))
@click.option("--json", "as_json", is_flag=True, help="Write the figures as JSON.")
@click.option("--histories", is_flag=True, help="Write the couples themselves, as `signs assess` reads them.")
def simulate(couples: int, seed: int, stress: str, as_json: bool, histories: bool) -> None:
    """Make up couples and count how often the signs are right about them; not clinical accuracy."""
    from assignments.domain.simulator import figures
    from assignments.domain.simulator.couples import simulate as made_up
    from assignments.domain.simulator.watching import watch

    with _progress(couples, "Telling made-up couples") as line:
        drawn = made_up(couples, seed, world(stress), line.update)
        if histories:
            for one in drawn:
                click.echo(json.dumps(history_json(one.history)))
            return
        watched = list(watch(drawn))
    targets = figures.NOMINAL_TARGETS if stress == "nominal" else figures.STRESS_TARGETS
    found = (*figures.figures_of(watched, targets), *figures.composition(watched))
    if as_json:
        said = {
            "couples": couples,
            "seed": seed,
            "world": stress,
            "version": SHIPPED_LIMITS.version,
            "caveat": figures.CAVEAT,
            "figures": [figures.to_json(one) for one in found],
        }
        click.echo(json.dumps(said, ensure_ascii=False, allow_nan=False, indent=2))
        return
    for figure in found:
        click.echo(figures.to_text(figure))
    click.echo(figures.CAVEAT)


@signs_group.command("report")
@click.argument("folder", default="docs", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--share", default=1.0, show_default=True, help="Of the couples that the published report has.")
def report(folder: Path, share: float) -> None:
    """Measure the rules on made-up couples and write stall-method.md and its pictures into FOLDER."""
    from assignments.domain.simulator.figures import CAVEAT
    from assignments.domain.simulator.report import Sizes, measure

    whole = Sizes()
    sizes = Sizes(
        *(max(1, round(one * share)) for one in (whole.nominal, whole.stress, whole.sweep, whole.rivals))
    )
    with _progress(sizes.all, "Telling made-up couples") as line:
        found = measure(sizes, line.update)
    (folder / "pictures").mkdir(exist_ok=True)
    page = _render(
        "method/stall-method.jinja", report=found, caveat=CAVEAT, limits=SHIPPED_LIMITS, strain=STRESS_LABELS
    )
    for name, text in {
        "stall-method.md": page,
        "pictures/stall-by-week.svg": _render("method/by-week.svg", chart=found.by_week),
        "pictures/stall-worlds.svg": _render("method/worlds.svg", chart=found.worlds),
    }.items():
        (folder / name).write_text(text.strip() + "\n", encoding="utf-8")
        click.echo(str(folder / name))


def _render(template: str, **values: object) -> str:
    """Outside of a request there is nobody signed in, and none of what surrounds a page."""
    return current_app.jinja_env.get_template(template).render(**values)


@summaries_group.command("rebuild")
def rebuild_summaries() -> None:
    """Work every couple's summary out again, as after somebody wrote with the database's own tools; fails when one cannot."""
    with _progress(len(summaries.open_couples()), "Working out") as line:
        number, wrong = summaries.rebuild(line.update)
    click.echo(f"{number} couples")
    for couple_id in wrong:
        click.echo(f"{couple_id}: nothing can be made of it", err=True)
    if wrong:
        raise click.ClickException(
            f"Of {len(wrong)} couples nothing is kept. What is wrong stands in the log."
        )


@summaries_group.command("check")
def check_summaries() -> None:
    """Compare what is kept with what it is made of; fails when a couple differs."""
    with _progress(len(summaries.open_couples()), "Comparing") as line:
        number, wrong = summaries.differing(line.update)
    for couple_id in wrong:
        click.echo(f"{couple_id}: kept is not what it is made of", err=True)
    if wrong:
        raise click.ClickException(f"{len(wrong)} of {number} differ. Run `flask summaries rebuild`.")
    click.echo(f"{number} couples are kept as they are")


def _progress(length: int, label: str) -> ProgressBar[Any]:
    """A bar is for somebody who waits at a terminal; a log needs none."""
    return click.progressbar(length=length, label=label, file=sys.stderr, hidden=not sys.stderr.isatty())


class _Lines:
    """Standard input line by line, so that a file of any length can pass, and a bad line has a number."""

    def __init__(self, stream: Iterable[bytes]) -> None:
        self._stream, self.number = stream, 0

    def __iter__(self) -> Iterator[str]:
        for line in self._stream:
            self.number += 1
            try:
                yield line.decode("utf-8-sig" if self.number == 1 else "utf-8")
            except UnicodeDecodeError:
                raise LineError(self.number, "this is not UTF-8 text.") from None


def _report() -> LibraryReport:
    """The library's own report, with the plans read against it and the thresholds the signs page carries."""
    slugs = [exercise.slug for exercise in check_library().exercises]
    plans, problems = read_plans(exercises=slugs)
    reached: dict[str, list[str]] = defaultdict(list)
    for plan in plans:
        for source in plan.sources:
            reached[source].append(f"plan {plan.slug}")
    for kind in KINDS.values():
        for source in kind.sources:
            reached[source].append(f"sign {kind.id}")
    return check_library(reached, also_wrong=[*problems, *wrong_topics(slugs)])


def init_cli(app: Flask) -> None:
    """Register the commands."""
    for group in (demo_group, library_group, signs_group, export_group, summaries_group):
        app.cli.add_command(group)
