"""What an operator does from the command line about exercises, signs and the demo."""

from __future__ import annotations

import sys

import click
from flask import Flask, current_app
from flask.cli import AppGroup

from assignments.demo import stories
from assignments.demo.world import PASSPHRASE, WEEKS, build_world
from assignments.domain.signs import SIGN_IDS, LineError, assess_lines
from assignments.domain.signs.rows import KINDS
from assignments.library.loader import check_library
from clinic.errors import Conflict

demo_group = AppGroup("demo", help="Invented people, for looking and for load.")
library_group = AppGroup("library", help="The exercises that ship.")
signs_group = AppGroup("signs", help="Referral signs.")

SIGN_INS = (
    ("priya", "counsellor with many couples"),
    ("sam", "partner with something to do today"),
    ("jo", "Sam's partner"),
    ("ade", "partner in a couple that is stuck"),
    ("ruth", "Ade's partner"),
    ("marcus", "another counsellor"),
    ("supervisor", "sees the couples of Priya and Marcus"),
    ("admin", "people and rules of the practice"),
    ("hana", "counsellor in another practice"),
    ("lea", "Hana's client"),
    ("tom", "Hana's client"),
)


@demo_group.command("load")
@click.option("--couples", default=0, show_default=True, help="How many more couples, for load.")
@click.option(
    "--weeks", default=WEEKS, show_default=True, help="How many weeks the additional couples have come."
)
@click.option(
    "--seed", default=1, show_default=True, help="The same seed on the same day makes the same world."
)
def load(couples: int, weeks: int, seed: int) -> None:
    """Fill an empty demo database with two practices and twelve weeks of history."""
    if not current_app.config["DEMO"]:
        raise click.ClickException("The demo is refused outside demo and test settings (MEANWHILE_ENV=demo).")
    told = len(stories.PRIYA) + len(stories.MARCUS) + len(stories.HANA) + couples
    try:
        with click.progressbar(
            build_world(couples=couples, weeks=weeks, seed=seed),
            length=told,
            label="Telling the couples' stories",
            file=sys.stderr,
            hidden=not sys.stderr.isatty(),
        ) as progress:
            for _ in progress:
                pass
    except Conflict as problem:
        raise click.ClickException(problem.sentence) from problem
    click.echo(f"{told} couples. Every pass-phrase is: {PASSPHRASE}")
    for name, who in SIGN_INS:
        click.echo(f"  {name + '@demo.example':26} {who}")


@library_group.command("check")
@click.option(
    "--shipped", is_flag=True, help="Only read the files; do not ask whether the material is complete."
)
def check(shipped: bool) -> None:
    """Read every exercise, list every id of the material with where it is used, fail on what is missing."""
    on_signs_page: dict[str, list[str]] = {}
    for sign_id in SIGN_IDS:
        for source in KINDS[sign_id].sources:
            on_signs_page.setdefault(source, []).append(f"sign {sign_id}")
    report = check_library(elsewhere=on_signs_page)
    for line in report.lines():
        click.echo(line)
    if report.problems or (report.missing and not shipped):
        raise click.exceptions.Exit(1)


@signs_group.command("assess")
def assess() -> None:
    """Read couples' histories as JSON lines on standard input and write one result a line."""
    try:
        for line in assess_lines(sys.stdin):
            click.echo(line)
    except LineError as problem:
        raise click.ClickException(str(problem)) from problem


def init_cli(app: Flask) -> None:
    """Register the commands."""
    for group in (demo_group, library_group, signs_group):
        app.cli.add_command(group)
