"""Bring the demo database up to date, and fill it when it is empty. Called by .ci/serve."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import flask_migrate  # noqa: E402  # The project is a folder to run from, so its path comes first.
from sqlalchemy import select  # noqa: E402  # as above

from clinic.extensions import db  # noqa: E402  # as above
from clinic.migrating import bind_migrations  # noqa: E402  # as above
from wsgi import create_app  # noqa: E402  # as above


def main() -> None:
    app = create_app()
    bind_migrations(app)
    with app.app_context():
        flask_migrate.upgrade()
        practices = db.metadata.tables["practice"]
        empty = db.session.execute(select(practices.c.id).limit(1)).first() is None
    if empty:
        sys.stdout.write("Telling the demo practice's story …\n")
        sys.stdout.flush()
        command = [sys.executable, "-m", "flask", "--app", "wsgi", "demo", "load"]
        sys.exit(
            subprocess.run(command, cwd=ROOT, env=os.environ, check=False).returncode
        )  # Our own command.


main()
