"""The one-page brief for an appointment, found once for screen, paper and PDF.

As it comes it may lie on the table between two partners: it holds only what both may read. With the counsellor's
part it also says who did what, the check-in numbers, the signs and the last decision; that one is hers alone.
Words that somebody sent to the counsellor only are on neither, because a sheet of paper gets left about.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from assignments.domain.signs import State
from assignments.queries.brief.own import own_part, set_asides
from assignments.queries.brief.pieces import LOOKS_BACK, Brief, Shared, Space, Span
from assignments.queries.brief.table import shared_part
from assignments.queries.history import Record, record_of
from assignments.queries.pins import Pinned, pinned_for
from assignments.queries.review import staff_turns
from assignments.queries.signs import assessment_in
from clinic.models import Appointment, Couple, Person
from clinic.queries.appointments import appointments_of
from clinic.queries.people import practice_of

MOST_WORDS = 350
ASKS = 3
# Headings and the lines about who may see the page take their share of it, and so do the questions at its foot.
HEADINGS = 50
OWN_HEADINGS = 50


def brief_for(reader: Person, couple: Couple, now: datetime, *, with_own_part: bool = False) -> Brief:
    """The brief of a couple already read, for its next appointment. Raises NotFound for partners."""
    record = record_of(reader, couple, now)
    every = appointments_of(couple)
    coming = next((one for one in every if one.starts_at + timedelta(minutes=one.minutes) > now), None)
    span = Span(_since(every, now), now, ZoneInfo(practice_of(reader).timezone))
    twins = staff_turns(reader, couple, moved_since=span.since)
    space = Space(MOST_WORDS - HEADINGS - (OWN_HEADINGS if with_own_part else 0))
    own = own_part(reader, couple, record, twins, space, span) if with_own_part else None
    shared = shared_part(couple, record.given, twins, space, span)
    pinned = pinned_for(reader, couple, now)
    ask = _ask(couple, record, shared, pinned, own is not None, span)
    return Brief(
        appointment=coming.starts_at if coming else None,
        number=sum(one.starts_at < (coming.starts_at if coming else now) for one in every) + 1,
        since=span.first_day,
        shared=shared,
        ask=tuple(line for line in ask if space.take(line)),
        own=own,
        left_out=space.left_out,
    )


def shorter(brief: Brief) -> Iterator[Brief]:
    """The same brief with less and less on it, for paper that is too small: the oldest words go first.

    What is left out is counted, so that the page says so. The questions and the last decision stay to the end.
    """
    while True:
        shared, own = brief.shared, brief.own
        if shared.words:
            brief = replace(brief, shared=replace(shared, words=shared.words[:-1]))
        elif own is not None and own.happened:
            brief = replace(brief, own=replace(own, happened=own.happened[:-1]))
        elif shared.joint:
            brief = replace(brief, shared=replace(shared, joint=shared.joint[:-1]))
        else:
            return
        brief = replace(brief, left_out=brief.left_out + 1)
        yield brief


def _since(every: Sequence[Appointment], now: datetime) -> datetime:
    """When the last appointment was over, or a fortnight ago."""
    past = [one.starts_at for one in every if one.starts_at + timedelta(minutes=one.minutes) <= now]
    return past[-1] if past else now - LOOKS_BACK


def _ask(
    couple: Couple, record: Record, shared: Shared, pinned: Sequence[Pinned], own: bool, span: Span
) -> list[str]:
    """At most three questions: what the counsellor pinned, then by rule.

    Those for the table come from what both may read alone, so a pin on anything else is hers alone.
    """
    lines = [_about(pin, own) for pin in pinned if own or pin.is_open_to_both]
    if own:
        for row, name, exercise in set_asides(couple, record, span):
            if row.choice == "bring":
                lines.append(f"{name} wants to bring “{exercise}”.")
            elif row.kind == "hard":
                lines.append(f"{name} found “{exercise}” hard. What would make it smaller?")
        rows = assessment_in(couple, record).rows
        lines += [sign.next_step for sign in rows if sign.state is State.MET]
    opened = dict.fromkeys(one.exercise for one in shared.words if one.asks)
    lines += [f"What stood out in “{name}”?" for name in opened]
    lines += [f"How was “{name}” to do?" for name in shared.joint if name not in opened]
    return list(dict.fromkeys(lines))[:ASKS]


def _about(pin: Pinned, own: bool) -> str:
    if own and pin.author:
        return f"Ask {pin.author} about “{pin.exercise_name}”. You pinned it."
    return f"Look at “{pin.exercise_name}” together."
