"""Each way to break a rule in one place; `tests/mutation.py` says which tests notice."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.mutated import GUARDING, OF_SOMEBODY

ROOT = Path(__file__).resolve().parent.parent
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
