"""Breaks the rules about who sees what, one line at a time, and says which tests notice.

    python -m tests.mutation [MODULE …]

Of a query each condition that says whose rows it means is left out, one at a time. Each mutant is one small change to one rule: a condition turned round, an `and` made an `or`, an answer that is always
yes. It lives in a process of its own, forked from one that has imported everything but the rules, and the named tests
must fail there. A mutant that they let live is a rule nobody checks.
"""

from __future__ import annotations

import ast
import copy
import importlib
import os
import sys
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FunctionType
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
# The rules, and the tests that are fast and look at nothing else.
WATCHED: dict[str, tuple[str, ...]] = {
    "assignments.domain.visibility": (
        "tests/assignments/domain/test_visibility_rules.py",
        "tests/assignments/domain/test_visibility.py",
    ),
    "assignments.access": ("tests/assignments/test_access.py",),
    "clinic.access": ("tests/clinic/test_access.py",),
}
# The guards that stand around every request, and the conditions of every query that say whose rows it means. The tests
# that know them ask whole pages, so these are tried in the big run, and a few of the queries' in the small one.
GUARDS: dict[str, tuple[str, ...]] = {
    "clinic.hosts": tuple(
        f"tests/hostile/test_doors.py::test_{name}"
        for name in (
            "what_browsers_say_of_our_own_pages_is_let_in",
            "a_page_is_shown_to_whoever_comes_by_a_link_from_elsewhere",
            "a_host_that_is_not_ours_is_refused_and_never_repeated",
            "no_form_is_taken_without_its_own_token_or_from_another_site",
        )
    ),
    "clinic.queries": (
        "tests/test_whose_rows.py",
        "tests/clinic/test_ones_own.py",
        "tests/clinic/test_calendar_feed.py",
        "tests/clinic/pages",
    ),
}
# These can be tried by name. Not every mutant of theirs has been looked at, so no run is judged by them yet.
TO_BE_JUDGED: dict[str, tuple[str, ...]] = {
    "clinic.narrowed": (
        "tests/assignments/pages/test_room.py",
        "tests/assignments/pages/test_one_phone.py",
        "tests/assignments/pages/test_words_closed.py",
    ),
    "clinic.web": (
        "tests/hostile/test_addresses.py",
        "tests/clinic/pages/test_errors.py",
        "tests/clinic/pages/test_sign_in_again.py",
        "tests/clinic/pages/test_second_step.py",
        "tests/clinic/pages/test_join.py",
        "tests/clinic/pages/test_practice_admin.py",
        "tests/clinic/pages/test_after_a_time_out.py",
        "tests/assignments/pages/test_room.py",
        "tests/assignments/pages/test_one_phone.py",
        "tests/test_bad_input.py",
    ),
    "assignments.queries": ("tests/test_whose_rows.py", "tests/assignments/pages"),
}
# The pages that stand on a module of queries, where they are not called as it is.
PAGES_OF: dict[str, str] = {
    "agreements": "agreements together", "agreements_for_staff": "agreements answers", "appointments":
    "appointments appointment_rows diary", "assignments": "do assign", "bulk": "several", "caseload": "export board",
    "checkins": "check_in", "consents": "export", "cosigning": "cosigning", "decisions": "signs cosigning", "doing": "do do_finish",
    "entries": "thanks saying_thanks", "erasures": "erasing", "exchanges": "turns", "factors": "second_step passkeys",
    "history": "couple", "instruments": "questionnaires", "outcomes": "how_it_went", "own_copy": "own_data",
    "own_drafts": "builder plan_builder", "own_plans": "plan_builder", "pauses": "pause", "people":
    "join sign_in account practice_admin", "pins": "answers brief", "pins_in_force": "answers brief turns", "plain_rows": "couple board",
    "plan_weeks": "plans", "practice_counts": "practice", "practices": "practice practice_admin", "recent": "couple",
    "record_copy": "export", "reminders": "reminders_page calendar_feed", "responses": "answers do do_finish", "review":
    "answers couple", "sign_rules": "tuning", "strands": "turns answers", "summaries": "board", "timeline": "couple",
    "unread": "board couple", "unshared": "couple answers", "uses": "do_kinds rituals",
}  # fmt: skip
# Of a module that does more, what guards.
GUARDING = {"clinic.web": {"_guard", "_has_nul", "_is_fresh", "_answer_again", "_where_it_led"}}
# A condition of a query that has one of these words in it says whose rows are meant.
OF_SOMEBODY = (
    "practice_id", "couple_id", "couple_ids", "person_id", "author_id", "reader_id", "counsellor_id", "supervisor_id",
    "reader.id", "person.id", "partner.id", "counsellor.id", "couple.id", "visibility",
)  # fmt: skip
# Stop at the first, write nothing. The harness was imported before pytest could rewrite it, and says so.
QUIETLY = (
    "-x", "-q", "-n0", "-m", "not (browser or postgresql or bench or screenshots or trust)", "-p", "no:cacheprovider", "--timeout", "120", "-W", "ignore::pytest.PytestAssertRewriteWarning"
)  # fmt: skip
# What no test can tell from the original, with the reason. They are counted apart and never as killed.
EQUAL: dict[str, str] = {
    "assignments.domain.visibility:counsellor_reads: without part 1 in "
    "`own.sent_at is not None and own.level_at(now) in OPEN_TO_COUNSELLOR`": "A draft is private already.",
    "assignments.domain.visibility:is_frozen_text: never in `if not own.is_past_hold(now):`": (
        "Nothing is revealed, and no moment is past the hold, before the hold is."
    ),
    "clinic.queries.couples:_seen_by: without `Supervision.practice_id == practice_id` in `select(Supervision.counsellor_id).where(Supervision.supervisor_id == reader_id, Supervisio`": (
        "The couples that are asked for are of the practice already."
    ),
    "clinic.queries.couples:_seen_by: without `BreakGlass.practice_id == practice_id` in `select(BreakGlass.couple_id).where(BreakGlass.reader_id == reader_id, BreakGlass.practice_`": (
        "The couples that are asked for are of the practice already."
    ),
    "clinic.queries.couples:couples_for: without `Partner.practice_id == reader.practice_id` in `select(Partner.couple_id).where(Partner.practice_id == reader.practice_id, Partner.person_`": (
        "The couples that are narrowed by a name are of the practice already."
    ),
    "clinic.queries.couples:_write_one: without `Couple.id == couple_id` in `seen.where(Couple.id == couple_id)`": (
        "It is written down when the module is loaded, which no mutant is; the matrix asks for other couples by id."
    ),
    "clinic.queries.couples:_write_some: without `Couple.id.in_(couple_ids)` in `seen.with_only_columns(Couple.id).where(Couple.id.in_(couple_ids))`": (
        "It is written down when the module is loaded, which no mutant is; `test_ones_own` asks among couples."
    ),
    "clinic.queries.people:person_in: without `Person.practice_id == practice_id` in `select(Person).where(Person.practice_id == practice_id, Person.id == person_id)`": (
        "Whoever asks has the id from a row of this practice, and row-level security stands behind it."
    ),
    "clinic.queries.people:invitations_alike: without `Invitation.practice_id == person.practice_id` in `select(Invitation).join(Person, Person.id == Invitation.person_id).join(Partner, Partner.p`": (
        "The invitation's person is joined, and is of the practice."
    ),
    "clinic.queries.people:invitations_alike: without `other.practice_id == person.practice_id` in `select(Invitation).join(Person, Person.id == Invitation.person_id).join(Partner, Partner.p`": (
        "The place is that of a person, who is of the practice."
    ),
    "clinic.queries.reminders:entries_at_address: without `CalendarFeed.practice_id == Person.practice_id` in `select(Person).join(CalendarFeed, CalendarFeed.person_id == Person.id).where(CalendarFeed.`": (
        "An address belongs to one person, and so to one practice."
    ),
    "clinic.queries.reminders:_own_appointments: without `Appointment.practice_id == place.practice_id` in `select(Appointment).where(Appointment.practice_id == place.practice_id, Appointment.couple`": (
        "The couple is of the practice."
    ),
    "clinic.queries.talks:_waiting: without `TalkRequest.practice_id == practice_id` in `select(TalkRequest.author_id, func.min(case((TalkRequest.kind != AFTER_RECOVERY, TalkReque`": (
        "The couples are of the practice."
    ),
}
TURNED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.GtE,
    ast.LtE: ast.Gt,
    ast.Gt: ast.LtE,
    ast.GtE: ast.Lt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
# The same moment counts as after, or as before: what lies exactly on the line.
ON_THE_LINE: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
}


@dataclass(frozen=True)
class Mutant:
    """One change: which rule, which of its places, and what becomes of it."""

    module: str
    function: str
    line: int
    what: str
    source: str

    @property
    def name(self) -> str:
        return f"{self.module}:{self.function}: {self.what}"


def source_of(module: str) -> str:
    return (ROOT / (module.replace(".", "/") + ".py")).read_text(encoding="utf-8")


def modules_in(watched: str) -> list[str]:
    """The modules of a package, or the one module of this name."""
    folder = ROOT / watched.replace(".", "/")
    return [f"{watched}.{one.stem}" for one in sorted(folder.glob("[!_]*.py"))] or [watched]


def mutants_of(watched: str) -> Iterator[Mutant]:
    """Every mutant of a module or of each module of a package, in the order of their lines."""
    for module in modules_in(watched):
        yield from _mutants_in(module)


def _mutants_in(module: str) -> Iterator[Mutant]:
    tree = ast.parse(source_of(module))
    for path, function in functions_of(tree):
        if path not in GUARDING.get(module, {path}):
            continue
        for number, node in enumerate(ast.walk(function)):
            for what, change in changes_to(node, in_a_query=".queries." in module):
                other = copy.deepcopy(tree)
                twin = next(
                    one
                    for one in ast.walk(other)
                    if isinstance(one, ast.FunctionDef)
                    and (one.name, one.lineno) == (function.name, function.lineno)
                )
                for at, found in enumerate(ast.walk(twin)):
                    if at == number:
                        change(found)
                        break
                line = getattr(node, "lineno", function.lineno)
                yield Mutant(
                    module,
                    path,
                    line,
                    f"{what} in `{ast.unparse(node).splitlines()[0][:90]}`",
                    ast.unparse(ast.fix_missing_locations(other)),
                )


def functions_of(tree: ast.Module) -> Iterator[tuple[str, ast.FunctionDef]]:
    """Every function and method; what is defined inside one belongs to it."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            yield node.name, node
        elif isinstance(node, ast.ClassDef):
            yield from (
                (f"{node.name}.{one.name}", one) for one in node.body if isinstance(one, ast.FunctionDef)
            )


def changes_to(node: ast.AST, in_a_query: bool = False) -> Iterator[tuple[str, Change]]:
    """What can be broken about one place of a rule."""
    if in_a_query:
        yield from _conditions_of(node)
    elif isinstance(node, ast.Compare):
        for at, operator in enumerate(node.ops):
            yield "turned round", _Compare(at, TURNED[type(operator)])
            if type(operator) in ON_THE_LINE:
                yield "moved by a moment", _Compare(at, ON_THE_LINE[type(operator)])
    elif isinstance(node, ast.BoolOp):
        yield "and for or", _BoolOp()
        for at in range(len(node.values)):
            yield f"without part {at + 1}", _Without(at)
    elif isinstance(node, ast.If):
        yield "always", _Test(True)
        yield "never", _Test(False)
    elif isinstance(node, ast.Return) and node.value is not None and _is_a_question(node.value):
        said = node.value.value if isinstance(node.value, ast.Constant) else None
        yield from (
            (name, _Answer(answer)) for name, answer in (("yes", True), ("no", False)) if answer is not said
        )
    elif isinstance(node, ast.Expr) and ast.unparse(node.value).startswith("access.require("):
        yield "not asked", _Nothing()
    elif isinstance(node, ast.Raise):
        yield "nothing raised", _Pass()


def _conditions_of(node: ast.AST) -> Iterator[tuple[str, Change]]:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "where":
        for at, condition in enumerate(node.args):
            if any(word in ast.unparse(condition) for word in OF_SOMEBODY):
                yield f"without `{' '.join(ast.unparse(condition).split())[:90]}`", _WithoutCondition(at)


def _is_a_question(value: ast.expr) -> bool:
    """Whether this can only be yes or no. A call is one where its name says so."""
    if isinstance(value, ast.Constant):
        return isinstance(value.value, bool)
    if isinstance(value, ast.Call):
        name = ast.unparse(value.func).split(".")[-1]
        return name in ("any", "all") or name.startswith(("is_", "may_", "has_")) or name.endswith("reads")
    return isinstance(value, ast.Compare | ast.BoolOp) or (
        isinstance(value, ast.UnaryOp) and isinstance(value.op, ast.Not)
    )


class Change:
    def __call__(self, node: ast.AST) -> None:
        raise NotImplementedError


@dataclass
class _Compare(Change):
    at: int
    operator: type[ast.cmpop]

    def __call__(self, node: ast.AST) -> None:
        assert isinstance(node, ast.Compare)
        node.ops[self.at] = self.operator()


class _BoolOp(Change):
    def __call__(self, node: ast.AST) -> None:
        assert isinstance(node, ast.BoolOp)
        node.op = ast.Or() if isinstance(node.op, ast.And) else ast.And()


@dataclass
class _Without(Change):
    at: int

    def __call__(self, node: ast.AST) -> None:
        assert isinstance(node, ast.BoolOp)
        # What leaves the rest as it was: yes for an `and`, no for an `or`.
        node.values[self.at] = ast.Constant(isinstance(node.op, ast.And))


@dataclass
class _WithoutCondition(Change):
    at: int

    def __call__(self, node: ast.AST) -> None:
        assert isinstance(node, ast.Call)
        del node.args[self.at]


@dataclass
class _Test(Change):
    answer: bool

    def __call__(self, node: ast.AST) -> None:
        assert isinstance(node, ast.If)
        node.test = ast.Constant(self.answer)


@dataclass
class _Answer(Change):
    answer: bool

    def __call__(self, node: ast.AST) -> None:
        assert isinstance(node, ast.Return)
        node.value = ast.Constant(self.answer)


class _Pass(Change):
    def __call__(self, node: ast.AST) -> None:
        assert isinstance(node, ast.Raise)
        node.exc, node.cause = ast.Name("StopIteration", ast.Load()), None


class _Nothing(Change):
    def __call__(self, node: ast.AST) -> None:
        assert isinstance(node, ast.Expr)
        node.value = ast.Constant(None)


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
        self.lived = [
            mutant for mutant in self._mutants if not is_noticed(tests_of(session, {mutant.module}), mutant)
        ]
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
    stems = {module.rpartition(".")[2] for module in modules}
    pages = {"test_ones_own"} | {
        f"test_{page}" for stem in stems for page in PAGES_OF.get(stem, stem).split()
    }
    return [one for one in session.items if _module_of(one) in modules or one.path.stem in pages]


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

    def __str__(self) -> str:
        killed = self.number - len(self.lived)
        told = "".join(f"\n  line {one.line}: {one.name}" for one in self.lived)
        return f"{self.module}: {self.number} mutants, {killed} killed, {len(self.lived)} lived{told}"


def try_each(module: str, every: int = 1) -> Tried:
    """Try every mutant of a module, or each so-manieth."""
    mutants = [mutant for mutant in mutants_of(module) if mutant.name not in EQUAL][::every]
    loop = EachInTurn(mutants)
    code = pytest.main([*(WATCHED | GUARDS | TO_BE_JUDGED)[module], *QUIETLY], plugins=[loop])
    if code != 0:
        raise RuntimeError(f"The tests of {module} did not run (exit {code}).")
    return Tried(module, len(mutants), tuple(loop.lived))


if __name__ == "__main__":
    chosen = [one for one in sys.argv[1:] if not one.startswith("--every=")]
    steps = [int(one.removeprefix("--every=")) for one in sys.argv[1:] if one.startswith("--every=")]
    found = [try_each(module, *steps) for module in chosen or [*WATCHED, *GUARDS]]
    sys.stdout.write("".join(f"{one}\n" for one in found))
    raise SystemExit(any(one.lived for one in found))
