"""The one-page brief for an appointment, found once for screen and paper.

As it comes it may lie on the table between two partners: it holds only what both may read. With the counsellor's
part it also says who did what, the check-in numbers, the signs and the last decision; that one is hers alone.
Words that somebody sent to the counsellor only are on neither, because a sheet of paper gets left about.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from assignments.access import is_frozen
from assignments.domain import progress, visibility
from assignments.domain.checkins import ITEM_BY_KEY
from assignments.domain.history import PARTNERS, Partner
from assignments.domain.signs import Sign, State
from assignments.models import Assignment, Response, SetAside
from assignments.queries.assignments import assignments_of, exercise_of, is_withdrawn
from assignments.queries.decisions import decisions_of
from assignments.queries.entries import shared_thanks
from assignments.queries.history import Record, record_of
from assignments.queries.responses import ReadResponse, Twin, open_words
from assignments.queries.review import answers_among, open_to_both, said_in, staff_turns
from assignments.queries.signs import assessment_in, signs_due
from clinic.models import Appointment, Couple, Person
from clinic.queries.appointments import appointments_of
from clinic.queries.people import practice_of

MOST_WORDS = 350
WORDS_OF_AN_ANSWER = 40
QUOTED = 6
THANKS = 2
JOINT = 4
ROWS = 6
WEEKS = 8
ASKS = 3
# Headings and the lines about who may see the page take their share of it, and so do the questions at its foot.
HEADINGS = 50
OWN_HEADINGS = 40
FOR_QUESTIONS = 30
# Without an earlier appointment the brief looks back as far as the board does.
LOOKS_BACK = timedelta(days=14)
GAP = "\N{EN DASH}"
CUT = "\N{HORIZONTAL ELLIPSIS}"
NUMBERS = ("closeness", "understood", "tension", "pulled_back")


@dataclass(frozen=True)
class Quoted:
    """What one partner wrote and both may read."""

    slot: str
    name: str
    exercise: str
    words: str


@dataclass(frozen=True)
class Shared:
    """What may lie on the table. `answers` and `thanks` are those whose words it shows, for the audit lines."""

    joint: tuple[str, ...]
    words: tuple[Quoted, ...]
    answers: tuple[UUID, ...]
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


class Room:
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


def brief_for(reader: Person, couple: Couple, now: datetime, *, with_own_part: bool = False) -> Brief:
    """The brief of a couple already read, for its next appointment. Raises NotFound for partners."""
    record = record_of(reader, couple, now)
    twins, every = staff_turns(reader, couple), appointments_of(couple)
    coming = next((one for one in every if one.starts_at + timedelta(minutes=one.minutes) > now), None)
    span = Span(_since(every, now), now, ZoneInfo(practice_of(reader).timezone))
    room = Room(MOST_WORDS - HEADINGS - (OWN_HEADINGS if with_own_part else 0))
    own = _own_part(reader, couple, record, twins, room, span) if with_own_part else None
    shared = _shared(couple, twins, room, span)
    ask = _ask(couple, record, shared, own is not None, span)
    return Brief(
        appointment=coming.starts_at if coming else None,
        number=sum(one.starts_at < (coming.starts_at if coming else now) for one in every) + 1,
        since=span.first_day,
        shared=shared,
        ask=tuple(line for line in ask if room.take(line)),
        own=own,
        left_out=room.left_out,
    )


def _since(every: Sequence[Appointment], now: datetime) -> datetime:
    """When the last appointment was over, or a fortnight ago."""
    past = [one.starts_at for one in every if one.starts_at + timedelta(minutes=one.minutes) <= now]
    return past[-1] if past else now - LOOKS_BACK


# ---- what may lie on the table ----


def _shared(couple: Couple, twins: Sequence[Twin], room: Room, span: Span) -> Shared:
    """Joint practice and the words both may read. Nothing else is looked at, so nothing else can show."""
    joint = tuple(name for name in _joint(couple, span) if room.take(name))
    words: list[Quoted] = []
    answers: list[UUID] = []
    thanks: list[UUID] = []
    for turn in _opened(couple, twins, span):
        both = [_quoted(couple, read) for read in turn]
        # Two answers to one turn stand there together or not at all: neither partner is quoted alone.
        if any(one.words for one in both) and _fits(room, words, both):
            answers.extend(read.id for read in turn)
    for one in shared_thanks(couple, span.now):
        fresh = one.day >= span.first_day and len(thanks) < THANKS
        quoted = Quoted(one.slot, one.author_name, "Thanks", _cut(one.words))
        if fresh and _fits(room, words, [quoted]):
            thanks.append(one.id)
    return Shared(joint, tuple(words), tuple(answers), tuple(thanks))


def _opened(couple: Couple, twins: Sequence[Twin], span: Span) -> list[list[ReadResponse]]:
    """The answers that opened to both in this time, turn by turn, the newest first."""
    assignment_of = {row.id: twin.assignment for twin in twins for row in twin.by_slot.values()}
    open_rows = open_to_both(couple, twins, span.now)
    ids = {row.id for row in open_rows}
    opened: dict[tuple[UUID, int], datetime] = {}
    for twin in twins:
        for slot, other in (("A", "B"), ("B", "A")):
            row, sharing = twin.of(slot), twin.sharing(slot)
            if row is not None and sharing is not None and row.id in ids:
                since = visibility.open_since(sharing, twin.sharing(other), span.now) or span.now
                opened[_turn(row)] = max(since, opened.get(_turn(row), since))
    fresh = {turn for turn, since in opened.items() if since >= span.since}
    rows = [row for row in open_rows if _turn(row) in fresh]
    by_turn: dict[tuple[UUID, int], list[ReadResponse]] = {}
    for read in open_words(couple, rows, assignment_of, span.now):
        by_turn.setdefault(_turn(read), []).append(read)
    # By when they opened and never by when they were begun: a draft that one of them keeps must not move them.
    newest = sorted(by_turn, key=lambda turn: (opened[turn], turn[0].hex, turn[1]), reverse=True)
    return [by_turn[turn] for turn in newest]


def _turn(one: Response | ReadResponse) -> tuple[UUID, int]:
    return one.assignment_id, one.turn


def _quoted(couple: Couple, read: ReadResponse) -> Quoted:
    said = " \N{MIDDLE DOT} ".join(" ".join(step.lines) for step in said_in(couple, read))
    return Quoted(read.slot, read.author_name, read.exercise.name, _cut(said))


def _fits(room: Room, words: list[Quoted], together: Sequence[Quoted]) -> bool:
    """Put quotations that belong together on the page if there is room for all of them."""
    texts = [text for one in together for text in (one.exercise, one.name, one.words)]
    if len(words) + len(together) > QUOTED:
        room.left_out += 1
        return False
    fits = room.take(*texts, keep=FOR_QUESTIONS)
    if fits:
        words.extend(one for one in together if one.words)
    return fits


def _joint(couple: Couple, span: Span) -> list[str]:
    """The exercises both were given and may do, the newest first, read off the calendar alone.

    What was done, even late and in private, puts nothing among them.
    """
    if is_frozen(couple):
        return []
    given = [one for one in assignments_of(couple) if one.for_whom == "both" and not is_withdrawn(one)]
    return list(dict.fromkeys(exercise_of(one).name for one in given if _ran_since(one, span)))[:JOINT]


def _ran_since(assignment: Assignment, span: Span) -> bool:
    """Whether a turn began, or its best time still ran, within the time practice is counted over."""
    today, best_before = span.day(span.now), assignment.best_before
    last_day = today if best_before is None else min(today, best_before)
    turn = progress.turn_on(last_day, starts_on=assignment.starts_on, repeat=assignment.repeat)
    if turn == 0:
        return False
    began_on = progress.turn_begins_on(turn, starts_on=assignment.starts_on, repeat=assignment.repeat)
    return max(began_on, best_before or began_on) >= span.practice_from


# ---- the counsellor's own part ----


def _own_part(
    reader: Person, couple: Couple, record: Record, twins: Sequence[Twin], room: Room, span: Span
) -> OwnPart:
    assessment, decisions = assessment_in(couple, record), decisions_of(reader, couple)
    due = signs_due(reader, record, assessment, decisions)
    sides = tuple(_side(couple, record, partner, span) for partner in PARTNERS)
    first, second = sides
    line = f"{first.name} {first.done}, {second.name} {second.done} since {_day(span.practice_from)}."
    if due:
        line += (
            f" A decision is due: {', '.join(dict.fromkeys(one for sign in due for one in sign.sources))}."
        )
    met = _titles([sign for sign in assessment.rows if sign.state is State.MET])
    watch = _titles([sign for sign in assessment.rows if sign.state is State.WATCH])
    decision = ""
    if decisions:
        newest = decisions[0]
        reason = f": {_cut(newest.reason)}" if newest.in_brief else ""
        again = f" Look again {_day(newest.review_on)}." if newest.review_on else ""
        decision = f"{newest.label}, {_day(span.day(newest.at))}{reason}.{again}".replace(
            f"{CUT}.", CUT
        ).replace("..", ".")
    room.take(line, met, watch, decision, *(text for side in sides for _, text in side.numbers))
    happened = list(_happened(reader, couple, record, twins, span))
    shown = tuple(one for one in happened[:ROWS] if room.take("00 Mon", one.who, one.what, one.who_sees))
    room.left_out += max(0, len(happened) - ROWS)
    return OwnPart(line, sides, shown, met, watch, decision)


def _side(couple: Couple, record: Record, partner: Partner, span: Span) -> Side:
    own = [one for one in record.turns if one.partner == partner and one.began_on >= span.practice_from]
    done = sum(one.done_at is not None for one in own)
    first = max(0, record.history.week - WEEKS + 1)
    weeks = range(first, record.history.week + 1)
    numbers = []
    for key in NUMBERS:
        known = dict(record.history.numbers(partner, key))
        if known:
            series = " ".join(f"{known[week]:g}" if week in known else GAP for week in weeks)
            numbers.append((ITEM_BY_KEY[key].short, series))
    return Side(
        slot=partner,
        name=couple.partner(partner).name,
        done=f"did {done} of {len(own)}" if own else "had nothing set",
        numbers=tuple(numbers),
    )


def _happened(
    reader: Person, couple: Couple, record: Record, twins: Sequence[Twin], span: Span
) -> Iterator[Happened]:
    found = [
        Happened(answer.sent_at, answer.author_name, answer.exercise_name, answer.who_sees)
        for answer in answers_among(reader, couple, twins, span.now)
        if answer.sent_at >= span.since
    ]
    for row, name, exercise in _set_asides(couple, record, span):
        what = f"{exercise}: felt hard" if row.kind == "hard" else f"{exercise}: not tonight"
        found.append(Happened(row.at, name, what, "Counsellor only"))
    yield from sorted(found, key=lambda one: one.at, reverse=True)


def _set_asides(couple: Couple, record: Record, span: Span) -> Iterator[tuple[SetAside, str, str]]:
    """What was put off or felt hard, with whose and what."""
    names = {partner.person_id: partner.name for partner in couple.partners}
    exercises = {one.assignment.id: exercise_of(one.assignment).name for one in record.turns}
    for row in record.set_asides:
        if row.at >= span.since and row.assignment_id in exercises:
            yield row, names[row.person_id], exercises[row.assignment_id]


def _ask(couple: Couple, record: Record, shared: Shared, own: bool, span: Span) -> list[str]:
    """At most three questions by rule. Those for the table come from what both may read alone."""
    lines = []
    if own:
        for row, name, exercise in _set_asides(couple, record, span):
            if row.choice == "bring":
                lines.append(f"{name} wants to bring “{exercise}”.")
            elif row.kind == "hard":
                lines.append(f"{name} found “{exercise}” hard. What would make it smaller?")
        rows = assessment_in(couple, record).rows
        lines += [sign.next_step for sign in rows if sign.state is State.MET]
    opened = dict.fromkeys(one.exercise for one in shared.words)
    lines += [f"What stood out in “{name}”?" for name in opened]
    lines += [f"How was “{name}” to do?" for name in shared.joint if name not in opened]
    return list(dict.fromkeys(lines))[:ASKS]


def _titles(signs: Sequence[Sign]) -> str:
    return "; ".join(f"{sign.title} ({', '.join(sign.sources)})" for sign in signs)


def _cut(text: str) -> str:
    words = text.split()
    return " ".join(words[:WORDS_OF_AN_ANSWER]) + (CUT if len(words) > WORDS_OF_AN_ANSWER else "")


def _day(day: date) -> str:
    return f"{day.day} {day:%b}"
