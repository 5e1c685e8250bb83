"""Settings, read once from the environment into a frozen value and handed to the factory.

Production refuses to start half-configured and names what is missing; demo and test settings
carry throw-away secrets so that `make run` and `make test` need no preparation.
"""

import base64
import os
from dataclasses import dataclass, field
from pathlib import Path

import click

ROOT = Path(__file__).resolve().parent
INSTANCE = ROOT / "instance"


class MissingSettings(click.ClickException, RuntimeError):
    """Raised at start-up with the names of the settings that production cannot do without: one sentence on a terminal."""


@dataclass(frozen=True)
class Config:
    """What the operator decides. Durations are minutes unless the name says otherwise."""

    name: str
    secret_key: str
    encryption_keys: str  # "1:<base64 of 32 bytes>,2:…"; the highest number seals, all of them open.
    database_url: str
    owner_database_url: str = ""  # The same database as its owner connects to it: migrations and backups.
    database_pool: int = 8  # Connections a process keeps to PostgreSQL: as many as it has threads.
    public_url: str = "http://127.0.0.1:8000"
    secure_cookies: bool = True
    demo: bool = False
    mail_url: str = ""  # smtp+tls://user:pass@host:port; empty lets mail wait, and a demo prints it.
    mail_from: str = "practice@localhost"
    rate_limit_storage: str = "memory://"
    throttle: bool = True
    trusted_proxies: int = (
        0  # How many proxies of one's own stand in front; their word on the client is believed.
    )
    passphrase_memory_kib: int = 65536  # 64 MiB, the argon2id default that was measured at 0.2 s.
    send_mail_after_commit: bool = True
    json_logs: bool = False  # One line of JSON for each request and event, for a collector of logs.
    metrics_token: str = ""  # What a collector of metrics shows; without one there are no metrics.
    backup_folder: str = ""  # Where the worker puts one backup a night; without a folder it makes none.
    backup_hour: int = 2  # From this hour on, in UTC.
    backups_kept: int = 14  # Nights. What was erased is sealed in an older file for that long.
    extra: dict[str, object] = field(default_factory=dict)

    @classmethod
    def from_environment(cls) -> "Config":
        """Read MEANWHILE_* settings.

        Raises MissingSettings in production when a secret key, an encryption key or a database is missing.
        """
        kind = os.environ.get("MEANWHILE_ENV", "production")
        if kind == "demo":
            return DemoConfig()
        required = {
            "secret_key": "MEANWHILE_SECRET_KEY",
            "encryption_keys": "MEANWHILE_ENCRYPTION_KEYS",
            "database_url": "DATABASE_URL",
            "public_url": "MEANWHILE_PUBLIC_URL",
        }
        values = {name: os.environ.get(variable, "") for name, variable in required.items()}
        missing = [required[name] for name, value in values.items() if not value]
        if missing:
            raise MissingSettings("Set these before starting in production: " + ", ".join(missing))
        if (
            values["secret_key"] == DemoConfig.secret_key
            or _THROW_AWAY_KEY.partition(":")[2] in values["encryption_keys"]
        ):
            raise MissingSettings("The keys of the demo are known to everybody. Make keys of your own.")
        return cls(
            name="production",
            secret_key=values["secret_key"],
            encryption_keys=values["encryption_keys"],
            database_url=values["database_url"],
            public_url=values["public_url"],
            owner_database_url=os.environ.get("MEANWHILE_OWNER_DATABASE_URL", ""),
            mail_url=os.environ.get("MEANWHILE_MAIL_URL", ""),
            mail_from=os.environ.get("MEANWHILE_MAIL_FROM", "practice@localhost"),
            rate_limit_storage=os.environ.get("MEANWHILE_RATE_LIMIT_STORAGE", "memory://"),
            database_pool=_count("MEANWHILE_DATABASE_POOL", 8),
            trusted_proxies=_count("MEANWHILE_TRUSTED_PROXIES"),
            json_logs=True,
            metrics_token=os.environ.get("MEANWHILE_METRICS_TOKEN", ""),
            backup_folder=_folder("MEANWHILE_BACKUP_FOLDER"),
            backup_hour=_count("MEANWHILE_BACKUP_HOUR", 2, most=23),
            backups_kept=_count("MEANWHILE_BACKUPS_KEPT", 14, least=1),
        )


def _count(variable: str, otherwise: int = 0, *, least: int = 0, most: int = 99) -> int:
    """A whole number from the environment. Raises MissingSettings for anything else, or one out of reach."""
    value = os.environ.get(variable, "") or str(otherwise)
    if not (value.isascii() and value.isdigit() and len(value) < 3 and least <= int(value) <= most):
        raise MissingSettings(f"{variable} must be a whole number from {least} to {most}.")
    return int(value)


def _folder(variable: str) -> str:
    """A folder that is there and may be written to. Raises MissingSettings, so that nobody finds out at night."""
    value = os.environ.get(variable, "")
    if value and not (Path(value).is_dir() and os.access(value, os.W_OK | os.X_OK)):
        raise MissingSettings(f"{variable} must name a folder that is there and may be written to.")
    return value


_THROW_AWAY_KEY = "1:" + base64.b64encode(b"a demo key protects nothing real").decode()


@dataclass(frozen=True)
class DemoConfig(Config):
    """`make run`: invented people on this machine only, so the secrets may be known."""

    name: str = "demo"
    secret_key: str = "demo-only-and-public"
    encryption_keys: str = _THROW_AWAY_KEY
    database_url: str = field(
        default_factory=lambda: os.environ.get("DATABASE_URL", f"sqlite:///{INSTANCE / 'demo.sqlite'}")
    )
    public_url: str = field(
        default_factory=lambda: os.environ.get("MEANWHILE_PUBLIC_URL", "http://127.0.0.1:8000")
    )
    secure_cookies: bool = False
    demo: bool = True


@dataclass(frozen=True)
class TestConfig(Config):
    """Fast and closed: cheap hashing, no mail leaving, no throttling unless a test asks for it."""

    __test__ = False  # The name begins with Test, and pytest would otherwise try to collect it.
    name: str = "test"
    secret_key: str = "test-only-and-public"
    encryption_keys: str = "1:" + base64.b64encode(b"a test key protects nothing real").decode()
    database_url: str = "sqlite://"
    public_url: str = "http://localhost"
    secure_cookies: bool = False
    demo: bool = True
    throttle: bool = False
    passphrase_memory_kib: int = 64
    send_mail_after_commit: bool = False
