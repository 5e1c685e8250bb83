"""The composition root: the only module that knows both packages and the settings."""

from __future__ import annotations

import os
from types import SimpleNamespace

from flask import Flask, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_bootstrap import Bootstrap5
from flask_login import current_user
from werkzeug.middleware.proxy_fix import ProxyFix

import assignments
import clinic
from clinic import access
from clinic.domain.roles import Permission, Role
from clinic.models import Person
from clinic.postgresql import engine_options
from config import INSTANCE, Config

# The matrices of one couple are small: threads of their own would only get into each other's way between requests.
# numpy reads this when a sign is first asked for.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

# Where each kind of person begins, and the links around their pages: (area, label, endpoint, icon).
HOME = {
    Role.PARTNER: "today.today",
    Role.COUNSELLOR: "board.board",
    Role.SUPERVISOR: "board.board",
    Role.ADMIN: "practice.people",
}
CASEWORK = (
    ("board", "Today", "board.board", "home"),
    ("couples", "Couples", "couples.couples", "people"),
    ("library", "Library", "library.library", "book"),
    ("plans", "Plans", "plans.plans", "calendar"),
)
BREAK_GLASS = ("break_glass", "Break-glass", "break_glass.ask", "lock")
NAVIGATION = {
    Role.PARTNER: (
        ("today", "Today", "today.today", "home"),
        ("thanks", "Thanks", "thanks.thanks", "heart"),
        ("pause", "Pause", "pause.pause", "pause"),
        ("together", "Together", "together.together", "people"),
        ("me", "Me", "me.me", "person"),
    ),
    Role.COUNSELLOR: CASEWORK,
    Role.SUPERVISOR: (*CASEWORK, BREAK_GLASS),
    Role.ADMIN: (
        ("people", "People", "practice.people", "people"),
        ("clients", "Clients", "practice_admin.sharing", "heart"),
        ("rules", "Rules", "practice.rules", "gear"),
        ("records", "Records", "practice_admin.keep", "book"),
    ),
}
# The pages of each of an admin's areas, which stand side by side at the top of one another.
SIDE_BY_SIDE = {
    "people": (
        ("practice", "Staff", "practice.people"),
        ("practice-couples", "Couples", "practice_admin.couples"),
        ("contacts", "Contacts", "referrals.contacts"),
    ),
    "clients": (
        ("sharing", "Sharing", "practice_admin.sharing"),
        ("limits", "Reminders", "practice_admin.reminders"),
        ("urgent", "Urgent help", "practice.urgent_help"),
    ),
    "rules": (
        ("safety", "Safety rule", "practice.rules"),
        ("tuning", "Sign rules", "tuning.rules"),
        ("instruments", "Questionnaires", "instruments.instruments"),
    ),
    "records": (
        ("keep", "Keeping", "practice_admin.keep"),
        ("holds", "Held back", "holds.holds"),
        ("erasures", "Deletions", "erasures.erasures"),
        ("break_glass", "Break-glass", "break_glass.ask"),
        ("log", "Log", "practice_admin.log"),
        ("counts", "Counts", "practice_counts.counts"),
    ),
}
# Blueprints, and single endpoints, that belong to another area of the navigation than their blueprint's own.
AREAS = {
    "do": "today",
    "check_in": "today",
    "mine": "me",
    "reminders": "me",
    "own_data": "me",
    "account": "me",
    "passkeys": "me",
    "diary": "board",
    "several": "couples",
    "calendars": "board",
    "couple": "couples",
    "answers": "couples",
    "signs": "couples",
    "tuning": "tuning",
    "tuning.caseload": "couples",
    "referrals": "couples",
    "referrals.contacts": "contacts",
    "referrals.contact": "contacts",
    "sign_rows": "couples",
    "instruments.for_couple": "couples",
    "instruments.answer": "today",
    "notes": "couples",
    "brief": "couples",
    "room": "couples",
    "sheets": "couples",
    "export": "couples",
    "export.consent": "me",
    "appointments": "couples",
    "couple_plan": "couples",
    "couple_settings": "couples",
    "plan_builder": "plans",
    "assign": "couples",
    "practice.rules": "safety",
    "practice_admin.person": "practice",
    "practice_admin.account": "practice",
    "practice_admin.couples": "practice-couples",
    "practice_admin.reassign": "practice-couples",
    "practice_admin.sharing": "sharing",
    "practice_admin.reminders": "limits",
    "practice_admin.keep": "keep",
    "practice_admin.log": "log",
    "practice_counts": "counts",
    "practice.urgent_help": "urgent",
    "builder": "library",
    "exchange": "library",
}

# Seconds that the shared counts of tries may take to answer.
RATE_LIMIT_PATIENCE = {"socket_connect_timeout": 1, "socket_timeout": 1}


def create_app(config: Config | None = None) -> Flask:
    """Build the application. Without a config, settings come from the environment.

    Raises MissingSettings when production is half-configured, and RuntimeError when a route names no
    row of the authorisation matrix.
    """
    config = config or Config.from_environment()
    app = Flask("clinic", template_folder="../templates", instance_path=str(INSTANCE))
    app.config.from_mapping(_settings(config))
    if config.trusted_proxies:
        # Without a proxy of one's own in front, anybody could write these headers, so none is believed.
        hops = config.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops)  # type: ignore[method-assign]  # how Flask itself says to do it
    Bootstrap5(app)
    clinic.init_app(app)
    assignments.init_app(app)
    app.add_url_rule("/", "home", access.public(_home))
    app.context_processor(_surroundings)
    access.check_routes(app)
    return app


def _settings(config: Config) -> dict[str, object]:
    # A browser takes a cookie of such a name over https and from this host alone, and not from a neighbouring one.
    prefix = "__Host-" if config.secure_cookies else ""
    return {
        "TESTING": config.name == "test",
        "SECRET_KEY": config.secret_key,
        "SQLALCHEMY_DATABASE_URI": config.database_url,
        # An error of the database is logged without the names and addresses that went into the statement.
        "SQLALCHEMY_ENGINE_OPTIONS": {
            "hide_parameters": True,
            **engine_options(config.database_url, config.database_pool),
        },
        "OWNER_DATABASE_URL": config.owner_database_url,
        "ENCRYPTION_KEYS": config.encryption_keys,
        "PUBLIC_URL": config.public_url.rstrip("/"),
        "MAIL_URL": config.mail_url,
        "MAIL_FROM": config.mail_from,
        "SEND_MAIL_AFTER_COMMIT": config.send_mail_after_commit,
        "PASSPHRASE_MEMORY_KIB": config.passphrase_memory_kib,
        "BACKUP_FOLDER": config.backup_folder,
        "BACKUP_HOUR": config.backup_hour,
        "BACKUPS_KEPT": config.backups_kept,
        "DEMO": config.demo,
        "JSON_LOGS": config.json_logs,
        "METRICS_TOKEN": config.metrics_token,
        "RATELIMIT_STORAGE_URI": config.rate_limit_storage,
        # A Redis that hangs is one that is gone; a page does not wait for it.
        "RATELIMIT_STORAGE_OPTIONS": RATE_LIMIT_PATIENCE if "redis" in config.rate_limit_storage else {},
        "RATELIMIT_ENABLED": config.throttle,
        # Without its Redis a host counts for itself: a limit is no reason to let nobody in.
        "RATELIMIT_IN_MEMORY_FALLBACK_ENABLED": True,
        "COOKIE_PREFIX": prefix,
        "SESSION_COOKIE_NAME": f"{prefix}meanwhile",
        "SESSION_COOKIE_SECURE": config.secure_cookies,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "MAX_CONTENT_LENGTH": 1024 * 1024,
        # Over https Flask-WTF would also want a Referer, which our own Referrer-Policy keeps every browser from sending.
        "WTF_CSRF_SSL_STRICT": False,
        "WTF_CSRF_TIME_LIMIT": None,  # The token belongs to one person in one browser (clinic.web.begin_session).
        "BOOTSTRAP_SERVE_LOCAL": True,
        # Where a sign-in is kept that shows its screen to a couple.
        "ROOM_ENDPOINT": "room.room",
        **config.extra,
    }


def _home() -> ResponseReturnValue:
    """The first page of whoever is signed in."""
    if not current_user.is_authenticated:
        return redirect(url_for("sign_in.sign_in"))
    return redirect(url_for(HOME[access.signed_in().kind]))


def _surroundings() -> dict[str, object]:
    """What every page is framed with. Error pages get none of it, so that refused looks like not found."""
    person = access.signed_in() if current_user.is_authenticated else None
    blueprint = request.blueprint or ""
    items = [
        (key, label, url_for(endpoint), icon)
        for key, label, endpoint, icon in (NAVIGATION[person.kind] if person else ())
    ]
    area = AREAS.get(request.endpoint or "", AREAS.get(blueprint, blueprint))
    siblings: tuple[tuple[str, str, bool], ...] = ()
    if person and person.kind is Role.ADMIN:
        area, siblings = _among_siblings(area)
    return {
        "me": person,
        "theme": person.theme if person else "system",
        "nav": SimpleNamespace(area=area, items=items, foot=_foot(person), siblings=siblings),
        "leave_url": url_for("leave.leave"),
        "help_url": url_for("help.help_page"),
        "urgent_url": url_for("help.urgent"),
        "Permission": Permission,
    }


def _among_siblings(page: str) -> tuple[str, tuple[tuple[str, str, bool], ...]]:
    """The area an admin's page stands in, and the pages of it: name, address, and whether it is this one."""
    for area, pages in SIDE_BY_SIDE.items():
        if page in {key for key, _, _ in pages}:
            return area, tuple((label, url_for(endpoint), key == page) for key, label, endpoint in pages)
    return page, ()


def _foot(person: Person | None) -> list[tuple[str, str, str, str]]:
    """The staff's own account at the foot of their rail; partners have Me among their tabs."""
    return [("me", person.name, url_for("me.me"), "person")] if person and person.is_staff else []
