"""Rules about a couple: when exercises unlock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class SafetyGate:
    """Whether exercises may be given yet, and with whom the counsellor has still to speak alone.

    Decision 16: an individual safety conversation with each partner comes first, unless the practice
    has turned the rule off. The dates say only that it was held; nothing is ever concluded from it.
    """

    asked_for: bool
    held_on: dict[str, date | None]

    @property
    def missing(self) -> tuple[str, ...]:
        """The slots of the partners not yet spoken to alone."""
        return tuple(slot for slot, held in sorted(self.held_on.items()) if held is None)

    @property
    def open(self) -> bool:
        """Exercises may be given."""
        return not self.asked_for or not self.missing
