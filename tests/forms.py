"""Every form of a page, as a browser would fill it in and send it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import quote_from_bytes, quote_plus, urljoin, urlsplit
from uuid import UUID

from bs4 import Tag
from flask import Flask

from assignments.library.loader import load_library
from assignments.library.writing import as_toml
from tests.builders import PASSPHRASE
from tests.conftest import EVENING
from tests.crawl import endpoint_of
from tests.page import Page
from tests.told_world import CODE

Fields = list[tuple[str, str | bytes]]

# A calendar as another program writes it.
DIARY = "\r\n".join(
    (
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Elsewhere//EN",
        "BEGIN:VEVENT",
        "UID:1",
        "SUMMARY:Okafor",
        "DTSTART:20261006T180000Z",
        "RRULE:FREQ=WEEKLY;COUNT=3",
        "END:VEVENT",
        "END:VCALENDAR",
        "",
    )
)
# What a sound form says where the general filling would be refused.
SOUND: dict[str, dict[str, str | None]] = {
    # As files: laying out a PDF each time would take minutes, and tests/assignments/pages makes one.
    "export.record": {"form": "files"},
    "join.account": {"code": CODE, "email": "wen@elsewhere.example"},
    "practice.add": {"supervises": None},
    "practice.change_rule": {"asks": "no"},
    "sign_in.sign_in": {"email": "sam@demo.example"},
    "appointments.book": {"day": "2026-10-07", "in_own_feed": None},
    "calendars.upload": {"calendar": DIARY},
    "appointments.appointment": {"day": "2026-10-08"},
    "assign.preview": {"best_before": "2026-10-01"},
    "assign.change": {"best_before": "2026-10-01"},
    "do.check": {"keep": "1"},
    "couple_plan.skip": {"day": "2026-10-05"},
    "couple_plan.edit_week": {"week6_exercise1": "go-first", "week6_exercise2": "", "week6_exercise3": ""},
    "plans.start": {"starts_on": "2026-09-21", "holiday1": "", "holiday2": "", "holiday3": ""},
    "signs.decide": {"review_on": "2026-10-14"},
    # Said by one of two buttons.
    "sign_rows.useful": {"useful": "yes"},
}
SAID = "A walk by the canal"
# What is chosen where a file is asked for: an exercise as another practice would send it.
PARCEL = as_toml(next(iter(load_library().all()))).replace('name = "', 'name = "Another: ', 1)


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
        "file": PARCEL,
    }
    return by_kind.get(kind, SAID[:60])


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


def is_id(part: str) -> bool:
    try:
        return bool(UUID(part))
    except ValueError:
        return False


def row_of(target: str) -> str:
    """What an address is about: the last id of its path, or all of it where there is none."""
    return next((part for part in reversed(urlsplit(target).path.split("/")) if is_id(part)), target)
