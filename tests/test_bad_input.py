"""What no keyboard types, sent to every form there is, by the right person with valid ids.

The forms are found by walking the pages (`tests/crawl.py`), so a new one joins by itself. A reply is never a fault;
what is refused changes nothing and keeps what was typed; what is sent twice is stored once.
"""

from __future__ import annotations

import io
import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote_from_bytes, quote_plus, urljoin, urlsplit
from uuid import UUID, uuid4

import pytest
from bs4 import Tag
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.engine import make_url
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from assignments.domain.visibility import Level
from clinic.extensions import db
from tests.builders import PASSPHRASE
from tests.conftest import EVENING, Clock, SignInAs
from tests.crawl import CODE, VISITORS, Visitor, client_of, endpoint_of, pages_of
from tests.page import Page, get_page, read_page
from tests.test_matrix import ROUTES

Fields = list[tuple[str, str | bytes]]

# Who does not bring a form that somebody else has not.
WALKERS = [visitor for visitor in VISITORS if visitor.name not in ("supervisor", "nobody")]
# Seen once, however many visitors find them.
ANYBODYS = ("sign_in.", "help.", "me.", "account.")
# Forms that only stand on the page after an act: which act, on which form.
AFTER = {
    "assign.undo": "assign.preview",
    "assign.reopen": "assign.withdraw",
    "plans.undo": "plans.start",
    "thanks.restore": "thanks.delete",
    "appointments.restore": "appointments.cancel",
    "mine.cancel_sharing": "mine.change_sharing",
}
FORMS = {
    "invited": {
        "join.account",
        "join.decline",
        "join.talk_first",
        "sign_in.code",
        "sign_in.recover",
        "sign_in.recover_codes",
        "sign_in.sign_in",
    },
    "new partner": {"join.agree"},
    "partner": {
        "account.app",
        "account.begin",
        "account.end",
        "account.not_me",
        "account.password",
        "agreements.draft",
        "agreements.withdraw",
        "agreements.write",
        "do.draft",
        "do.hard",
        "do.later",
        "do.outcome",
        "do.step",
        "do.undo",
        "me.theme",
        "mine.hide",
        "rituals.done",
        "rituals.not_today",
        "rituals.start",
        "sign_in.sign_out",
        "thanks.delete",
        "thanks.edit",
        "thanks.new",
        "thanks.restore",
        "turns.check",
        "turns.draft",
        "turns.part",
        "turns.undo",
    },
    "partner on Sunday": {"check_in.check_in"},
    "partner at work": {
        "account.codes",
        "account.off",
        "agreements.use",
        "do.check",
        "mine.cancel_sharing",
        "mine.change_sharing",
    },
    "counsellor": {
        "answers.comment",
        "answers.mark_read",
        "appointments.appointment",
        "appointments.book",
        "appointments.cancel",
        "appointments.restore",
        "assign.change",
        "assign.preview",
        "assign.reopen",
        "assign.undo",
        "assign.withdraw",
        "couple_plan.again",
        "couple_plan.checkpoint",
        "couple_plan.edit_week",
        "couple_plan.end",
        "couple_plan.keep",
        "couple_plan.pause",
        "couple_plan.resume",
        "couple_plan.skip",
        "plan_builder.archive",
        "plan_builder.copy",
        "plan_builder.edit",
        "plan_builder.keep_as_own",
        "plan_builder.new",
        "plan_builder.restore",
        "plans.start",
        "plans.undo",
        "builder.bring_back",
        "builder.copy",
        "builder.look",
        "builder.new",
        "builder.put_away",
        "builder.save",
        "couples.invite_again",
        "couples.new",
        "couples.recovery_code",
        "couples.safety_conversation",
        "signs.decide",
        "sign_in.again",
        "signs.judge",
        "signs.note",
    },
    "admin": {"practice.add", "practice.change_rule", "practice.invite_again", "practice.recovery_code"},
}
# Buttons that stand for minutes only, between two acts, or for few. tests/*/pages presses each of them.
FOR_MINUTES = {
    "agreements.forward",
    "agreements.restore",
    "agreements.sign",
    "agreements.take_back",
    "agreements.unsign",
    "couples.reset_factor",
    "practice.reset_factor",
    "practice.seen",
    "rituals.closeness",
    "rituals.undo",
}
LONG = "x" * 25_000
HOSTILE: dict[str, str | bytes] = {
    "a NUL": "ab\0c",
    "half a surrogate pair": b"ab\xed\xa0\x80c",
    "25,000 letters": LONG,
    "an Arabic three": "٣",
    "an underscore in a number": "1_0",
    "5,000 digits": "9" * 5_000,
    "no choice of ours": "nobody-offered-this",
}
# What no field of a kind may let through.
NEVER = {
    "text": {"a NUL", "half a surrogate pair", "25,000 letters"},
    "number": set(HOSTILE),
    "choice": set(HOSTILE),
}
KINDS = {
    "text": "text", "email": "text", "password": "text", "textarea": "text", "search": "text",
    "date": "number", "time": "number", "number": "number",
    "radio": "choice", "select": "choice",
}  # fmt: skip
# A field whose text is a secret is never sent back, and one that holds a NUL cannot be.
UNKEPT = {"password"}
EXTRAS = {
    "role": "admin",
    "practice_id": str(uuid4()),
    "visibility": "shared",
    "author_id": str(uuid4()),
    "version": "999",
    "is_admin": "1",
}
# Counting a wrong code is what these are for; nothing else may change when one is refused.
# Answers are read when their page is shown again, and that leaves its line in the audit.
READS = {"answers.mark_read", "answers.comment"}
COUNTS_TRIES = {
    "account.app",
    "account.off",
    "account.password",
    "join.account",
    "sign_in.again",
    "sign_in.code",
    "sign_in.recover_codes",
    "sign_in.sign_in",
}
# What a sound form says where the general filling would be refused.
SOUND: dict[str, dict[str, str | None]] = {
    "account.password": {"password": "seven herons by the weir"},
    "join.account": {"code": CODE, "email": "wen@elsewhere.example"},
    "practice.add": {"supervises": None},
    "practice.change_rule": {"asks": "no"},
    "sign_in.sign_in": {"email": "sam@demo.example"},
    "appointments.book": {"day": "2026-10-07"},
    "appointments.appointment": {"day": "2026-10-08"},
    "assign.preview": {"best_before": "2026-10-01"},
    "assign.change": {"best_before": "2026-10-01"},
    "do.check": {"keep": "1"},
    "couple_plan.skip": {"day": "2026-10-05"},
    "couple_plan.edit_week": {"week6_exercise1": "go-first", "week6_exercise2": "", "week6_exercise3": ""},
    "plans.start": {"starts_on": "2026-09-21", "holiday1": "", "holiday2": "", "holiday3": ""},
    "signs.decide": {"review_on": "2026-10-14"},
}
# Refused even when filled in soundly, because nobody has the second half: both codes of a recovery, a code of an app.
HALF_KNOWN = {"account.app", "account.off", "sign_in.code", "sign_in.recover_codes"}
SAID = "A walk by the canal"


@dataclass(frozen=True)
class Found:
    """A form on a page, as the person who found it may send it again and again."""

    endpoint: str
    page: str
    target: str
    place: int
    kinds: tuple[tuple[str, str], ...]

    def __str__(self) -> str:
        return f"{self.endpoint} on {self.page}"


def forms_on(app: Flask, page: Page, address: str) -> Iterator[tuple[Found, Tag]]:
    """Every form of the page with every address it can be sent to, its autosave included."""
    for place, form in enumerate(page.select("form[method=post]")):
        actions = [str(form.get("action") or address)]
        actions += [str(button["formaction"]) for button in form.select("[formaction]")]
        actions += [str(form[name]) for name in ("data-autosave", "data-look") if form.get(name)]
        for action in actions:
            target = urljoin(address, action)
            endpoint = endpoint_of(app, target, "POST")
            yield Found(endpoint, address, target, place, tuple(kinds_of(form).items())), form


def kinds_of(form: Tag) -> dict[str, str]:
    """The fields that are filled in or carried along, each with its kind; the keys of the form aside."""
    found = {}
    for control in form.select("input[name], select[name], textarea[name]"):
        kind = control.name if control.name != "input" else str(control.get("type", "text"))
        if control["name"] not in ("csrf_token", "form_key") and kind != "submit":
            found[str(control["name"])] = kind
    return found


def sound(endpoint: str, form: Tag) -> Fields:
    """The form filled in as somebody would."""
    fields: Fields = []
    ticked: set[str] = {str(box["name"]) for box in form.select("input[checked]")}
    for control in form.select("input[name], select[name], textarea[name]"):
        name, kind = str(control["name"]), str(control.get("type", "text"))
        if control.has_attr("disabled") or kind == "submit":
            continue
        if control.name == "textarea":
            fields.append((name, control.get_text().strip() or SAID))
        elif control.name == "select":
            option = control.select_one("option[selected]") or control.select("option")[-1]
            fields.append((name, str(option.get("value", ""))))
        elif kind in ("radio", "checkbox"):
            if control.has_attr("checked") or (name not in ticked):
                ticked.add(name)
                fields.append((name, str(control.get("value", "y"))))
        else:
            fields.append((name, str(control.get("value") or typed(name, kind))))
    for name, value in SOUND.get(endpoint, {}).items():
        fields = [pair for pair in fields if pair[0] != name]
        fields += [(name, value)] if value is not None else []
    return fields


def typed(name: str, kind: str) -> str:
    """Something that fits an empty box."""
    by_kind = {
        "email": f"{name.replace('_', '.')}@elsewhere.example",
        "password": PASSPHRASE,
        "date": f"{EVENING:%Y-%m-%d}",
        "time": "10:00",
        "number": "60",
        "hidden": "",
    }
    return by_kind.get(kind, SAID[:60])


# --- The world, put back after whatever was let through.


class Ground:
    """A visitor's browser in a world that can be put back as it was."""

    def __init__(self, app: Flask, client: FlaskClient, forms: dict[Found, Tag]) -> None:
        self.app, self.client, self.forms = app, client, forms
        with app.app_context():
            self._file = Path(make_url(str(db.engine.url)).database or "")
        self._kept = self._file.with_suffix(".kept")
        self._close()
        shutil.copyfile(self._file, self._kept)
        with client.session_transaction() as session:
            self._session = dict(session)
        self._watch()

    def _watch(self) -> None:
        """A connection of one's own tells whether anybody else has committed since."""
        self._watching = sqlite3.connect(self._file)
        self._version = self._data_version()

    def _data_version(self) -> int:
        return int(self._watching.execute("PRAGMA data_version").fetchone()[0])

    def has_changed(self) -> bool:
        """Whether anything at all was written since the world was put back."""
        return self._data_version() != self._version

    def _close(self) -> None:
        with self.app.app_context():
            db.session.remove()
            db.engine.dispose()

    def put_back(self) -> None:
        """The world, and what the browser holds, as they were."""
        if not self.has_changed():
            self._same_session()
            return
        self._watching.close()
        self._close()
        for end in ("-wal", "-shm"):
            self._file.with_name(self._file.name + end).unlink(missing_ok=True)
        shutil.copyfile(self._kept, self._file)
        self._same_session()
        self._watch()

    def _same_session(self) -> None:
        with self.client.session_transaction() as session:
            session.clear()
            session.update(self._session)

    def counts(self) -> dict[str, int]:
        """How many rows each table has."""
        with closing(sqlite3.connect(self._file)) as connection:
            tables = [table.name for table in db.metadata.sorted_tables]
            return {
                name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in tables
            }

    def owners(self) -> dict[str, list[str]]:
        """Of every row, what the extra fields would have changed: roles, practices, levels, authors, versions."""
        told = ("role", "practice_id", "visibility", "level", "author_id", "person_id", "by_id", "version")
        # Somebody who is added gets an id of their own each time.
        new = {f"{table}.person_id" for table in ("partner", "invitation", "outbox_mail", "recovery")}
        with closing(sqlite3.connect(self._file)) as connection:
            found = {}
            for table in db.metadata.sorted_tables:
                names = [name for name in told if name in table.columns and f"{table.name}.{name}" not in new]
                if names and table.name != "audit_line":
                    columns = ", ".join(f'"{name}"' for name in names)
                    rows = connection.execute(f'SELECT {columns} FROM "{table.name}"')
                    found[table.name] = sorted(map(repr, rows))
            return found

    def form(self, found: Found) -> Tag:
        """The form as the page has it. Its key is new again whenever the world was put back."""
        return self.forms[found]

    def send(self, found: Found, fields: Fields) -> TestResponse:
        return self.client.post(
            found.target, data=encoded(fields), content_type="application/x-www-form-urlencoded"
        )


def encoded(fields: Sequence[tuple[str, str | bytes]]) -> bytes:
    """As a browser encodes a form, bytes that are no text included."""
    return "&".join(
        f"{quote_plus(name)}={quote_from_bytes(value) if isinstance(value, bytes) else quote_plus(value)}"
        for name, value in fields
    ).encode()


def with_field(fields: Fields, name: str, value: str | bytes | None) -> Fields:
    """The same form with one field said otherwise, or left out with None."""
    others = [pair for pair in fields if pair[0] != name]
    return others if value is None else [*others, (name, value)]


# --- What each form is put through.


def try_everything(ground: Ground, found: Found, made_up: bytes) -> Iterator[str]:
    """Every fault of this form."""
    try:
        yield from try_hostile_fields(ground, found)
    except AssertionError as fault:  # A page that breaks a rule of the house.
        yield f"{found}: {fault}"
        ground.put_back()
    yield from try_wrong_bodies(ground, found)
    yield from try_unknown_ids(ground, found, made_up)
    yield from try_extra_fields(ground, found)
    yield from try_twice(ground, found)


def try_hostile_fields(ground: Ground, found: Found) -> Iterator[str]:
    for name, kind in found.kinds:
        attacks: dict[str, str | bytes | None] = {**HOSTILE, "nothing": None}
        if kind in ("radio", "select"):
            attacks |= {f"the level {level.value}": level.value for level in tampered(ground, found, name)}
        for what, value in attacks.items():
            form = ground.form(found)
            fields = sound(found.endpoint, form)
            reply = ground.send(found, with_field(fields, name, value))
            where = f"{found}: {what} in {name} ({kind})"
            if reply.status_code >= 500:
                yield f"{where} answers {reply.status}"
            elif reply.status_code < 400:
                if what in NEVER.get(KINDS.get(kind, ""), set()) or what.startswith("the level"):
                    yield f"{where} is let through"
                ground.put_back()
            else:
                if ground.has_changed():
                    if found.endpoint not in COUNTS_TRIES | READS:
                        yield f"{where} is refused and yet changes something"
                    ground.put_back()
                if reply.status_code == 422 and reply.mimetype == "text/html":
                    yield from (f"{where}: {fault}" for fault in kept(reply, form, fields, name, kind, value))


def tampered(ground: Ground, found: Found, name: str) -> list[Level]:
    """Levels that this field does not offer, where it is about who sees something."""
    form = ground.form(found)
    offered = {str(option.get("value")) for option in form.select(f'[name="{name}"], [name="{name}"] option')}
    levels = {level.value for level in Level}
    return [level for level in Level if level.value not in offered] if offered & levels else []


def kept(
    reply: TestResponse, sent: Tag, fields: Fields, name: str, kind: str, value: str | bytes | None
) -> Iterator[str]:
    """What is wrong with the page that says what was wrong."""
    page = read_page(reply, 422)
    if not page.select(".error-summary"):
        yield "no error summary"
    # What is said of the whole form, such as a pair that does not fit, leads to no field.
    if kind != "hidden" and page.select('.error-summary a[href^="#"]') and not page.select('[id$="-error"]'):
        yield "no message beside a field"
    for other, words in with_field(fields, name, value):
        text_kind = kinds_of(sent).get(other)
        if (
            KINDS.get(text_kind or "") != "text"
            or text_kind in UNKEPT
            or isinstance(words, bytes)
            or "\0" in words
        ):
            continue
        if not any(plain(shown(form, other)) == plain(words) for form in page.select("form[method=post]")):
            yield f"the words in {other} are lost"


def plain(words: str) -> str:
    """Without what is tidied up: addresses in small letters, codes without the gaps they are read in."""
    return "".join(words.split()).replace("-", "").casefold()


def shown(form: Tag, name: str) -> str:
    control = form.select_one(f'[name="{name}"]')
    if control is None:
        return ""
    return (
        control.get_text().removeprefix("\n") if control.name == "textarea" else str(control.get("value", ""))
    )


def try_wrong_bodies(ground: Ground, found: Found) -> Iterator[str]:
    form = ground.form(found)
    fields = sound(found.endpoint, form)
    bodies: dict[str, dict[str, Any]] = {
        "10 MB": dict(
            data=encoded([*fields, ("more", "x" * 10_000_000)]),
            content_type="application/x-www-form-urlencoded",
        ),
        "JSON": dict(json={name: str(value) for name, value in fields}),
        "plain text": dict(data=encoded(fields), content_type="text/plain"),
        "broken multipart": dict(data=b"--x\r\nContent-Disp", content_type="multipart/form-data; boundary=x"),
        "nothing": dict(),
    }
    for what, body in bodies.items():
        reply = ground.client.post(found.target, **body)
        if not 400 <= reply.status_code < 500 or (what == "10 MB" and reply.status_code != 413):
            yield f"{found}: {what} answers {reply.status}"
        if ground.has_changed():
            yield f"{found}: {what} changes something"
            ground.put_back()
    attached = MultiDict(
        (name, (io.BytesIO(b"words"), "words.txt") if name not in ("csrf_token", "form_key") else value)
        for name, value in fields
    )
    reply = ground.client.post(found.target, data=attached, content_type="multipart/form-data")
    if reply.status_code >= 500:
        yield f"{found}: files in place of words answer {reply.status}"
    ground.put_back()


def try_unknown_ids(ground: Ground, found: Found, made_up: bytes) -> Iterator[str]:
    form = ground.form(found)
    fields = sound(found.endpoint, form)
    for part in [part for part in urlsplit(found.target).path.split("/") if is_id(part)]:
        other = found.target.replace(part, str(uuid4()))
        reply = ground.client.post(
            other, data=encoded(fields), content_type="application/x-www-form-urlencoded"
        )
        if reply.status_code != 404 or reply.data != made_up:
            yield f"{found}: an unknown id answers {reply.status}"
        if ground.has_changed():
            yield f"{found}: an unknown id changes something"


def is_id(part: str) -> bool:
    try:
        return bool(UUID(part))
    except ValueError:
        return False


def try_extra_fields(ground: Ground, found: Found) -> Iterator[str]:
    """The form stores the same, whatever else is sent along."""
    seen = []
    for extras in ({}, EXTRAS):
        form = ground.form(found)
        fields = sound(found.endpoint, form)
        known = {name for name, _ in fields} | set(dict(found.kinds))
        more = [(name, value) for name, value in extras.items() if name not in known]
        reply = ground.send(found, [*fields, *more])
        seen.append((reply.status_code, ground.counts(), ground.owners()))
        ground.put_back()
    if seen[0] != seen[1]:
        yield f"{found}: fields nobody asked for change what is stored"


def try_twice(ground: Ground, found: Found) -> Iterator[str]:
    form = ground.form(found)
    fields = sound(found.endpoint, form)
    first = ground.send(found, fields)
    if first.status_code >= 400:
        if found.endpoint not in HALF_KNOWN:
            summary = (
                read_page(first, first.status_code).select_one(".error-summary, main")
                if first.mimetype == "text/html"
                else None
            )
            yield f"{found}: a sound form answers {first.status}: {summary.get_text(' ', strip=True)[:200] if summary else first.text[:200]}"
        ground.put_back()
        return
    after = ground.counts()
    second = ground.send(found, fields)
    if second.status_code >= 500:
        yield f"{found}: the second of two answers {second.status}"
    if ground.counts() != after and "form_key" in dict(fields):
        changed = {
            name: (after[name], number) for name, number in ground.counts().items() if number != after[name]
        }
        yield f"{found}: sent twice is stored twice: {changed}"
    ground.put_back()


# --- The tests.


def distinct(app: Flask, client: FlaskClient, visitor: Visitor) -> dict[Found, Tag]:
    """One form of each kind that this visitor finds, and those that only follow an act."""
    kinds: dict[tuple[str, tuple[tuple[str, str], ...]], Found] = {}
    tags: dict[Found, Tag] = {}
    spare: list[tuple[Found, Tag]] = []
    for visited in pages_of(app, client, visitor):
        for form, tag in forms_on(app, visited.page, visited.address):
            is_anybodys = form.endpoint.startswith(ANYBODYS) and form.endpoint not in FORMS[visitor.name]
            if visitor.name not in ("invited", "partner") and is_anybodys:
                continue
            if (form.endpoint, form.kinds) not in kinds:
                kinds[form.endpoint, form.kinds] = form
                tags[form] = tag
            else:
                spare.append((form, tag))
    for endpoint, act in AFTER.items():
        # Done to something that no other form needs afterwards.
        used = {row_of(form.target) for form in tags}
        free = [
            (form, tag) for form, tag in spare if form.endpoint == act and row_of(form.target) not in used
        ]
        if free:
            tags |= forms_after(app, client, *free[0], endpoint)
    return tags


def row_of(target: str) -> str:
    """What an address is about: the last id of its path, or all of it where there is none."""
    return next((part for part in reversed(urlsplit(target).path.split("/")) if is_id(part)), target)


def forms_after(app: Flask, client: FlaskClient, act: Found, form: Tag, endpoint: str) -> dict[Found, Tag]:
    """Do the act and take the forms for this endpoint from the page it leads to."""
    fields = sound(act.endpoint, form)
    reply = client.post(act.target, data=encoded(fields), content_type="application/x-www-form-urlencoded")
    assert reply.status_code == 302, f"{act} answers {reply.status}"
    address = urljoin(act.target, reply.location or "")
    page = get_page(client, address)
    return {found: tag for found, tag in forms_on(app, page, address) if found.endpoint == endpoint}


def test_somebody_finds_every_form() -> None:
    """A route that takes a form is on the list of somebody who walks; the next test finds it on a page."""
    taken = {rule.endpoint for rule in ROUTES if "POST" in (rule.methods or ())}
    assert taken - FOR_MINUTES == set().union(*FORMS.values())


@pytest.mark.timeout(300)
@pytest.mark.parametrize("visitor", WALKERS, ids=lambda visitor: visitor.name)
def test_no_form_takes_what_it_should_not(
    visitor: Visitor, world: None, app: Flask, as_: SignInAs, clock: Clock
) -> None:
    app.config["PROPAGATE_EXCEPTIONS"] = False  # A fault shall be counted and not end the test.
    client = client_of(app, as_, visitor, clock)
    forms = distinct(app, client, visitor)
    missing = FORMS[visitor.name] - {found.endpoint for found in forms}
    assert missing == set(), "no page that this visitor finds has these forms any more"
    ground = Ground(app, client, forms)
    made_up = client.post("/made/up").data
    faults = [fault for found in forms for fault in try_everything(ground, found, made_up)]
    assert not faults, "\n".join(faults)
