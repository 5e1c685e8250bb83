"""Looks at a set-up the way its operator would have to, and says for each thing whether it holds and what to do.

Nothing is changed and no mail is sent. What would keep the application from starting at all is named by the start.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from clinic.doctor.database import (
    database_file,
    look_at_durability,
    look_at_files,
    look_at_keys,
    look_at_tables,
    no_file,
)
from clinic.doctor.findings import Finding, State
from clinic.doctor.running import (
    look_at_backup,
    look_at_clock,
    look_at_disk,
    look_at_erased,
    look_at_mail,
    look_at_worker,
)
from clinic.doctor.settings import look_at_limits, look_at_pdf, look_at_settings
from clinic.extensions import db
from clinic.tenancy import for_every_practice

__all__ = ["LOOKS", "Finding", "State", "examine"]


@for_every_practice
def examine(folder: Path | None = None) -> list[Finding]:
    """Everything that is looked at; `folder` is where backups lie. A look that fails is a finding, and the others go on."""
    looks = {**LOOKS, "backup": lambda about: look_at_backup(about, folder)}
    path = database_file()
    if path is not None and not path.exists():
        # To look into it would make it, and an empty file in the wrong place is found by nobody.
        looks = {about: looks[about] for about in WITHOUT_DATABASE} | {"tables": no_file}
    found = []
    for about, look in looks.items():
        try:
            found.append(look(about))
        except (SQLAlchemyError, OSError) as problem:
            found.append(
                Finding(about, State.BROKEN, f"could not be looked at: {type(problem).__name__}",
                        "put right what is broken above, then ask again")
            )  # fmt: skip
        finally:
            db.session.rollback()
    return found


LOOKS: dict[str, Callable[[str], Finding]] = {
    "settings": look_at_settings,
    # What the others read comes before them, so that whoever cannot read it may point upwards.
    "tables": look_at_tables,
    "keys": look_at_keys,
    "durability": look_at_durability,
    "clock": look_at_clock,
    "mail": look_at_mail,
    "worker": look_at_worker,
    "erased": look_at_erased,
    "disk": look_at_disk,
    "files": look_at_files,
    "limits": look_at_limits,
    "PDF": look_at_pdf,
}
WITHOUT_DATABASE = ("settings", "tables", "mail", "limits", "PDF")
