"""What an operator does from the command line about people and the practice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from flask import Flask, current_app
from flask.cli import with_appcontext
from sqlalchemy.exc import ArgumentError, DBAPIError

from clinic import audit, backups, clock, moving, postgresql
from clinic.actions.practices import create_practice
from clinic.backups.nightly import NOT_LISTED, back_up_if_due, folder_of_backups, list_whoever_was_erased
from clinic.backups.stores import connected
from clinic.crypto import KeyRing
from clinic.doctor import State, examine
from clinic.extensions import db
from clinic.key_rotation import rotate, values_by_key
from clinic.models import Practice
from clinic.sweeping import NOT_SWEPT, NotPostgreSQL, number_of_tables, sweep, sweep_if_due
from clinic.tenancy import OperatorGroup, for_every_practice
from clinic.worker import work, work_once

practice_group = OperatorGroup("practice", help="Practices.")
audit_group = OperatorGroup("audit", help="The audit log.")
backup_group = OperatorGroup("backup", help="Sealed backups that were restored and compared.")
postgresql_group = OperatorGroup("postgresql", help="Roles of a PostgreSQL.")
keys_group = OperatorGroup("keys", help="The keys that people's words are sealed with.")


@practice_group.command("create")
@click.option("--name", prompt="Name of the practice")
@click.option("--admin-name", prompt="First name of its first admin")
@click.option("--admin-family-name", prompt="Family name", default="")
@click.option("--admin-email", prompt="Email address")
@click.option("--timezone", default="Europe/London", show_default=True)
@click.option("--country", default="GB", show_default=True, help="Two letters; picks the urgent-help page.")
def create(
    name: str, admin_name: str, admin_family_name: str, admin_email: str, timezone: str, country: str
) -> None:
    """Found a practice and invite its first admin."""
    practice, invited = create_practice(
        name=name,
        admin_name=admin_name,
        admin_family_name=admin_family_name,
        admin_address=admin_email,
        timezone=timezone,
        country=country,
    )
    click.echo(f"{practice.name} is ready. Its first admin joins within 72 hours at\n  {invited.link}")
    click.echo(f"with this code, told aloud:\n  {invited.code}")


@click.command("send-due")
@with_appcontext
def send_due() -> None:
    """Do one round of what the worker does: reminders, mail that is due, kept forms; for cron or a timer."""
    click.echo(work_once(clock.now()))


@click.command("worker")
@click.option("--every", default=30.0, show_default=True, help="Seconds between two rounds.")
@click.option("--quiet", is_flag=True, help="No line for a round in which there was nothing to do.")
@with_appcontext
def worker(every: float, quiet: bool) -> None:
    """Send reminders and mail as they come due, until it is told to stop."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # werkzeug types the proxy and not what is behind it
    work(app, every=every, quiet=quiet)


@click.command("doctor")
@click.option(
    "--backups",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where they lie; otherwise MEANWHILE_BACKUP_FOLDER.",
)
@with_appcontext
def doctor(folder: Path | None) -> None:
    """Look at this set-up, a line for each thing with what to do about it; fails when something is broken."""
    found = examine(folder or folder_of_backups())
    for finding in found:
        click.echo(str(finding))
    if any(finding.state is State.BROKEN for finding in found):
        raise click.exceptions.Exit(1)


@audit_group.command("verify")
def verify() -> None:
    """Walk every practice's audit chain; fails when a line does not hold."""
    broken = False
    for practice in db.session.query(Practice).order_by(Practice.created_at):
        number = audit.verify(practice.id)
        broken = broken or number is not None
        click.echo(f"{practice.name}: " + ("holds" if number is None else f"broken at line {number}"))
    if broken:
        raise click.exceptions.Exit(1)


FILE = click.Path(dir_okay=False, path_type=Path)


@backup_group.command("create")
@click.argument("path", type=FILE)
def backup_create(path: Path) -> None:
    """Back the database up into a new file PATH while the application runs, and try it before it gets that name."""
    with (
        _told(),
        click.progressbar(length=2 * backups.rows_to_walk(), label="Backing up and trying it") as bar,
    ):
        made = backups.create(path, bar.update)
    click.echo(f"{path}: {made.rows} rows, restored elsewhere and compared.")


@backup_group.command("nightly")
def backup_nightly() -> None:
    """Make tonight's backup in MEANWHILE_BACKUP_FOLDER and sweep up what was erased, as the worker does; for cron or a timer."""
    if folder_of_backups() is None:
        raise click.ClickException("Set MEANWHILE_BACKUP_FOLDER first.")
    if listed := list_whoever_was_erased():
        click.echo(listed)
    made = back_up_if_due(clock.now()) or "not due, or another run is at it"
    click.echo(made)
    if swept := sweep_if_due(clock.now()):
        click.echo(swept)
    if any((said or "").startswith(("NO BACKUP", NOT_LISTED, NOT_SWEPT)) for said in (made, listed, swept)):
        raise click.exceptions.Exit(1)


@backup_group.command("verify")
@click.argument("path", type=FILE)
def backup_verify(path: Path) -> None:
    """Restore PATH elsewhere and compare every table; fails when anything differs."""
    with _told():
        made = backups.manifest_of(path)
        with click.progressbar(length=made.rows, label="Restoring elsewhere") as bar:
            backups.verify(path, bar.update)
    click.echo(f"{path}: {made.rows} rows of {made.made_at[:19]} UTC, the same.")


@backup_group.command("restore")
@click.argument("path", type=FILE)
def backup_restore(path: Path) -> None:
    """Fill an empty database from PATH, end every sign-in of that time, and erase again whoever was erased since.

    Whoever was erased since is known from the other backups in the folder of PATH, and from the list the worker keeps there.
    """
    with _told():
        made = backups.manifest_of(path)
        others = [one for one in path.parent.iterdir() if one.is_file() and one.name != path.name]
        erased = backups.erased_since(made, others)
        with click.progressbar(length=made.rows, label="Restoring") as bar:
            _, again = backups.restore(path, erased, bar.update)
    click.echo(f"{made.rows} rows of {made.made_at[:19]} UTC. Every sign-in has ended.")
    click.echo(f"Erased again: {again} of {len(erased)} known from {len(others)} other files.")


@contextmanager
def _told() -> Iterator[None]:
    """What keeps a backup from being made or used is one sentence on the terminal, and the command fails."""
    try:
        yield
    except (backups.CannotBackUp, backups.NotABackup, OSError) as problem:
        raise click.ClickException(str(problem)) from problem


@click.command("move-to-postgres")
@click.option(
    "--to",
    "target",
    envvar="MEANWHILE_OWNER_DATABASE_URL",
    required=True,
    help="The empty, migrated target as its owner connects; better given as MEANWHILE_OWNER_DATABASE_URL.",
)
@with_appcontext
@for_every_practice
def move_to_postgres(target: str) -> None:
    """Carry the practice in the SQLite file of DATABASE_URL over to an empty PostgreSQL, whole and compared, or not at all.

    Stop the application and its worker first. The file stays as it is.
    """
    source = str(current_app.config["SQLALCHEMY_DATABASE_URI"])
    try:
        with click.progressbar(length=3 * moving.rows_to_move(source), label="Moving and comparing") as bar:
            rows = moving.move(source, target, bar.update)
    except (moving.CannotMove, DBAPIError, ArgumentError) as problem:
        raise click.ClickException(str(problem).splitlines()[0]) from problem
    click.echo(
        f"{rows} rows moved and compared, the same on both sides. Let DATABASE_URL name the new place now."
    )


@postgresql_group.command("grant")
@click.argument("role")
def postgresql_grant(role: str) -> None:
    """Let ROLE, which the application connects as, read and write rows and nothing else. After each `db upgrade`."""
    try:
        owner = backups.address_of_owner()
        with connected(owner) as connection:
            postgresql.grant_to_application(connection, role)
            connection.commit()
    except (postgresql.UnfitDatabase, DBAPIError) as problem:
        raise click.ClickException(str(problem).splitlines()[0]) from problem
    click.echo(f"{role} may read and write rows, within one practice at a time, and nothing else.")


@postgresql_group.command("sweep")
@click.option(
    "--hold",
    type=click.IntRange(min=1),
    default=3,
    show_default=True,
    help="Seconds for which a table may be kept from everybody.",
)
def postgresql_sweep(hold: int) -> None:
    """Write every table anew, so that nothing of whoever was erased is left. The worker does this at night after an erasure."""
    try:
        with click.progressbar(length=number_of_tables(), label="Writing tables anew") as bar:
            swept = sweep(clock.now(), bar.update, holds_at_most=f"{hold}s")
    except (DBAPIError, NotPostgreSQL) as problem:
        raise click.ClickException(str(problem).splitlines()[0]) from problem
    click.echo(swept)
    if swept.left:
        raise click.exceptions.Exit(1)


@keys_group.command("status")
def keys_status() -> None:
    """Say how many values each key has sealed, and which keys may be taken off the ring."""
    ring: KeyRing = current_app.extensions["key_ring"]
    counts = values_by_key()
    for number in sorted(ring.numbers | counts.keys()):
        left = "" if number in ring.numbers else "  NOT ON THE RING: these cannot be read"
        if not counts[number] and number != ring.current:
            left = "  may be taken off the ring"
        click.echo(
            f"key {number}: {counts[number]} values{'  seals' if number == ring.current else ''}{left}"
        )
    if counts.keys() - ring.numbers:
        raise click.exceptions.Exit(1)


@keys_group.command("rotate")
def keys_rotate() -> None:
    """Seal everything with the newest key of the ring; may be stopped and started again. Fails when a value does not open."""
    ring: KeyRing = current_app.extensions["key_ring"]
    counts = values_by_key()
    stale = counts.total() - counts[ring.current]
    unreadable: Counter[str] = Counter()
    with click.progressbar(length=stale, label=f"Sealing with key {ring.current}") as bar:
        for turned in rotate():
            unreadable[str(turned.column)] += turned.unreadable
            bar.update(turned.sealed + turned.unreadable)
    click.echo(f"{stale - unreadable.total()} values sealed with key {ring.current}.")
    if unreadable.total():
        for place, number in sorted(unreadable.items()):
            if number:
                click.echo(f"{place}: {number} do not open and were left as they are.", err=True)
        raise click.exceptions.Exit(1)


def init_cli(app: Flask) -> None:
    """Register the commands."""
    app.cli.add_command(practice_group)
    app.cli.add_command(audit_group)
    app.cli.add_command(backup_group)
    app.cli.add_command(keys_group)
    app.cli.add_command(postgresql_group)
    app.cli.add_command(move_to_postgres)
    app.cli.add_command(send_due)
    app.cli.add_command(worker)
    app.cli.add_command(doctor)
