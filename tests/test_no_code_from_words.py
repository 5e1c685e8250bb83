"""No word that somebody typed can become code: no shell, no eval, no statement put together from text."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

RUN_CODE = {"eval", "exec", "compile", "__import__"}
LOAD_CODE = {"pickle", "marshal", "shelve", "dill", "yaml", "xml"}
# What an operator runs: the names in these statements stand in our own code, and no request reaches them.
BY_THE_OPERATOR = (
    "clinic/backups/",
    "clinic/doctor/",
    "clinic/moving.py",
    "clinic/postgresql.py",
    "clinic/sweeping.py",
)
STATEMENTS = {"text", "exec_driver_sql"}


def calls(project: Path) -> Iterator[tuple[str, ast.Call]]:
    for package in ("assignments", "clinic"):
        for path in sorted((project / package).rglob("*.py")):
            if "migrations" not in path.parts:
                where = path.relative_to(project)
                for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                    if isinstance(node, ast.Call):
                        yield f"{where}:{node.lineno}", node


def name_of(call: ast.Call) -> str:
    return ast.unparse(call.func).split(".")[-1]


def test_nothing_runs_a_shell_or_text_as_code(project: Path) -> None:
    found = []
    for where, call in calls(project):
        plain = isinstance(call.func, ast.Name)
        if plain and name_of(call) in RUN_CODE:
            found.append(f"{where} {name_of(call)}")
        if any(word.arg == "shell" for word in call.keywords) or ast.unparse(call.func) == "os.system":
            found.append(f"{where} a shell")
        if name_of(call) in ("render_template_string", "from_string"):
            found.append(f"{where} a template from text")
        if ast.unparse(call.func).split(".")[0] in LOAD_CODE:
            found.append(f"{where} {ast.unparse(call.func)}")
    assert not found


def test_the_database_is_asked_with_bound_values_alone(project: Path) -> None:
    """A statement in words is a constant, or made of names that stand in the code; values are bound."""
    found = [
        f"{where} {ast.unparse(call)[:90]}"
        for where, call in calls(project)
        if name_of(call) in STATEMENTS
        and call.args
        and isinstance(call.args[0], ast.JoinedStr | ast.BinOp)
        and not where.startswith(BY_THE_OPERATOR)
    ]
    assert not found
