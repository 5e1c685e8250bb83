"""Breaks the rules about who sees what, one line at a time, and says which tests notice.

    python -m tests.mutation [MODULE …] [--every=N] [--from=M] [--equal-too]

Each mutant is one small change to one rule: a condition turned round, an `and` made an `or`, an answer that is always
yes; of a query, each condition that says whose rows it means is left out. It lives in a process of its own, forked from
one that has imported everything but the rules, and the named tests must fail there. A mutant that they let live is a rule
nobody checks, unless it is called equal with a reason (`tests/mutated.py`); and of one that is, no test may notice.
"""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from types import FunctionType
from typing import Any

import pytest

from tests.mutants import Mutant, mutants_of
from tests.mutated import ASKED_THROUGH, EQUAL, GUARDS, OF_EVERY_QUERY, PAGES_OF, WATCHED

# Stop at the first, write nothing. The harness was imported before pytest could rewrite it, and says so.
QUIETLY = (
    "-x", "-q", "-n0", "-m", "not (browser or postgresql or bench or screenshots or trust)", "-p", "no:cacheprovider", "--timeout", "120", "-W", "ignore::pytest.PytestAssertRewriteWarning"
)  # fmt: skip


def put_in_place(mutant: Mutant) -> None:
    """Give the one rule its mutant's code. Whoever has imported it has the mutant from then on."""
    module = importlib.import_module(mutant.module)
    names = dict(vars(module))
    exec(compile(mutant.source, str(module.__file__), "exec"), names)  # noqa: S102 (our own text, in a fork)
    there, mutated = _code_of(vars(module), mutant.function), _code_of(names, mutant.function)
    there.__code__ = mutated.__code__


def _code_of(names: dict[str, Any], path: str) -> FunctionType:
    """The plain function under a name such as `Sharing.level_at`, whatever it is wrapped in."""
    first, _, rest = path.partition(".")
    found = names[first] if not rest else vars(names[first])[rest]
    found = found.fget if isinstance(found, property) else found
    found = getattr(found, "__wrapped__", found)
    assert isinstance(found, FunctionType), path
    return found


class EachInTurn:
    """A plugin for pytest: collects the tests once, and runs them with each mutant in a fork of that."""

    def __init__(self, mutants: Sequence[Mutant]) -> None:
        self._mutants = mutants
        self.lived: list[Mutant] = []

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        if is_noticed(tests_of(session, {mutant.module for mutant in self._mutants}), None):
            raise RuntimeError("These tests fail without any mutant.")
        for number, mutant in enumerate(self._mutants, 1):
            if not is_noticed(tests_of(session, {mutant.module}), mutant):
                self.lived.append(mutant)
            if sys.stderr.isatty():
                sys.stderr.write(f"\r{number} of {len(self._mutants)} mutants, {len(self.lived)} lived ")
        return True


def is_noticed(items: Sequence[pytest.Item], mutant: Mutant | None) -> bool:
    """Whether these tests fail with the mutant in place. None is the rule as it stands."""
    child = os.fork()
    if child == 0:
        code = 70
        try:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, 1)
            os.dup2(nowhere, 2)
            if mutant is not None:
                put_in_place(mutant)
            code = run_until_one_fails(items)
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    if code not in (0, 1):
        raise RuntimeError(f"The tests did not run (exit {code}, {mutant and mutant.name}).")
    return code == 1


def tests_of(session: pytest.Session, modules: Collection[str]) -> list[pytest.Item]:
    """What was collected; where the tests are about whole pages, those of the pages that stand on these modules."""
    if not any(".queries." in module for module in modules):
        return session.items
    modules = {*modules, *(one for module in modules for one in ASKED_THROUGH.get(module, ()))}
    stems = {module.rpartition(".")[2] for module in modules}
    pages = {"test_ones_own", "test_today_in_hand"} | {
        f"test_{page}" for stem in stems for page in PAGES_OF.get(stem, stem).split()
    }
    return [
        one
        for one in session.items
        if _module_of(one) in modules
        or one.path.stem in pages
        or getattr(one, "originalname", one.name) in OF_EVERY_QUERY
    ]


def _module_of(item: pytest.Item) -> str | None:
    called_with = getattr(item, "callspec", None)
    return called_with.params.get("module") if called_with else None


def run_until_one_fails(items: Sequence[pytest.Item]) -> int:
    for at, item in enumerate(items):
        following = items[at + 1] if at + 1 < len(items) else None
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        if item.session.testsfailed:
            return 1
    return 0


@dataclass(frozen=True)
class Tried:
    """What became of the mutants of one module."""

    module: str
    number: int
    lived: tuple[Mutant, ...]
    # Those that are called equal, and which of them a test can tell after all.
    equal: int
    told_apart: tuple[Mutant, ...]

    @property
    def is_sound(self) -> bool:
        """Whether nothing lived but what nobody can tell, and nobody could tell any of that."""
        return not self.lived and not self.told_apart

    def __str__(self) -> str:
        killed = self.number - len(self.lived)
        told = "".join(f"\n  line {one.line}: {one.name}" for one in self.lived)
        if self.equal:
            told += f"\n  {self.equal} called equal, {len(self.told_apart)} of them noticed"
        told += "".join(
            f"\n  line {one.line}: called equal and noticed: {one.name}" for one in self.told_apart
        )
        return f"{self.module}: {self.number} mutants, {killed} killed, {len(self.lived)} lived{told}"


def try_each(module: str, every: int = 1, first: int = 0, *, equal_too: bool = True) -> Tried:
    """Try every mutant of a module, or each so-manieth from one on; those called equal live long, so they may be left out."""
    mutants = [mutant for mutant in mutants_of(module) if mutant.name not in EQUAL][first::every]
    equal = [mutant for mutant in mutants_of(module) if equal_too and mutant.name in EQUAL][first::every]
    loop = EachInTurn([*mutants, *equal])
    code = pytest.main([*(WATCHED | GUARDS)[module], *QUIETLY], plugins=[loop])
    if code != 0:
        raise RuntimeError(f"The tests of {module} did not run (exit {code}).")
    lived = set(loop.lived)
    return Tried(
        module,
        len(mutants),
        tuple(one for one in mutants if one in lived),
        len(equal),
        tuple(one for one in equal if one not in lived),
    )


if __name__ == "__main__":
    asked = argparse.ArgumentParser(prog="python -m tests.mutation")
    asked.add_argument("modules", nargs="*", metavar="MODULE")
    asked.add_argument("--every", type=int, default=1)
    asked.add_argument("--from", type=int, default=0, dest="first")
    asked.add_argument("--equal-too", action="store_true")
    given = asked.parse_args()
    found = [
        try_each(module, given.every, given.first, equal_too=given.equal_too)
        for module in given.modules or [*WATCHED, *GUARDS]
    ]
    sys.stdout.write("".join(f"{one}\n" for one in found))
    raise SystemExit(not all(one.is_sound for one in found))
