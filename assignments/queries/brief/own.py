"""The counsellor's own part of the brief: who did what, what changed, what stalled, and the last decision."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from assignments.domain import checkins
from assignments.domain.checkins import ITEM_BY_KEY
from assignments.domain.history import PARTNERS, Partner
from assignments.domain.signs import Sign, State
from assignments.models import SetAside
from assignments.queries.assignments import exercise_of
from assignments.queries.brief.pieces import CUT, GAP, Happened, OwnPart, Side, Space, Span, cut
from assignments.queries.decisions import decisions_of
from assignments.queries.history import Record
from assignments.queries.responses import Twin
from assignments.queries.review import answers_among
from assignments.queries.signs import assessment_in, signs_due
from clinic.language import short_day
from clinic.models import Couple, Person

ROWS = 6
WEEKS = 8
NOT_DONE = 3
# A check-in number that moved by less may be the mood of the evening.
MOVED = 2
NUMBERS = ("closeness", "understood", "tension", "pulled_back")


def own_part(
    reader: Person, couple: Couple, record: Record, twins: Sequence[Twin], space: Space, span: Span
) -> OwnPart:
    """For the counsellor and her supervisor alone. Words that were sent to the counsellor only are not in it either."""
    assessment, decisions = assessment_in(couple, record), decisions_of(reader, couple)
    due = signs_due(reader, record, assessment, decisions)
    sides = tuple(_side(couple, record, partner, span) for partner in PARTNERS)
    first, second = sides
    line = f"{first.name} {first.done}, {second.name} {second.done} since {short_day(span.practice_from)}."
    if due:
        line += (
            f" A decision is due: {', '.join(dict.fromkeys(one for sign in due for one in sign.sources))}."
        )
    met = _titles([sign for sign in assessment.rows if sign.state is State.MET])
    watch = _titles([sign for sign in assessment.rows if sign.state is State.WATCH])
    decision = ""
    if decisions:
        newest = decisions[0]
        reason = f": {cut(newest.reason)}" if newest.in_brief else ""
        again = f" Look again {short_day(newest.review_on)}." if newest.review_on else ""
        decision = f"{newest.label}, {short_day(span.day(newest.at))}{reason}.{again}".replace(
            f"{CUT}.", CUT
        ).replace("..", ".")
    changed, not_done = _changed(couple, record, span), _not_done(couple, record, span)
    space.take(
        line, met, watch, decision, changed, not_done, *(text for side in sides for _, text in side.numbers)
    )
    happened = list(_happened(reader, couple, record, twins, span))
    shown = tuple(one for one in happened[:ROWS] if space.take("00 Mon", one.who, one.what, one.who_sees))
    space.left_out += max(0, len(happened) - ROWS)
    return OwnPart(line, sides, changed, not_done, shown, met, watch, decision)


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


def _changed(couple: Couple, record: Record, span: Span) -> str:
    """The check-in numbers that moved since the week of the last appointment, partner by partner."""
    if record.week_0 is None:
        return ""
    before = checkins.week_number(checkins.monday_of(span.first_day), record.week_0)
    found = []
    for partner in PARTNERS:
        for key in NUMBERS:
            series = record.history.numbers(partner, key)
            earlier = [value for week, value in series if week < before]
            later = [value for week, value in series if week >= before]
            if earlier and later and abs(later[-1] - earlier[-1]) >= MOVED:
                name, item = couple.partner(partner).name, ITEM_BY_KEY[key].short.lower()
                found.append(f"{name}, {item} {earlier[-1]:g} to {later[-1]:g}")
    return "; ".join(found)


def _not_done(couple: Couple, record: Record, span: Span) -> str:
    """What was set in this time and nobody it was set for has done, the newest first."""
    today: date = span.day(span.now)
    set_for: dict[str, list[bool]] = {}
    for one in reversed(record.turns):
        if span.practice_from <= one.began_on < today:
            name = exercise_of(one.assignment).name
            set_for.setdefault(name, []).append(one.done_at is not None)
    return ", ".join([name for name, done in set_for.items() if not any(done)][:NOT_DONE])


def _happened(
    reader: Person, couple: Couple, record: Record, twins: Sequence[Twin], span: Span
) -> Iterator[Happened]:
    found = [
        Happened(answer.sent_at, answer.author_name, answer.exercise_name, answer.who_sees)
        for answer in answers_among(reader, couple, twins, span.now)
        if answer.sent_at >= span.since
    ]
    for row, name, exercise in set_asides(couple, record, span):
        what = f"{exercise}: felt hard" if row.kind == "hard" else f"{exercise}: not tonight"
        found.append(Happened(row.at, name, what, "Counsellor only"))
    yield from sorted(found, key=lambda one: one.at, reverse=True)


def set_asides(couple: Couple, record: Record, span: Span) -> Iterator[tuple[SetAside, str, str]]:
    """What was put off or felt hard, with whose and what."""
    names = {partner.person_id: partner.name for partner in couple.partners}
    exercises = {one.assignment.id: exercise_of(one.assignment).name for one in record.turns}
    for row in record.set_asides:
        if row.at >= span.since and row.assignment_id in exercises:
            yield row, names[row.person_id], exercises[row.assignment_id]


def _titles(signs: Sequence[Sign]) -> str:
    return "; ".join(f"{sign.title} ({', '.join(sign.sources)})" for sign in signs)
