"""What somebody is told when it does not work: plainly, the same for everybody, and true about what was saved.

A form that could not be saved because the database would not take it comes back as it was sent, with the same form key,
so that nothing typed is lost and sending it again counts once (R35, R37).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from flask import Flask, Response, current_app, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DatabaseError, DBAPIError, IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from werkzeug.exceptions import HTTPException

from clinic import access
from clinic.crypto import Unreadable
from clinic.domain.roles import Permission
from clinic.domain.sign_ins import NEVER_KEPT
from clinic.errors import DomainError, NotFound
from clinic.extensions import db
from clinic.models import FormKey

RETRY_AFTER = 5
# What is typed to prove who one is never comes back on a page.
SECRETS = ("password", "passphrase", "code")


def init_error_pages(app: Flask, *, where_it_led: Callable[[FormKey], str]) -> None:
    """Hang the handlers on the app. `where_it_led` says where a form went that has counted already."""
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(DomainError, _refused)
    app.register_error_handler(IntegrityError, partial(_collision, where_it_led))
    app.register_error_handler(OperationalError, _database_busy)
    app.register_error_handler(InterfaceError, _database_busy)
    app.register_error_handler(NoConnectionFree, _database_busy)
    app.register_error_handler(DatabaseError, _database_damaged)
    app.register_error_handler(Unreadable, _words_damaged)
    app.register_error_handler(CSRFError, _stale_form)
    app.register_error_handler(Exception, _unexpected)


def _error_page(status: int, sentence: str | None = None, **more: object) -> tuple[str, int]:
    """Rendered past the context processors, so that it is the same for everybody and needs no database."""
    template = current_app.jinja_env.get_template(f"errors/{status}.html")
    return template.render(sentence=sentence, **more), status


def _http_error(problem: HTTPException) -> ResponseReturnValue:
    db.session.rollback()
    if isinstance(problem, CSRFError):
        return _stale_form(problem)
    status = problem.code or 500
    if status in (301, 302, 303, 307, 308):
        return problem.get_response()
    known = {400, 404, 405, 413, 429, 503}
    body, status = _error_page(status if status in known else (500 if status >= 500 else 400))
    response = current_app.make_response((body, status))
    if status == 405:
        response.headers["Allow"] = ", ".join(sorted(getattr(problem, "valid_methods", None) or ["GET"]))
    return response


def _refused(problem: DomainError) -> ResponseReturnValue:
    db.session.rollback()
    if isinstance(problem, NotFound):
        return _error_page(404)
    return _error_page(409, problem.sentence)


def _collision(where_it_led: Callable[[FormKey], str], problem: IntegrityError) -> ResponseReturnValue:
    """Two equal writes met in the database; the one that came first has counted."""
    db.session.rollback()
    key = request.form.get("form_key", "")
    earlier = db.session.get(FormKey, key) if len(key) == 32 else None
    if earlier is not None:
        return redirect(where_it_led(earlier))
    current_app.logger.warning("collision: %s", type(problem.orig).__name__)
    return _error_page(409, "This was changed somewhere else a moment ago. Go back and try again.")


# ---- the database does not take it ----


def _database_busy(problem: DBAPIError | NoConnectionFree) -> ResponseReturnValue:
    """Locked, full, read-only, away or restarting. What was sent comes back, to be sent again."""
    db.session.rollback()
    cause = getattr(problem, "orig", None) or problem
    # SQLite's own names tell a lock from a full disk, and hold nothing that anybody typed.
    name = getattr(cause, "sqlite_errorname", "") or getattr(cause, "sqlstate", "") or ""
    current_app.logger.error("database: %s %s at %s", type(cause).__name__, name, request.endpoint)
    return _unsaved()


def _database_damaged(problem: DatabaseError) -> ResponseReturnValue:
    """The file itself, or a page of it, can't be read. Other errors of this family are faults of the program."""
    own_name = str(getattr(problem.orig, "sqlite_errorname", "") or getattr(problem.orig, "sqlstate", ""))
    if not own_name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB", "XX")):
        return _unexpected(problem)
    db.session.rollback()
    current_app.logger.critical("the database is damaged: %s at %s", own_name, request.endpoint)
    return _error_page(503, is_damaged=True)


def _words_damaged(problem: Unreadable) -> ResponseReturnValue:
    """A sealed value was changed, moved or cut, or its key is gone: no text is better than a wrong one."""
    db.session.rollback()
    current_app.logger.critical("a sealed value does not open at %s", request.endpoint)
    return _error_page(503, is_damaged=True)


def _unsaved() -> Response:
    fields = _sent()
    permission = access.permission_of(current_app, request.endpoint or "static")
    response = current_app.make_response(
        _error_page(
            503,
            was_sent=request.method == "POST",
            action=request.full_path.rstrip("?"),
            fields=fields,
            # Choices and numbers go along unseen; what has a space in it somebody has written.
            # What leaves no trace, or waits for its sender alone, goes along unseen as well.
            words=[]
            if permission in NEVER_KEPT
            else [value for _, value in fields if any(letter.isspace() for letter in value.strip())],
        )
    )
    response.headers["Retry-After"] = str(RETRY_AFTER)
    return response


def _sent() -> list[tuple[str, str]]:
    """What the form held, where it may come back: it came from a page of ours, and proves nobody's identity."""
    if request.method != "POST" or not g.get("csrf_valid") or request.files:
        return []
    fields = list(request.form.items(multi=True))
    return [] if any(secret in name for name, _ in fields for secret in SECRETS) else fields


# ---- the rest ----


def is_in_the_background() -> bool:
    """Whether a script asks, and the page it runs on still stands there with what was typed."""
    return request.headers.get("Sec-Fetch-Mode", "navigate") != "navigate"


def _stale_form(problem: CSRFError) -> ResponseReturnValue:
    """A form from before signing out: back to signing in, or a plain page where somebody else is in by now.

    A page that saves in the background is told that its writer is not in; nothing that it sends later would wait.
    """
    permission = access.permission_of(current_app, request.endpoint or "static")
    if permission is not Permission.PAGE_PUBLIC and is_in_the_background():
        return "", 401
    if permission is not Permission.PAGE_PUBLIC and not current_user.is_authenticated:
        return redirect(url_for("sign_in.sign_in"))
    return _error_page(400)


def _unexpected(problem: Exception) -> ResponseReturnValue:
    """The last resort. The log gets the place, never the words; the person gets a plain page."""
    if current_app.config.get("PROPAGATE_EXCEPTIONS"):
        raise problem
    db.session.rollback()
    current_app.logger.exception("unexpected error at %s", request.endpoint)
    return _error_page(500)
