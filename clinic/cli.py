"""What an operator does from the command line about people and the practice."""

from __future__ import annotations

import click
from flask import Flask
from flask.cli import AppGroup

from clinic import audit, clock, mail
from clinic.actions.kept_forms import forget_kept_forms
from clinic.actions.practices import create_practice
from clinic.extensions import db
from clinic.models import Practice

practice_group = AppGroup("practice", help="Practices.")
audit_group = AppGroup("audit", help="The audit log.")


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
def send_due() -> None:
    """Send mail that is due, once, and throw away what nobody came back for; for cron or a timer."""
    forget_kept_forms()
    outcome = mail.send_due(clock.now())
    click.echo(f"{outcome.sent} sent, {outcome.failed} to be tried again.")


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


def init_cli(app: Flask) -> None:
    """Register the commands."""
    app.cli.add_command(practice_group)
    app.cli.add_command(audit_group)
    app.cli.add_command(send_due)
