"""What of a couple's work may lie on the table between them. Nothing else is looked at, so nothing else can show."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import groupby
from uuid import UUID

from assignments.access import is_frozen, part_is_open_between
from assignments.domain import progress, visibility
from assignments.domain.exercises import lines_of, personalised
from assignments.models import Assignment, Response, TurnPart
from assignments.queries.assignments import exercise_of, is_withdrawn
from assignments.queries.brief.pieces import Opened, Quoted, Shared, Space, Span, cut
from assignments.queries.entries import shared_thanks
from assignments.queries.exchanges import parts_between
from assignments.queries.responses import ReadResponse, Twin, open_words, unsealed_value
from assignments.queries.review import open_to_both, said_in
from assignments.queries.strands import in_order
from clinic.models import Couple

QUOTED = 12
THANKS = 2
JOINT = 4
FOR_QUESTIONS = 30
# What opened, when it did, and the ids of the rows whose words it shows.
Found = tuple[datetime, Opened, list[UUID]]


def shared_part(
    couple: Couple, given: Sequence[Assignment], twins: Sequence[Twin], space: Space, span: Span
) -> Shared:
    """Joint practice and the words both may read, the newest first, as far as there is space."""
    joint = tuple(name for name in _joint(couple, given, span) if space.take(name))
    words: list[Opened] = []
    answers: list[UUID] = []
    parts: list[UUID] = []
    thanks: list[UUID] = []
    found: list[tuple[Found, list[UUID]]] = [(one, answers) for one in _answers(couple, twins, span)]
    found += [(one, parts) for one in _strands(couple, given, span)]
    # By when they opened and never by when they were begun: a draft that one of them keeps must not move them.
    for (_, opened, ids), shown in sorted(found, key=lambda one: one[0][0], reverse=True):
        # Two answers to one turn stand there together or not at all: neither partner is quoted alone.
        if opened.quotes and _fits(space, words, opened):
            shown.extend(ids)
    for row in shared_thanks(couple, span.now, since=span.first_day):
        one = Opened("Thanks", (Quoted(row.slot, row.author_name, cut(row.words)),), asks=False)
        if len(thanks) < THANKS and _fits(space, words, one):
            thanks.append(row.id)
    return Shared(joint, tuple(words), tuple(answers), tuple(parts), tuple(thanks))


def _fits(space: Space, words: list[Opened], one: Opened) -> bool:
    """Put quotations that belong together on the page if there is space for all of them."""
    if sum(len(other.quotes) for other in words) + len(one.quotes) > QUOTED:
        space.left_out += 1
        return False
    texts = [one.title, *(text for quoted in one.quotes for text in (quoted.name, quoted.words))]
    fits = space.take(*texts, keep=FOR_QUESTIONS)
    if fits:
        words.append(one)
    return fits


def _answers(couple: Couple, twins: Sequence[Twin], span: Span) -> Iterator[Found]:
    """The answers that opened to both in this time, turn by turn."""
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
    fresh = sorted(turn for turn, since in opened.items() if since >= span.since)
    reads = open_words(
        couple, [row for row in open_rows if _turn(row) in set(fresh)], assignment_of, span.now
    )
    for turn in fresh:
        both = [read for read in reads if _turn(read) == turn]
        quotes = tuple(one for read in both if (one := _quoted(couple, read)).words)
        yield opened[turn], Opened(both[0].exercise.name, quotes), [read.id for read in both]


def _turn(one: Response | ReadResponse) -> tuple[UUID, int]:
    return one.assignment_id, one.turn


def _quoted(couple: Couple, read: ReadResponse) -> Quoted:
    said = [line for step in said_in(couple, read) for line in step.lines]
    return Quoted(read.slot, read.author_name, cut("\n".join(said)))


def _strands(couple: Couple, every: Sequence[Assignment], span: Span) -> Iterator[Found]:
    """Listening turns in which something opened in this time: what was said first, and what came back last."""
    rows = [row for row in parts_between(couple) if part_is_open_between(couple, row, span.now)]
    given = {one.id: one for one in every}
    for (assignment_id, _, speaker), some in groupby(
        sorted(rows, key=lambda row: (row.assignment_id, row.turn, row.speaker)),
        key=lambda row: (row.assignment_id, row.turn, row.speaker),
    ):
        assignment = given.get(assignment_id)
        strand = in_order(assignment, list(some)) if assignment is not None else []
        opened = max((row.opens_at or span.now for row in strand), default=span.since)
        if assignment is None or not strand or opened < span.since:
            continue
        shown = [row for row in strand if couple.partner(speaker).person_id == row.author_id][:1]
        shown += [row for row in strand if couple.partner(speaker).person_id != row.author_id][-1:]
        quotes = tuple(part for row in shown if (part := _part(couple, assignment, row)).words)
        one = Opened(exercise_of(assignment).name, quotes, spoke=couple.partner(speaker).name)
        yield opened, one, [row.id for row in shown]


def _part(couple: Couple, assignment: Assignment, row: TurnPart) -> Quoted:
    author = next(partner for partner in couple.partners if partner.person_id == row.author_id)
    step = exercise_of(assignment).step(row.step)
    if step is None:
        return Quoted(author.slot, author.name, "")
    worded = personalised(
        step, partner=couple.partner(author.place.other).name, counsellor=couple.counsellor.name
    )
    return Quoted(author.slot, author.name, cut("\n".join(lines_of(worded, unsealed_value(row)))))


def _joint(couple: Couple, every: Sequence[Assignment], span: Span) -> list[str]:
    """The exercises both were given and may do, the newest first, read off the calendar alone.

    What was done, even late and in private, puts nothing among them.
    """
    if is_frozen(couple):
        return []
    given = [one for one in every if one.for_whom == "both" and not is_withdrawn(one)]
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
