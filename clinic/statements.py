"""Statements that are written down once a process, for what is asked in most requests.

To write a statement down from expressions, and to find out that it is the one of the last time, costs as much as to run
it and read the rows (decision 61).
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVarTuple

from sqlalchemy import CompoundSelect, Result, Select, bindparam

from clinic.extensions import db

P = ParamSpec("P")
Columns = TypeVarTuple("Columns")


def written_once(
    write: Callable[P, Select[*Columns] | CompoundSelect[*Columns]],
) -> Callable[P, Result[*Columns]]:
    """Make a function that writes a statement into one that runs it, with the values it is called with.

    The function itself is called once, with a placeholder for each value. So the values may stand in the statement and
    decide nothing about its shape: two shapes are two functions. None is no value, as nothing equals it.
    """
    names = tuple(inspect.signature(write).parameters)

    @functools.cache
    def written() -> Select[*Columns] | CompoundSelect[*Columns]:
        placeholders: Any = [bindparam(name) for name in names]
        return write(*placeholders)  # type: ignore[call-arg]  # they stand for the values, whatever their types

    @functools.wraps(write)
    def run(*values: P.args, **named: P.kwargs) -> Result[*Columns]:
        if len(values) + len(named) != len(names):
            raise TypeError(f"{write.__qualname__} takes {', '.join(names)}")
        return db.session.execute(written(), dict(zip(names, values, strict=False)) | named)

    return run
