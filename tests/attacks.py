"""What no keyboard types, and every fault a form shows when it is sent."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from bs4 import Tag
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from assignments.domain.visibility import Level
from tests.forms import Fields, Found, encoded, is_id, kinds_of, sound, with_field
from tests.ground import Ground
from tests.page import read_page

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
READS = {
    "answers.mark_read",
    "answers.mark_turn_read",
    "answers.comment",
    "answers.comment_on_turn",
    "room.timer",
}
# From the room every address that is not its own leads back into it, whether or not there is such a thing.
BACK_INTO_THE_ROOM = {"room.agreement", "room.leave", "room.timer"}
# A copy of one's own words may be taken twice from one page; each leaves its line in the audit and nothing else.
MAY_COME_TWICE = {"own_data.data", "export.record", "export.caseload"}
COUNTS_TRIES = {
    "account.app",
    "account.off",
    "account.password",
    "join.account",
    "passkeys.new",
    "room.leave",
    "sign_in.again",
    "sign_in.code",
    "sign_in.hand_back",
    "sign_in.recover_codes",
    "sign_in.sign_in",
}
# Refused even when filled in soundly, because nobody has the second half: both codes of a recovery, a device.
# Nobody is told the old pass-phrase of somebody in the stories twice: what is sound once is the old one then.
HALF_KNOWN = {
    "account.app",
    "account.password",
    "account.off",
    "passkeys.make",
    "passkeys.sign_in",
    "sign_in.code",
    "sign_in.recover_codes",
}


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
    # The same box of another row, such as that of step 2, is read by the same code as that of step 1.
    boxes = {re.sub(r"\d+", "#", name): (name, kind) for name, kind in reversed(found.kinds)}
    for name, kind in boxes.values():
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
        back = found.endpoint in BACK_INTO_THE_ROOM and reply.status_code == 303
        if not back and (reply.status_code != 404 or reply.data != made_up):
            yield f"{found}: an unknown id answers {reply.status}"
        if ground.has_changed():
            yield f"{found}: an unknown id changes something"


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
    ground.note_what(found.endpoint)
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
    if ground.counts() != after and "form_key" in dict(fields) and found.endpoint not in MAY_COME_TWICE:
        changed = {
            name: (after[name], number) for name, number in ground.counts().items() if number != after[name]
        }
        yield f"{found}: sent twice is stored twice: {changed}"
    ground.put_back()
