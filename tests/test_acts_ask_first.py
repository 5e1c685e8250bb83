"""Below the web as well: every act asks whether its actor may at all, before it looks at anything else (house rule 11).

The pages ask, too. What is shown here is that an act which is reached in another way, from a command or from an act of
another name, refuses by itself, and that no `require` can be taken away without this turning red.
"""

from __future__ import annotations

import ast
import importlib
import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from flask import Flask

from clinic.access import role_may
from clinic.domain.roles import Permission, Role
from clinic.errors import NotAllowed
from clinic.models import Person
from tests.trust import Proves

ROOT = Path(__file__).resolve().parent.parent
# About oneself and nobody else, whoever one is: they look at the actor's own row alone.
ANYBODYS_OWN = {
    "sign_ins.prove_pass_phrase",
    "sign_ins.give_pass_phrase_again",
    "sign_ins.pass_phone",
    "sign_ins.take_phone_back",
    "sign_ins.end_sign_in",
    "kept_forms.leave_kept_form",
}
# Two roles have a permission of their own each, so which is asked for depends on who asks.
BY_ROLE = {
    "factors.reset_second_factor",
    "sign_ins.issue_recovery_code",
    "reminders.make_calendar_address",
    "reminders.end_calendar_address",
}
# The first thing they do is to call another function of their module, which asks.
HANDED_ON = {
    "appointments.book_appointment": "book_row",
    "break_glass.grant_glass": "_to_decide",
    "break_glass.refuse_glass": "_to_decide",
    "holds.grant_hold": "_to_decide",
    "holds.refuse_hold": "_to_decide",
    "agreeing.save_agreement": "_writable",
    "agreeing.put_forward": "_writable",
    "agreeing.take_back_words": "_found",
    "agreeing.sign": "_writable",
    "agreeing.undo_signature": "_found",
    "agreeing.withdraw": "_found",
    "agreeing.undo_withdrawal": "_found",
    "erasing.erase": "_erase",
}


@dataclass(frozen=True)
class Act:
    """What somebody does. Its actor has a name in the call; what runs within another act takes them by place."""

    name: str
    module: str
    node: ast.FunctionDef

    @property
    def first(self) -> ast.stmt:
        """Its first statement behind the docstring."""
        return next(
            one
            for one in self.node.body
            if not (isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant))
        )

    @property
    def asks_for(self) -> Permission | None:
        """The permission that its first statement requires."""
        call = self.first.value if isinstance(self.first, ast.Expr) else None
        if not isinstance(call, ast.Call) or ast.unparse(call.func) != "require":
            return None
        who, what = (ast.unparse(one) for one in call.args)
        assert who == "actor", self.name
        return Permission.__members__.get(what.removeprefix("Permission."))

    @property
    def call(self) -> Callable[..., Any]:
        """The act itself."""
        act: Callable[..., Any] = getattr(importlib.import_module(self.module), self.node.name)
        return act

    def do(self, role: Role) -> None:
        """Ask for it as somebody of this role, with nothing to look at."""
        nothing = {
            name: None
            for name, one in inspect.signature(self.call).parameters.items()
            if one.default is inspect.Parameter.empty and name != "actor"
        }
        self.call(actor=cast(Person, SimpleNamespace(kind=role)), **nothing)


def acts() -> Iterator[Act]:
    for package in ("clinic", "assignments"):
        for path in sorted((ROOT / package / "actions").glob("*.py")):
            for node in ast.parse(path.read_text(encoding="utf-8")).body:
                if (
                    isinstance(node, ast.FunctionDef)
                    and not node.name.startswith("_")
                    and "actor" in [one.arg for one in node.args.kwonlyargs]
                ):
                    yield Act(f"{path.stem}.{node.name}", f"{package}.actions.{path.stem}", node)


ACTS = list(acts())


def test_every_act_asks_before_anything_else() -> None:
    """One that hands on to another, or is about oneself alone, stands on a list with its reason."""
    known = ANYBODYS_OWN | BY_ROLE | set(HANDED_ON)
    assert {act.name for act in ACTS if act.asks_for is None} == known
    for act in ACTS:
        if act.name in HANDED_ON:
            called = ast.unparse(act.first)
            assert f"{HANDED_ON[act.name]}(actor" in called, called


def test_whoever_may_not_is_refused_by_the_act_itself(app: Flask, proves: Proves) -> None:
    tried, done = 0, []
    for act in ACTS:
        permission = act.asks_for
        if permission is None:
            continue
        for role in Role:
            if role_may(role, permission):
                continue
            tried += 1
            with app.app_context():
                try:
                    act.do(role)
                except NotAllowed:
                    continue
                except Exception as problem:
                    done.append(f"{act.name} by a {role}: {problem!r}")
                else:
                    done.append(f"{act.name} by a {role}: done")
    proves(
        "R22 deny by default; removing any one guard turns a test red",
        f"{len(ACTS)} acts below the web, {tried} times asked for by a role that may not: {tried - len(done)} refused",
    )
    assert tried > 300
    assert not done, "\n".join(done)


@pytest.mark.parametrize("name", sorted(HANDED_ON))
def test_what_hands_on_is_refused_as_well(app: Flask, name: str) -> None:
    (act,) = (one for one in ACTS if one.name == name)
    refused, others = [], []
    for role in Role:
        with app.app_context():
            try:
                act.do(role)
            except NotAllowed:
                refused.append(role)
            except Exception as problem:  # Whoever may ask goes on and finds nothing to look at.
                others.append(problem)
    assert len(refused) >= len(Role) - 2, others
