"""Who: practices, people, couples, sign-in, invitations, appointments, audit.

`domain` holds the rules, `models` the tables, `queries` the reads (for a reader), `actions` the writes
(one transaction, one audit line), `access` who may ask at all, `web` what surrounds every request.
Nothing here knows about exercises; `assignments` stands above.
"""

from flask import Flask

from clinic import (
    assets,
    cli,
    crypto,
    hosts,
    logs,
    mail,
    metrics,
    migrating,
    packing,
    passphrase,
    postgresql,
    tenancy,
    web,
)
from clinic.backups.nightly import init_backups
from clinic.extensions import init_extensions
from clinic.sweeping import init_sweeping
from clinic.views import BLUEPRINTS


def init_app(app: Flask) -> None:
    """Bind this package to the app. Settings come from `app.config`, set by the composition root."""
    settings = app.config
    # First of all, so that everything else happens between the beginning and the end of what they measure.
    logs.init_logs(app, as_json=settings["JSON_LOGS"])
    metrics.init_metrics(app, settings["METRICS_TOKEN"])
    init_extensions(app)
    tenancy.init_tenancy(app)
    postgresql.init_postgresql(app)
    crypto.init_crypto(app, settings["ENCRYPTION_KEYS"])
    passphrase.init_passphrase(app, settings["PASSPHRASE_MEMORY_KIB"])
    mail.init_mail(
        app,
        mail_url=settings["MAIL_URL"],
        mail_from=settings["MAIL_FROM"],
        send_after_commit=settings["SEND_MAIL_AFTER_COMMIT"],
    )
    init_backups(
        app,
        folder=settings["BACKUP_FOLDER"],
        hour=settings["BACKUP_HOUR"],
        kept=settings["BACKUPS_KEPT"],
    )
    init_sweeping(app, backup_hour=settings["BACKUP_HOUR"])
    hosts.init_hosts(app)
    assets.init_assets(app)
    packing.init_packing(app)
    web.init_web(app, secure_cookies=settings["SESSION_COOKIE_SECURE"])
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    cli.init_cli(app)
    migrating.init_migrations(app)
