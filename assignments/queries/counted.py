"""What a rule read, as a table of weeks: from evidence worked out now, or kept with a decision."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from assignments.domain import checkins
from assignments.domain.instruments import instrument

GAP = "\N{EN DASH}"


@dataclass(frozen=True)
class Counted:
    """The records one rule read, week by week, the latest first: when and what, and a text for each partner."""

    title: str
    rows: tuple[tuple[str, str, str], ...]
    has_earlier: bool = False
    """Whether older weeks that decided nothing are left out."""


def counted_in(
    evidence: Mapping[str, Any],
    begins: Callable[[int], str] | None = None,
    *,
    most: int | None = None,
) -> Counted | None:
    """The records one rule read, or None where it read none. Without `begins`, which says the day a week
    begins on, the weeks have no dates.

    `most` is how many weeks back from the newest are shown; of the older ones only what made the rule fire.
    """
    records: Any = evidence.get("records")
    if not records:
        return None
    cells: dict[tuple[int, str], dict[str, str]] = {}
    since = 0 if most is None else max(one["week"] for one in records) - most + 1
    shown = [one for one in records if one["week"] >= since or one.get("counted")]
    for one in shown:
        cells.setdefault((one["week"], one["item"]), {})[one["partner"]] = _value(one)
    many = len({item for _, item in cells}) > 1
    rows = tuple(
        (
            f"Week {week}"
            + (f", from {begins(week)}" if begins else "")
            + (f", {_item(item)}" if many else ""),
            by_side.get("A", GAP),
            by_side.get("B", GAP),
        )
        for (week, item), by_side in sorted(cells.items(), reverse=True)
    )
    return Counted(_counted_title(records), rows, has_earlier=len(shown) < len(records))


def _counted_title(records: Sequence[Mapping[str, Any]]) -> str:
    items = {one["item"] for one in records}
    if items == {"tried"}:
        things = sum(one["of"] for one in records)
        return f"{things} things set" if things != 1 else "1 thing set"
    noun = "check-in" if all(item in checkins.ITEM_BY_KEY or "-in" in item for item in items) else "record"
    noun = "check-in" if items == {"composite"} else noun
    return f"{len(records)} {noun}{'' if len(records) == 1 else 's'}"


def _value(record: Mapping[str, Any]) -> str:
    """One value as a person reads it; the ones that made the rule fire say so."""
    item, value = record["item"], record["value"]
    if item == "check-in":
        return "Checked in"
    if item == "tried":
        return f"{value} of {record['of']} tried"
    known = checkins.ITEM_BY_KEY.get(item)
    number = f"{value:g}" if isinstance(value, int | float) else str(value)
    text = known.says(str(value)) if known and known.choices else number
    return f"{text} (counted)" if record.get("counted") else text


def _item(item: str) -> str:
    if item in checkins.ITEM_BY_KEY:
        return checkins.ITEM_BY_KEY[item].short
    return {"composite": "Check-in composite", "tried": "Practice", "check-in": "Check-in"}.get(
        item
    ) or instrument(item).title
