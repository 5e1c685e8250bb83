"""What a brief is made of: ready values, the time it looks back over, and the space that is left on the page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

WORDS_OF_AN_ANSWER = 40
# Some scripts put no space between words, and somebody may lean on a key.
LETTERS_OF_AN_ANSWER = 320
# Without an earlier appointment the brief looks back as far as the board does.
LOOKS_BACK = timedelta(days=14)
GAP = "\N{EN DASH}"
LINE_END = " \N{MIDDLE DOT} "
CUT = "\N{HORIZONTAL ELLIPSIS}"


@dataclass(frozen=True)
class Quoted:
    """What one partner wrote and both may read."""

    slot: str
    name: str
    words: str


@dataclass(frozen=True)
class Opened:
    """Words that belong together: one turn of an exercise, one strand of a listening turn, or one thank-you."""

    exercise: str
    quotes: tuple[Quoted, ...]
    spoke: str = ""
    """In listening turns, whose strand it is."""
    asks: bool = True
    """Whether it is something to ask about. A thank-you stands for itself."""

    @property
    def title(self) -> str:
        """The heading above the words."""
        return f"{self.exercise}: {self.spoke} spoke" if self.spoke else self.exercise


@dataclass(frozen=True)
class Shared:
    """What may lie on the table. `answers`, `parts` and `thanks` are those whose words it shows, for the audit."""

    joint: tuple[str, ...]
    words: tuple[Opened, ...]
    answers: tuple[UUID, ...]
    parts: tuple[UUID, ...]
    thanks: tuple[UUID, ...]


@dataclass(frozen=True)
class Side:
    """One partner's practice and check-in numbers, for the counsellor alone."""

    slot: str
    name: str
    done: str
    numbers: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Happened:
    """One thing since the last appointment, for the counsellor alone."""

    at: datetime
    who: str
    what: str
    who_sees: str


@dataclass(frozen=True)
class OwnPart:
    """What only the counsellor's own brief holds."""

    in_one_line: str
    sides: tuple[Side, ...]
    changed: str
    not_done: str
    happened: tuple[Happened, ...]
    met: str
    watch: str
    decision: str


@dataclass(frozen=True)
class Brief:
    """The page, ready for its template."""

    appointment: datetime | None
    number: int
    since: date
    shared: Shared
    ask: tuple[str, ...]
    own: OwnPart | None
    left_out: int


@dataclass(frozen=True)
class Span:
    """From the last appointment until now, where the practice is."""

    since: datetime
    now: datetime
    zone: ZoneInfo

    @property
    def first_day(self) -> date:
        """The day it begins on."""
        return self.day(self.since)

    @property
    def practice_from(self) -> date:
        """Practice is counted as on the board, over two weeks, or since the last appointment if that is longer."""
        return min(self.first_day, self.day(self.now - LOOKS_BACK) + timedelta(days=1))

    def day(self, moment: datetime) -> date:
        """The day a moment falls on."""
        return moment.astimezone(self.zone).date()


class Space:
    """How many words the page still has; what does not fit is left out and counted."""

    def __init__(self, most: int) -> None:
        self.left, self.left_out = most, 0

    def take(self, *texts: str, keep: int = 0) -> bool:
        """Whether the texts still fit, all of them or none, with `keep` words left for what comes after."""
        needed = sum(len(text.split()) for text in texts) + keep
        if needed > self.left:
            self.left_out += 1
            return False
        self.left -= needed - keep
        return True


def cut(text: str) -> str:
    """The beginning of what somebody wrote, a dot between its lines, with a mark where it goes on."""
    words = LINE_END.join(line for line in text.splitlines() if line.strip()).split()
    shown = " ".join(words[:WORDS_OF_AN_ANSWER])
    if len(shown) > LETTERS_OF_AN_ANSWER:
        return shown[:LETTERS_OF_AN_ANSWER] + CUT
    return shown + (CUT if len(words) > WORDS_OF_AN_ANSWER else "")
