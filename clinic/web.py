"""What happens around every request: the guard, the headers, re-sent forms, error pages, filters.

Closed by default: a view is reached only by somebody its row of the matrix names (see `access`).
"""

from __future__ import annotations

import hmac
import secrets
from io import BytesIO
from typing import IO, Any
from urllib.parse import unquote_to_bytes
from uuid import UUID

from flask import (
    Flask,
    Request,
    Response,
    abort,
    current_app,
    flash,
    g,
    has_request_context,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_limiter.util import get_remote_address
from flask_login import current_user, login_user, logout_user
from flask_talisman import Talisman
from flask_wtf.form import FlaskForm
from sqlalchemy import Select, bindparam, select, update
from sqlalchemy.exc import DBAPIError
from werkzeug.exceptions import BadRequest
from werkzeug.formparser import FormDataParser

from clinic import access, clock
from clinic.actions.kept_forms import keep_form
from clinic.actions.sign_ins import touch_sign_in
from clinic.actions.tokens import digest
from clinic.domain import sign_ins
from clinic.domain.roles import Permission, Role
from clinic.error_pages import init_error_pages, is_in_the_background
from clinic.errors import NotFound
from clinic.extensions import before_commit, db, limiter, login_manager
from clinic.language import LANGUAGE, month_of_year
from clinic.models import FormKey, Person
from clinic.narrowed import back_to_its_owner, back_to_the_room
from clinic.queries.couples import own_place
from clinic.queries.people import sign_in_by_token, timed_out_by_token
from clinic.statements import written_once
from clinic.times import clock_time, day_of_year, local_day, local_time, short_day

DEVICE_COOKIE = "device"
# How many forms that ask before one writes may lie open at once; of more the oldest asks again when it is sent.
FORMS_OPENED = 8
YEAR = 365 * 24 * 3600

# Where an act led, for when its form comes again. Every act sends it, so it is written down once.
_LED_TO = update(FormKey).where(FormKey.key == bindparam("of")).values(location=bindparam("to"))

# What stays open to somebody who first has to put their own way in right.
OWN_WAY_IN = {Permission.ACCOUNT_OWN, Permission.ACCOUNT_UPDATE, Permission.SIGN_INS}

CONTENT_SECURITY_POLICY = {
    "default-src": "'none'",
    "style-src": "'self'",
    "script-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "object-src": "'none'",
    "frame-ancestors": "'none'",
}


class StrictFormParser(FormDataParser):
    """Refuses a form whose bytes are no text. Werkzeug would keep them as %ED%A0%80, as if somebody had typed that."""

    def parse(
        self,
        stream: IO[bytes],
        mimetype: str,
        content_length: int | None,
        options: dict[str, str] | None = None,
    ) -> Any:
        """Raises BadRequest; a browser sends UTF-8."""
        if mimetype == "application/x-www-form-urlencoded":
            body = stream.read()
            try:
                unquote_to_bytes(body).decode()
            except UnicodeDecodeError as problem:
                raise BadRequest from problem
            stream = BytesIO(body)
        return super().parse(stream, mimetype, content_length, options)


class StrictRequest(Request):
    """A request whose form is text or nothing."""

    form_data_parser_class = StrictFormParser


def init_web(app: Flask, *, secure_cookies: bool) -> None:
    """Hang the guard, headers, handlers and filters on the app."""
    app.request_class = StrictRequest
    Talisman(
        app,
        force_https=False,  # TLS ends in front of the app; HSTS says so to the browser.
        session_cookie_secure=secure_cookies,
        strict_transport_security=secure_cookies,
        strict_transport_security_max_age=YEAR,
        content_security_policy=CONTENT_SECURITY_POLICY,
        frame_options="DENY",
        referrer_policy="no-referrer",
        permissions_policy={"camera": "()", "microphone": "()", "geolocation": "()"},
    )
    app.before_request(_guard)
    app.after_request(_seal_response)
    login_manager.user_loader(_load_person)
    if _claim_form_key not in before_commit:
        before_commit.append(_claim_form_key)
    init_error_pages(app, where_it_led=_where_it_led)
    app.jinja_env.filters.update(
        local_time=local_time,
        local_day=local_day,
        clock_time=clock_time,
        short_day=short_day,
        day_of_year=day_of_year,
        month_of_year=month_of_year,
    )
    app.jinja_env.globals.update(
        language=LANGUAGE, new_form_key=new_form_key, can=access.can, Permission=Permission, Role=Role
    )


# ---- who is asking ----


def _load_person(token: str) -> Person | None:
    found = sign_in_by_token(digest(token), clock.now())
    if found is None:
        return None
    sign_in, person = found
    person.sign_in, person.sign_in_token = sign_in, token
    return person


def begin_session(person: Person, token: str) -> None:
    """Put a fresh sign-in into the browser's cookie; whatever was in it before is gone (no fixation).

    A page that was left open, with words on it, can still be sent once its owner has signed in again in another
    tab: the forms of one person in one browser share their token. Those of anybody else who signs in here do not.
    """
    session.clear()
    session["csrf_token"] = _token_of_forms(person)
    person.sign_in_token = token
    login_user(person)


def _token_of_forms(person: Person) -> str:
    key = str(_app().config["SECRET_KEY"]).encode()
    return hmac.digest(key, f"forms of {person.id} in {device_token()}".encode(), "sha256").hex()


def device_token() -> str:
    """This browser's own random name, which lets its owner in while others are being throttled."""
    if "device" not in g:
        g.device = request.cookies.get(_cookie_name(DEVICE_COOKIE)) or secrets.token_urlsafe(24)
    return str(g.device)


def _has_nul() -> bool:
    """PostgreSQL takes no NUL into a statement, so nothing it could look for is at such an address."""
    return "\0" in request.path or b"%00" in request.query_string


def _guard() -> ResponseReturnValue | None:
    """Refuse whoever the view's row does not name, then answer forms that were sent twice."""
    endpoint = request.endpoint
    if endpoint is None:
        return None  # The router answers 404 or 405 itself.
    view = request_view()
    g.writes_while_reading = getattr(view, "leaves_audit_line", False)
    if _has_nul():
        raise NotFound
    permission = access.permission_of(_app(), endpoint)
    if permission is Permission.PAGE_PUBLIC:
        return back_to_the_room() or _answer_again()
    if not current_user.is_authenticated:
        return _sign_in_first()
    person = access.signed_in()
    if (back := back_to_the_room()) is not None:
        return back
    access.require(person, permission)
    _touch(person)
    if (back := back_to_its_owner(person, _safe_next())) is not None:
        return back
    if permission not in OWN_WAY_IN:
        if person.must_change_passphrase:
            return redirect(url_for("account.password"))
        if person.owes_second_factor:
            return redirect(url_for("account.app"))
    if person.kind is Role.PARTNER and permission not in OWN_WAY_IN | {Permission.ACCOUNT_JOIN}:
        g.place = own_place(person)
        if g.place.policy_read_at is None:
            return redirect(url_for("join.agree"))
    asks_afresh = getattr(view, "asks_afresh", None)
    if asks_afresh is not None and asks_afresh() and not _was_opened(view):
        if not _is_fresh(person):
            return redirect(url_for("sign_in.again", next=_way_back()), 303)
        if view.asks_before_writing:
            session["opened"] = [*session.get("opened", ())[1 - FORMS_OPENED :], request.path]
    return _answer_again()


def _was_opened(view: Any) -> bool:
    """Whether this is a form that its sender opened in this sign-in, when their pass-phrase was fresh."""
    opened: list[str] = session.get("opened", [])
    return request.method == "POST" and view.asks_before_writing and request.path in opened


def _is_fresh(person: Person) -> bool:
    sign_in = person.sign_in
    return sign_ins.is_fresh(clock.now(), created_at=sign_in.created_at, confirmed_at=sign_in.confirmed_at)


def _way_back() -> str | None:
    """The page that was asked for; for an act the page it stands on, where there is one."""
    if request.method == "GET":
        return request.full_path.rstrip("?")
    if page_of_it := getattr(request_view(), "stands_on", ""):
        (there, *_) = _app().url_map.iter_rules(page_of_it)
        asked = request.view_args or {}
        return url_for(page_of_it, **{name: asked[name] for name in there.arguments})
    return request.path if request.url_rule and "GET" in (request.url_rule.methods or ()) else None


def _sign_in_first() -> ResponseReturnValue:
    """To the sign-in page. Whoever timed out is told that nothing is lost, and what they sent waits for them."""
    sender = timed_out_by_token(digest(str(session.get("_user_id", ""))), clock.now())
    # A save in the background stays on its page, which keeps the words itself and says what to do. Where somebody
    # ended the sign-in nothing that is sent waits, and the page must not say that it would.
    if sender is None and is_in_the_background() and request.method == "POST":
        return "", 401
    if sender is not None and not is_in_the_background():
        if request.method == "POST" and not _waits_for(sender):
            notice("Please sign in again, then do that once more.")
        else:
            key = _form_key()
            # Words typed to prove who one is are nothing to keep.
            if key is not None and not any("password" in name for name in request.form):
                sent = request.form.items(multi=True)
                fields = [(name, value) for name, value in sent if name != "csrf_token"]
                path = request.full_path.rstrip("?")
                keep_form(sender=sender, path=path, form_key=key, fields=fields)
            notice("Please sign in again. Nothing is lost.")
    return redirect(url_for("sign_in.sign_in", next=_safe_next()))


def _waits_for(sender: Person) -> bool:
    """Whether a form that came after a time-out may wait for its sender.

    A page left open can be used by whoever holds the phone. So of a partner's only what is typed on a page of its
    own waits, and never what sends or opens their words. Asking to talk alone leaves no trace, so it is not kept.
    """
    if sender.kind is not Role.PARTNER:
        return True
    if getattr(request_view(), "asks_afresh", None) is not None:
        return False  # What asks for the pass-phrase before it is done is not done by having given it to come back.
    is_a_page = request.url_rule is not None and "GET" in (request.url_rule.methods or ())
    return is_a_page and access.permission_of(_app(), request.endpoint or "") not in sign_ins.NEVER_KEPT


def request_view() -> Any:
    """The function behind the present address."""
    return _app().view_functions.get(request.endpoint or "")


def _app() -> Flask:
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # werkzeug types the proxy and not what is behind it
    return app


def _safe_next() -> str | None:
    return request.full_path.rstrip("?") if request.method == "GET" and request.path != "/" else None


def local_target(target: str | None) -> str | None:
    """An address inside this site to go on to after signing in, or None for anything else."""
    if not target or not target.startswith("/") or target.startswith("//"):
        return None
    if "\\" in target or any(ord(letter) < 32 for letter in target):
        return None
    return target


def _touch(person: Person) -> None:
    now = clock.now()
    if abs(now - person.sign_in.last_seen_at) < sign_ins.TOUCH_EVERY:
        return
    if request.method in ("GET", "HEAD") and not g.writes_while_reading:
        try:
            touch_sign_in(person.sign_in, now)
        except DBAPIError as problem:
            # Reading goes on while nothing can be written; the sign-in idles out sooner.
            _app().logger.warning("a sign-in was not touched: %s", type(problem.orig).__name__)
    else:
        person.sign_in.last_seen_at = now  # Goes with the action's own commit.


# ---- forms that arrive twice ----


def new_form_key() -> str:
    """An idempotency key for one rendered form (R35)."""
    return secrets.token_hex(16)


def keep_form_open() -> None:
    """Before writing down that a form was refused: the form itself has not been acted on and may come again."""
    g.pop("form_key", None)


def _form_key() -> str | None:
    key = request.form.get("form_key", "") if request.method == "POST" else ""
    return key if len(key) == 32 and key.isalnum() and key.isascii() else None


def _answer_again() -> ResponseReturnValue | None:
    """A form that was acted on before gets the first answer again, and nothing happens twice."""
    if request.method == "POST" and request.files and not getattr(request_view(), "takes_a_file", False):
        abort(400)  # A file in place of words would reach code that expects words.
    key = _form_key()
    if key is None:
        return None
    earlier = _acted_on(key).scalar_one_or_none()
    if earlier is None:
        g.form_key = key
        return None
    return redirect(_where_it_led(earlier))


@written_once
def _acted_on(key: str) -> Select[FormKey]:
    return select(FormKey).where(FormKey.key == key)


def _where_it_led(earlier: FormKey) -> str:
    """Where the first form went, for whoever sent it; anybody else who holds the key learns nothing."""
    mine = earlier.person_id == (current_user.id if current_user.is_authenticated else None)
    return (earlier.location if mine else None) or url_for("home")


def _claim_form_key() -> None:
    key = g.pop("form_key", None) if has_request_context() else None
    if key is not None:
        person_id: UUID | None = current_user.id if current_user.is_authenticated else None
        db.session.add(FormKey(key=key, person_id=person_id, at=clock.now()))
        g.claimed_form_key = key


def _remember_location(response: Response) -> None:
    key = g.pop("claimed_form_key", None)
    # A page that answers a POST itself, because it shows a secret once, names here where to go instead.
    location = response.location or response.content_location
    if key is not None and location:
        db.session.rollback()
        try:
            with db.engine.begin() as connection:
                connection.execute(_LED_TO, {"of": key, "to": location[:300]})
        except DBAPIError as problem:
            # The act itself is on disk. Whoever sends the form again is led to their first page instead.
            _app().logger.warning("a form's way on was not kept: %s", type(problem.orig).__name__)


# ---- what leaves ----


def _seal_response(response: Response) -> Response:
    """Nothing of a page stays behind in a browser; the device keeps its name."""
    _remember_location(response)
    if not access.is_file(request.endpoint):
        response.headers["Cache-Control"] = "no-store"
        response.headers["X-Robots-Tag"] = "noindex, nofollow"
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    if "device" in g:
        _set_cookie(response, DEVICE_COOKIE, g.device, max_age=YEAR)
    view = request_view()
    # Not on what was refused: that looks like any address that does not exist.
    ends = getattr(view, "ends_history", False) or getattr(view, "is_open_while_passed", False)
    if ends and response.status_code < 400:
        # A fresh HttpOnly cookie set by the signed-out page itself is what keeps Back from showing the
        # page before it: measured, where `no-store` and Clear-Site-Data alone were not enough.
        _set_cookie(response, "visit", secrets.token_urlsafe(9), max_age=None)
    return response


def _cookie_name(name: str) -> str:
    return f"{_app().config['COOKIE_PREFIX']}{name}"


def _set_cookie(response: Response, name: str, value: str, max_age: int | None) -> None:
    response.set_cookie(
        _cookie_name(name),
        value,
        max_age=max_age,
        httponly=True,
        samesite="Lax",
        secure=bool(_app().config["SESSION_COOKIE_SECURE"]),
    )


def at_most(rate: str, *, reading: bool = False) -> Any:
    """Limit what one person may send to a view, as in "30 per minute"; reading stays free unless it is costly.

    Whoever is not signed in is known by their network address alone. Two partners often share one, and what is
    left of an allowance must not tell either of them what the other has sent.
    """
    limited = limiter.limit(rate, methods=["GET"] if reading else ["POST"], key_func=_sender)

    def mark(view: Any) -> Any:
        view = limited(view)
        view.at_most = rate
        return view

    return mark


def _sender() -> str:
    return str(current_user.id) if current_user.is_authenticated else get_remote_address()


def end_session() -> None:
    """Take everything about this person out of the browser's cookie."""
    logout_user()
    session.clear()


def ends_history(view: Any) -> Any:
    """Mark a signed-out page, so that it sets the cookie which blanks what Back would show."""
    view.ends_history = True
    return view


def takes_a_file(view: Any) -> Any:
    """Mark the rare view whose form has a file in it; any other form with a file is refused."""
    view.takes_a_file = True
    return view


def page(template: str, form: FlaskForm | None = None, **values: Any) -> ResponseReturnValue:
    """A page with a form: 422 when what was sent did not pass, with everything typed still in it."""
    sent = form is not None and form.is_submitted()
    return render_template(template, form=form, **values), 422 if sent else 200


def notice(sentence: str) -> None:
    """Say what was done, at the top of the next page."""
    flash(sentence, "notice")


def notice_with_undo(sentence: str, undo_url: str) -> None:
    """Say what was done and offer to undo it; a button, because undoing is an act."""
    # Flask carries any JSON in a flash; its types say only str.
    offer: Any = {"text": sentence, "url": undo_url, "key": new_form_key()}
    flash(offer, "undo")
