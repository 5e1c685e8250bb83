"""Looks at what an operator sets: secrets, addresses, limits, and what PDFs need."""

from __future__ import annotations

import os

from flask import current_app
from sqlalchemy.engine import make_url

from clinic import paper
from clinic.doctor.findings import Finding, State
from clinic.extensions import db, limiter
from clinic.hosts import LOOPBACK

LEAST_SECRET = 32


def look_at_settings(about: str) -> Finding:
    config = current_app.config
    problems = []
    if config["DEMO"]:
        problems.append("this is the demo, whose secrets everybody knows: set MEANWHILE_ENV=production")
    if len(config["SECRET_KEY"]) < LEAST_SECRET:
        problems.append(f"MEANWHILE_SECRET_KEY needs at least {LEAST_SECRET} random characters")
    if not config["PUBLIC_URL"].startswith("https://"):
        problems.append("MEANWHILE_PUBLIC_URL must begin with https://, or nobody can sign in")
    if problems:
        return Finding(about, State.BROKEN, "not fit for clients", "; ".join(problems))
    if goes_in_the_clear(config["SQLALCHEMY_DATABASE_URI"]):
        told = (
            "what goes to the database is not sealed on its way; end DATABASE_URL with ?sslmode=verify-full"
        )
        return Finding(about, State.LOOK, told, "where the network between is not yours alone")
    return Finding(about, State.OK, f"production at {config['PUBLIC_URL']}")


def goes_in_the_clear(database_url: str) -> bool:
    """Whether a database on another machine is spoken to without knowing who answers."""
    url = make_url(database_url)
    here = url.host is None or url.host in LOOPBACK or url.host.startswith("/")
    return (
        url.get_backend_name() == "postgresql"
        and not here
        and url.query.get("sslmode") != "verify-full"
        and not str(url.query.get("host", "")).startswith("/")
    )


def look_at_limits(about: str) -> Finding:
    storage = current_app.config["RATELIMIT_STORAGE_URI"]
    several = int(os.environ.get("MEANWHILE_PROCESSES", "1")) > 1 or db.engine.dialect.name == "postgresql"
    if storage.startswith("memory"):
        if several:
            return Finding(
                about, State.LOOK, "each process counts for itself how often somebody tries",
                "set MEANWHILE_RATE_LIMIT_STORAGE to a Redis address",
            )  # fmt: skip
        return Finding(about, State.OK, "counted in the one process there is")
    if not limiter.storage.check():
        return Finding(
            about, State.BROKEN, "the store of limits does not answer", "start Redis, or check its address"
        )
    return Finding(about, State.OK, "counted for all processes together")


def look_at_pdf(about: str) -> Finding:
    if paper.can_make():
        return Finding(about, State.OK, "can be made")
    return Finding(
        about, State.LOOK, "cannot be made; pages can be printed", "install Pango, see docs/operations.md"
    )
