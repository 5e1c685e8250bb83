"""What: library, assignments, responses, check-ins, review, signs, decisions, brief.

The shelf is that of `clinic`: `domain` rules, `models` tables, `queries` reads, `actions` writes,
`views` thin pages. This package knows `clinic`; never the other way round.
"""

from flask import Flask

from assignments import cli
from assignments import models as models
from assignments.actions.erasing import erase_again
from assignments.actions.meant_for import follow_appointments
from assignments.actions.summaries import keep_in_round, watch
from assignments.queries.summaries import software
from assignments.views import BLUEPRINTS
from clinic import backups, worker
from clinic.actions.appointments import appointments_changed


def init_app(app: Flask) -> None:
    """Bind this package to the app."""
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    cli.init_cli(app)
    if erase_again not in backups.erase_again:
        backups.erase_again.append(erase_again)
    if follow_appointments not in appointments_changed:
        appointments_changed.append(follow_appointments)
    if keep_in_round not in worker.afterwards:
        worker.afterwards.append(keep_in_round)
    watch()
    software()
