"""Work that nobody waits for, and whose length nobody may see: it begins once the page has gone out."""

from __future__ import annotations

import logging
import secrets
import threading
import time
from collections.abc import Callable

from flask import Flask, current_app

from clinic.extensions import db

log = logging.getLogger(__name__)
# By chance, so that neither this page nor the next one is slower where there is something to do.
WAITS_MS = (200, 1200)
# However many ask, pages keep their connections to the database.
AT_ONCE = threading.BoundedSemaphore(2)


def aside(work: Callable[[], object]) -> None:
    """Do this a moment later, in a thread; at once where mail does not leave by itself either, as in tests.

    A program that is told to stop waits for it, since the page has promised it.
    """
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # werkzeug types the proxy and not what is behind it
    if app.extensions["mail"]["at_once"]:
        threading.Thread(target=_later, args=(app, work)).start()
    else:
        work()


def _later(app: Flask, work: Callable[[], object]) -> None:
    least, most = WAITS_MS
    time.sleep((least + secrets.randbelow(most - least)) / 1000)
    with AT_ONCE, app.app_context():
        try:
            work()
        except Exception:
            log.exception("work that was put aside could not be done")
        finally:
            db.session.remove()
