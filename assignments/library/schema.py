"""The format of the files as JSON Schema, for editors that check while one writes. Made from the definitions."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final

from pydantic import BaseModel

from assignments.domain.exercises import Exercise
from assignments.domain.plans import Plan

_FILES: Final[Mapping[str, tuple[str, type[BaseModel]]]] = {
    "exercise-format.schema.json": ("An exercise of Meanwhile", Exercise),
    "plan-format.schema.json": ("A plan of Meanwhile", Plan),
}


def schemas() -> dict[str, str]:
    """The text of each schema, by the name of its file in docs/.

    A schema says what each field may hold. What fields have to do with each other, such as sizes that grow, is
    checked when a file is read.
    """
    return {name: _schema(title, model) for name, (title, model) in _FILES.items()}


def _schema(title: str, model: type[BaseModel]) -> str:
    whole = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **model.model_json_schema(mode="validation"),
        "title": title,
    }
    return json.dumps(whole, ensure_ascii=False, indent=2) + "\n"
