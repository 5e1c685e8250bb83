"""What a look at one thing comes to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum


class State(StrEnum):
    """How a thing stands."""

    OK = "ok"
    LOOK = "look"  # It works, and somebody should look at it.
    BROKEN = "BROKEN"


@dataclass(frozen=True)
class Finding:
    """One line."""

    about: str
    state: State
    said: str
    do: str = ""

    def __str__(self) -> str:
        """As an operator reads it."""
        return f"{self.state:<7} {self.about:<12} {self.said}" + (f" → {self.do}" if self.do else "")


def span(length: timedelta) -> str:
    seconds = int(length.total_seconds())
    for unit, name in ((86_400, "days"), (3_600, "hours"), (60, "minutes")):
        if seconds >= 2 * unit:
            return f"{seconds // unit} {name}"
    return f"{seconds} seconds"
