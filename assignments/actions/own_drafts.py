"""What writing an exercise and writing a plan have in common: beginning, putting away and bringing back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from assignments.models import PracticeExercise, PracticePlan
from assignments.queries.own_drafts import Own, Row, slugs_taken
from clinic import clock
from clinic.errors import Conflict
from clinic.models import Person


def blank_row(actor: Person, written: str) -> dict[str, Any]:
    """What a thing of the practice's own begins with, whatever it is."""
    return {
        "practice_id": actor.practice_id,
        "draft": written,
        "draft_version": 1,
        "saved_at": clock.now(),
        "author_id": actor.id,
        "published_version": 0,
        "published_draft": 0,
    }


def slugs_left(actor: Person, model: type[Row], most: int, sentence: str) -> set[str]:
    """The addresses in use. Raises Conflict with this sentence where a practice has as many as it may."""
    taken = slugs_taken(actor, model)
    if len(taken) >= most:
        raise Conflict(sentence)
    return taken


def keep(row: PracticeExercise | PracticePlan, written: str) -> None:
    """Keep a draft as it is now; one that says the same is no new version."""
    if written != row.draft:
        row.draft, row.draft_version = written, row.draft_version + 1
    row.saved_at = clock.now()


def next_version(found: Own[Row]) -> int:
    """The number publishing gives. Raises Conflict where nothing has changed since the last one."""
    if found.is_published and not found.has_changes:
        raise Conflict(f"Nothing has changed since version {found.row.published_version}.")
    return found.row.published_version + 1


def put_away(found: Own[Row]) -> None:
    """Take it out of the list of what can be given. Raises Conflict where it is out already."""
    if found.is_archived:
        raise Conflict("That is archived already.")
    found.row.archived_at = clock.now()


def bring_back(found: Own[Row]) -> None:
    """The reverse, as it was."""
    if not found.is_archived:
        raise Conflict("That is not archived.")
    found.row.archived_at = None


def written(draft: Mapping[str, Any], most: int, sentence: str) -> str:
    """A draft as it is kept. Raises Conflict with this sentence where it is longer than it may be."""
    text = json.dumps(dict(draft), ensure_ascii=False)
    if len(text) > most:
        raise Conflict(sentence)
    return text
