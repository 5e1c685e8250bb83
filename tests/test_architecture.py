"""Rules about the code that the code itself can be asked about."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import JSON, String, Text
from sqlalchemy.types import TypeEngine

from clinic import access
from clinic.audit import REQUIRED, Event
from clinic.domain.roles import Permission
from clinic.extensions import db

ROOT = Path(__file__).resolve().parent.parent

# Bookkeeping that belongs to an act which was refused, and is not an act of its own.
NOT_ACTS = {"count_wrong_code", "count_wrong_recovery", "_count_failure", "_take_the_form"}
# What the worker does by itself. Nobody acts, and a line about it would tell staff of a person's timetable.
NOT_ACTS |= {
    "forget_kept_forms",
    "forget_old_failures",
    "forget_old_slots",
    "forget_lapsed_requests",
    "queue_reminder",
}
# They say that the worker is alive and how often it failed, and nothing of anybody.
NOT_ACTS |= {"beat", "note_failed"}
# They say in which night the files of the database were written anew.
NOT_ACTS |= {"take_on_sweep", "note_whole_sweep"}
# What can be worked out again from the other tables at any time.
NOT_ACTS |= {"_store", "_make_places", "_empty_all"}

# Text that is not a person's private words: names and addresses people are known by, texts the practice
# itself writes for its clients, hashes and fixed words. Everything else must be sealed.
PLAIN_TEXT = {
    "practice": {"name", "timezone", "country", "phone", "sharing_policy", "urgent_help", "exit_url"},
    "safety_rule_change": {"reason"},
    "half_sign_in": {"token_hash"},
    "kept_form": {"path", "form_key"},
    "spare_code": {"code_hash"},
    "passkey": {"credential_hash"},
    "passkey_question": {"token_hash"},
    "talk_request": {"kind"},
    "person": {
        "role", "name", "family_name", "contact_address", "sign_in_address", "passphrase_hash",
        "inbox_shared", "theme",
    },
    "invitation": {"token_hash", "code_hash"},
    "recovery": {"mail_code_hash", "spoken_code_hash"},
    "couple": {"sharing_limit"},
    "partner": {"slot"},
    "sign_in": {"token_hash", "device_hash", "device", "room_shows"},
    "sign_in_failure": {"bucket"},
    "form_key": {"key", "location"},
    "audit_line": {"event", "actor_role", "subject_type", "previous_hash", "line_hash", "details"},
    "audit_head": {"line_hash"},
    "calendar_feed": {"token_hash"},
    "outbox_mail": {"kind", "to_address"},
    "exercise_version": {"slug", "definition"},
    "practice_exercise": {"slug", "copied_from", "draft"},
    "assignment": {"for_whom", "repeat", "sharing_limit", "size"},
    "practice_plan": {"slug", "copied_from", "draft"},
    "plan_version": {"slug", "definition"},
    "couple_plan": {"slug", "definition", "sharing_limit"},
    "plan_change": {"kind", "items", "choice"},
    "set_aside": {"kind", "choice"},
    "response": {"visibility"},
    "answer": {"step"},
    "visibility_change": {"to"},
    "outcome": {"tried", "barriers"},
    "entry": {"kind", "visibility"},
    "entry_change": {"to"},
    "turn_part": {"speaker", "step", "choice"},
    "checkin": {"same_disagreement", "my_part"},
    "instrument_wording": {"name", "definition"},
    "instrument_use": {"name"},
    "instrument_answer": {"name"},
    "decision": {"state", "met_signs"},
    "contact": {"name", "kind", "phone", "address", "note"},
    "referral": {"for_whom"},
    "referral_step": {"step"},
    "sign_rule_change": {"rule", "reason"},
    "sign_aside": {"sign", "state"},
    "sign_use": {"sign"},
    "topic_asked": {"slot", "topic"},
    "record_consent": {"choice"},
    "sign_judgement": {"sign", "judgement"},
    "agreement_text": {"step"},
    "appointment": {"for_whom"},
    "bulk_act": {"kind"},
    "bulk_item": {"left_alone"},
    "worker_beat": {"host"},
    "couple_summary": {"made_by"},
}  # fmt: skip
# Tables that belong to no practice: they hold no fact about a client.
NOT_TENANT = {"practice", "form_key", "sign_in_failure", "passkey_question", "worker_beat", "sweep"}


def actions() -> Iterator[tuple[str, ast.FunctionDef]]:
    """Every function that `@transaction` makes an act, with the module it stands in."""
    for package in ("clinic", "assignments"):
        for path in sorted((ROOT / package / "actions").rglob("*.py")):
            for node in ast.parse(path.read_text(encoding="utf-8")).body:
                if isinstance(node, ast.FunctionDef) and any(
                    isinstance(mark, ast.Name) and mark.id == "transaction" for mark in node.decorator_list
                ):
                    yield f"{package}.{path.stem}.{node.name}", node


def calls(node: ast.AST) -> set[str]:
    """The names of the functions called anywhere inside."""
    return {
        call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
        for call in ast.walk(node)
        if isinstance(call, ast.Call)
    }


def functions_that_record() -> set[str]:
    """Helpers inside the action modules that write the audit line for the acts that call them."""
    return {
        node.name
        for package in ("clinic", "assignments")
        for path in (ROOT / package / "actions").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef) and "record" in calls(node)
    }


def test_every_act_leaves_an_audit_line() -> None:
    recording = functions_that_record() | {"record", "record_each"}
    silent = [name for name, node in actions() if node.name not in NOT_ACTS and not calls(node) & recording]
    assert not silent


def test_every_event_that_is_defined_happens_somewhere() -> None:
    source = "".join(
        path.read_text(encoding="utf-8")
        for package in ("clinic", "assignments")
        for path in (ROOT / package).rglob("*.py")
        if path.name != "audit.py"
    )
    assert not [event.name for event in Event if f"Event.{event.name}" not in source]
    assert set(REQUIRED) <= set(Event)


def test_the_matrix_and_the_permissions_are_one_list() -> None:
    assert set(access.matrix()) == set(Permission)


@pytest.mark.settings  # An application of its own, for the address it adds.
def test_a_route_that_names_no_row_stops_the_start(app: Flask) -> None:
    def forgotten() -> str:
        return "open to everybody"

    app._got_first_request = False
    app.add_url_rule("/forgotten", "forgotten", forgotten)
    with pytest.raises(RuntimeError, match="/forgotten"):
        access.check_routes(app)


def test_every_id_in_an_address_is_typed(app: Flask) -> None:
    loose = [
        rule.rule
        for rule in app.url_map.iter_rules()
        if not rule.endpoint.endswith("static")
        for name in rule.arguments
        if name.endswith("_id") and f"<uuid:{name}>" not in rule.rule
    ]
    assert not loose


def test_every_path_is_kebab_case(app: Flask) -> None:
    odd = [
        rule.rule
        for rule in app.url_map.iter_rules()
        if not rule.endpoint.endswith("static")
        and any(
            part != part.lower() or "_" in part for part in rule.rule.split("/") if not part.startswith("<")
        )
    ]
    assert not odd


def _is_text(kind: TypeEngine[object]) -> bool:
    return isinstance(kind, String | Text | JSON)


def test_every_column_of_text_is_sealed_or_declared_plain() -> None:
    undeclared = {
        f"{table.name}.{column.name}"
        for table in db.metadata.sorted_tables
        for column in table.columns
        if _is_text(column.type) and column.name not in PLAIN_TEXT.get(table.name, set())
    }
    assert not undeclared
    declared = {f"{table}.{name}" for table, names in PLAIN_TEXT.items() for name in names}
    present = {
        f"{table.name}.{column.name}" for table in db.metadata.sorted_tables for column in table.columns
    }
    assert not declared - present


def test_every_table_about_clients_names_its_practice() -> None:
    assert not [
        table.name
        for table in db.metadata.sorted_tables
        if table.name not in NOT_TENANT and "practice_id" not in table.columns
    ]


def test_no_secret_is_compared_where_time_would_tell(project: Path) -> None:
    """What a row keeps of a secret is asked for by the database or by `tokens.same`, and never by `==`."""
    found = []
    for path in (*project.glob("clinic/**/*.py"), *project.glob("assignments/**/*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Compare) and any(isinstance(one, ast.Eq | ast.NotEq) for one in node.ops):
                sides = [node.left, *node.comparators]
                found += [f"{path.name}: {ast.unparse(node)}" for side in sides if _is_kept_secret(side)]
    # A line of the audit is no secret: its hash says what it holds.
    assert [one for one in found if not one.startswith("audit.py")] == []
    assert found, "the search sees one"


def _is_kept_secret(side: ast.expr) -> bool:
    return (
        isinstance(side, ast.Attribute)
        and side.attr.endswith(("_hash", "_token", "_code"))
        and side.attr != "status_code"
        and isinstance(side.value, ast.Name)
        and side.value.id.islower()  # Of a row; a column of a class stands in a statement.
    )
