"""`flask db …`. What changes tables comes with a library that nothing else needs, so it is brought along by nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from flask import Flask
from flask.cli import ScriptInfo

from clinic.extensions import db

FOLDER = Path(__file__).parent / "migrations"
NAME = "db"


class Migrations(click.Command):
    """Stands where Flask-Migrate's commands belong until one of them is called."""

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        """From here on the real commands answer."""
        app = (parent or click.Context(self)).ensure_object(ScriptInfo).load_app()
        bind_migrations(app)
        return app.cli.commands[NAME].make_context(info_name, args, parent, **extra)


def init_migrations(app: Flask) -> None:
    """Name the commands to the operator."""
    app.cli.add_command(Migrations(NAME, help="Change the tables to those of this version, or back."))


def bind_migrations(app: Flask) -> None:
    """Bind Flask-Migrate to the app, whose functions may be called from then on. It puts its own commands in their place."""
    from flask_migrate import Migrate

    Migrate(app, db, directory=str(FOLDER), command=NAME, render_as_batch=True, compare_type=True)


def newest_migration() -> str:
    """The migration that this code was written for. They are numbered in one line, and a file is named by its number."""
    return max(path.name.partition("_")[0] for path in (FOLDER / "versions").glob("[0-9]*.py"))
