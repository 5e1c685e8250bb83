"""The order of the counsellor's board: why each couple is here, in one sentence, and the one action.

The groups follow the counsellor's day. Inside a group the soonest appointment comes first. Nothing is added
up, no couple is scored and none is ranked against another. "Stalled" here is about practice, not about
movement: its action is smaller or other practice, never referral.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from assignments.domain.signs.kinds import KINDS

# How many signs the board names before it says "and more".
SIGNS_NAMED = 2


class Group(StrEnum):
    """Why a couple is on the board, in the order of the page."""

    ASKED_TO_TALK = "asked_to_talk"
    DELETION = "deletion"
    LEFT = "left"
    DECISION_DUE = "decision_due"
    REFERRAL_DUE = "referral_due"
    UNCOUNTED = "uncounted"
    STALLED = "stalled"
    PLAN_CHECK = "plan_check"
    NEW_ANSWERS = "new_answers"
    ON_TRACK = "on_track"


GROUP_LABELS: dict[Group, str] = {
    Group.ASKED_TO_TALK: "Asked to talk alone",
    Group.DELETION: "Asked to be deleted",
    Group.LEFT: "Left",
    Group.DECISION_DUE: "Decision due",
    Group.REFERRAL_DUE: "Referral to follow up",
    Group.UNCOUNTED: "Not counted",
    Group.STALLED: "Stalled",
    Group.PLAN_CHECK: "Plan to look at",
    Group.NEW_ANSWERS: "New answers",
    Group.ON_TRACK: "On track",
}

UNCOUNTED = "Their figures could not be worked out."


class ActionKind(StrEnum):
    """Where a row's one action leads."""

    PLAN_TALK = "plan_talk"
    REVIEW_SIGNS = "review_signs"
    FOLLOW_UP = "follow_up"
    ADJUST = "adjust"
    LOOK = "look"
    READ = "read"
    OPEN = "open"
    CLOSE = "close"
    DELETE = "delete"


@dataclass(frozen=True)
class Action:
    """The one action of a row."""

    kind: ActionKind
    label: str


ACTIONS: dict[Group, Action] = {
    Group.ASKED_TO_TALK: Action(ActionKind.PLAN_TALK, "Plan a talk"),
    Group.DELETION: Action(ActionKind.DELETE, "See to it"),
    Group.LEFT: Action(ActionKind.CLOSE, "Close"),
    Group.DECISION_DUE: Action(ActionKind.REVIEW_SIGNS, "Review signs"),
    Group.REFERRAL_DUE: Action(ActionKind.FOLLOW_UP, "Follow up"),
    Group.UNCOUNTED: Action(ActionKind.READ, "Read"),
    Group.STALLED: Action(ActionKind.ADJUST, "Adjust practice"),
    Group.PLAN_CHECK: Action(ActionKind.LOOK, "Look at plan"),
    Group.NEW_ANSWERS: Action(ActionKind.READ, "Read"),
    Group.ON_TRACK: Action(ActionKind.OPEN, "Open"),
}


@dataclass(frozen=True)
class PracticeLimits:
    """When practice counts as stalled; a practice may change these."""

    idle_days: int = 14
    put_off: int = 3
    felt_hard: int = 2
    checkin_weeks: int = 2
    done_share: float = 0.4
    done_share_assigned: int = 2
    waiting_days: int = 7


SHIPPED_PRACTICE_LIMITS = PracticeLimits()


@dataclass(frozen=True)
class PartnerFacts:
    """What is known about one partner's practice.

    ``days_idle`` counts from the last thing done, or from the first thing set when nothing was done yet;
    ``None`` means that nothing has been set. ``pause_days`` is given for a pause without an agreed return.
    """

    name: str
    days_idle: int | None = None
    put_off: int = 0
    felt_hard: int = 0
    checkin_weeks_missed: int = 0
    assigned_3_weeks: int = 0
    done_3_weeks: int = 0
    pause_days: int | None = None


@dataclass(frozen=True)
class CoupleFacts:
    """What the board needs about one couple; sign ids are those that ask for a decision or are on watch."""

    couple_id: str
    title: str
    partners: tuple[PartnerFacts, PartnerFacts]
    week: int | None = None
    decision_due: tuple[str, ...] = ()
    watching: tuple[str, ...] = ()
    waiting_to_open_days: int | None = None
    plan_check: tuple[int, int] | None = None
    """The week of the plan after which to ask how it goes, and how many weeks it has; None while not due."""
    unread_answers: int = 0
    unread_turns: int = 0
    is_uncounted: bool = False
    """Nothing could be worked out from their record, so what is zero or absent here says nothing about them."""
    next_appointment: datetime | None = None
    asked_to_talk_days: int | None = None
    came_back_days: int | None = None
    left: tuple[str, ...] = ()
    deletions: tuple[str, ...] = ()
    referrals_due: tuple[tuple[str, str, int], ...] = ()
    """Each open referral whose day to follow up has come: to whom, where it stands, and how many days ago."""


@dataclass(frozen=True)
class Reason:
    """One reason to be on the board: a sentence with a number, and the rule behind it."""

    sentence: str
    rule: str


@dataclass(frozen=True)
class BoardRow:
    """One couple on the board; ``more`` are further reasons of the same group, shown on request."""

    couple_id: str
    title: str
    group: Group
    reason: str
    rule: str
    more: tuple[Reason, ...]
    action: Action
    next_appointment: datetime | None


@dataclass(frozen=True)
class BoardGroup:
    """A run of rows that are here for the same kind of reason."""

    group: Group
    label: str
    rows: tuple[BoardRow, ...]


def board(
    couples: Iterable[CoupleFacts], limits: PracticeLimits = SHIPPED_PRACTICE_LIMITS
) -> tuple[BoardGroup, ...]:
    """All couples in their groups, in page order; a group without couples is left out."""
    rows = sorted((place(facts, limits) for facts in couples), key=_soonest_first)
    found = ((group, tuple(row for row in rows if row.group is group)) for group in Group)
    return tuple(BoardGroup(group, GROUP_LABELS[group], members) for group, members in found if members)


def place(facts: CoupleFacts, limits: PracticeLimits = SHIPPED_PRACTICE_LIMITS) -> BoardRow:
    """The one row of a couple: the first group that it has a reason for."""
    finders: tuple[tuple[Group, Callable[[CoupleFacts, PracticeLimits], Sequence[Reason]]], ...] = (
        (Group.ASKED_TO_TALK, _asked_to_talk),
        (Group.DELETION, _deletion),
        (Group.LEFT, _left),
        (Group.DECISION_DUE, _decision_due),
        (Group.REFERRAL_DUE, _referral_due),
        (Group.UNCOUNTED, _uncounted),
        (Group.STALLED, practice_reasons),
        (Group.PLAN_CHECK, _plan_check),
        (Group.NEW_ANSWERS, _new_answers),
    )
    for group, find in finders:
        reasons = find(facts, limits)
        if reasons:
            return _row(facts, group, reasons)
    return _row(facts, Group.ON_TRACK, [_on_track(facts)])


def practice_reasons(
    facts: CoupleFacts, limits: PracticeLimits = SHIPPED_PRACTICE_LIMITS
) -> tuple[Reason, ...]:
    """Every practice rule that a couple meets, rule by rule, the partners in their own order."""
    found: list[Reason] = []
    for one in facts.partners:
        if one.pause_days is not None:
            found.append(
                Reason(f"{one.name} paused {_days(one.pause_days)} ago.", "A pause without an agreed return.")
            )
    for one in facts.partners:
        if one.days_idle is not None and one.days_idle >= limits.idle_days and one.pause_days is None:
            found.append(
                Reason(
                    f"{one.name}: nothing done for {_days(one.days_idle)}.",
                    f"Nothing done for {limits.idle_days} days or more.",
                )
            )
    for one in facts.partners:
        if one.put_off >= limits.put_off:
            found.append(
                Reason(
                    f"{one.name} put it off {_times(one.put_off)}.",
                    f"Put off {limits.put_off} times or more.",
                )
            )
    for one in facts.partners:
        if one.felt_hard >= limits.felt_hard:
            found.append(
                Reason(
                    f"It felt hard to {one.name} {_times(one.felt_hard)}.",
                    f"“This one feels hard” {limits.felt_hard} times or more.",
                )
            )
    for one in facts.partners:
        if one.checkin_weeks_missed >= limits.checkin_weeks:
            found.append(
                Reason(
                    f"{one.name}: no check-in for {one.checkin_weeks_missed} weeks.",
                    f"No check-in for {limits.checkin_weeks} weeks or more.",
                )
            )
    for one in facts.partners:
        enough = one.assigned_3_weeks >= limits.done_share_assigned
        if enough and one.done_3_weeks < limits.done_share * one.assigned_3_weeks:
            found.append(
                Reason(
                    f"{one.name} did {one.done_3_weeks} of {one.assigned_3_weeks} in 3 weeks.",
                    f"Under {limits.done_share:.0%} done in 3 weeks,"
                    f" with {limits.done_share_assigned} or more set.",
                )
            )
    waiting = facts.waiting_to_open_days
    if waiting is not None and waiting > limits.waiting_days:
        found.append(
            Reason(
                f"An answer has waited {_days(waiting)} to open.",
                f"An answer that opens for both has waited more than {limits.waiting_days} days.",
            )
        )
    return tuple(found)


def _asked_to_talk(facts: CoupleFacts, _: PracticeLimits) -> Sequence[Reason]:
    found = []
    if facts.came_back_days is not None:
        found.append(
            Reason(
                f"A new password was set with two codes {_ago(facts.came_back_days)}.",
                "A partner came back by two codes, and nobody has made sure yet that it was them.",
            )
        )
    if facts.asked_to_talk_days is not None:
        found.append(
            Reason(
                f"Asked {_ago(facts.asked_to_talk_days)} to talk alone.",
                "A partner asked to talk alone and has not been seen yet.",
            )
        )
    return tuple(found)


def _ago(days: int) -> str:
    return "today" if days == 0 else f"{_days(days)} ago"


def _left(facts: CoupleFacts, _: PracticeLimits) -> Sequence[Reason]:
    rule = "A partner has left, so sharing between the two has stopped. Close the work when you have spoken."
    return [Reason(f"{name} has left.", rule) for name in facts.left]


def _deletion(facts: CoupleFacts, _: PracticeLimits) -> Sequence[Reason]:
    rule = "A partner asked for their account to be deleted. You or an admin see to it, as the second person."
    return [Reason(f"{name} asked for their account to be deleted.", rule) for name in facts.deletions]


def _decision_due(facts: CoupleFacts, _: PracticeLimits) -> Sequence[Reason]:
    if not facts.decision_due:
        return ()
    # The signs are named and not counted: a number of signs would read as a score. Two name the matter;
    # the signs page, one click away, has every row.
    titles = [KINDS[sign_id].title for sign_id in facts.decision_due]
    named = "; ".join([titles[0], *(title[0].lower() + title[1:] for title in titles[1:SIGNS_NAMED])])
    if len(titles) > SIGNS_NAMED:
        named += "; and more"
    sources = ", ".join(dict.fromkeys(source for one in facts.decision_due for source in KINDS[one].sources))
    week = "" if facts.week is None else f"Week {facts.week}: "
    return (
        Reason(
            f"{week}{named[0].lower() + named[1:] if week else named}.",
            f"A sign that asks for a decision ({sources}) is met and none has been recorded since.",
        ),
    )


def _referral_due(facts: CoupleFacts, _: PracticeLimits) -> Sequence[Reason]:
    rule = "The day you set to follow a referral up has come, and nothing was noted since."
    return [
        Reason(f"{to}: {stands.lower()}. The day to follow up {_when(days)}.", rule)
        for to, stands, days in facts.referrals_due
    ]


def _uncounted(facts: CoupleFacts, _: PracticeLimits) -> Sequence[Reason]:
    rule = (
        "Something in the couple’s record cannot be counted, so nothing here tells how they are doing."
        " Whoever runs this installation finds it in the log."
    )
    return (Reason(UNCOUNTED, rule),) if facts.is_uncounted else ()


def _new_answers(facts: CoupleFacts, _: PracticeLimits) -> Sequence[Reason]:
    kinds = ((facts.unread_answers, "answer"), (facts.unread_turns, "listening turn"))
    found = [f"{count} new {noun}{'' if count == 1 else 's'}" for count, noun in kinds if count]
    if not found:
        return ()
    rule = "Answers and listening turns you may read and have not marked read."
    return (Reason(f"{' and '.join(found)} to read.", rule),)


def _plan_check(facts: CoupleFacts, _: PracticeLimits) -> Sequence[Reason]:
    if facts.plan_check is None:
        return ()
    week, weeks = facts.plan_check
    return (
        Reason(
            f"Week {week} of {weeks} is over. How is the plan going?",
            "A plan asks for a look after one of its weeks, and you have not said how to go on.",
        ),
    )


def _on_track(facts: CoupleFacts) -> Reason:
    rule = "No decision or referral due, no practice rule met, no plan to look at, nothing unread."
    if facts.watching:
        titles = "; ".join(KINDS[sign_id].title.lower() for sign_id in facts.watching)
        return Reason(f"Watching: {titles}.", rule)
    return Reason("Nothing needs you now.", rule)


def _row(facts: CoupleFacts, group: Group, reasons: Sequence[Reason]) -> BoardRow:
    first, *more = reasons
    return BoardRow(
        couple_id=facts.couple_id,
        title=facts.title,
        group=group,
        reason=first.sentence,
        rule=first.rule,
        more=tuple(more),
        action=ACTIONS[group],
        next_appointment=facts.next_appointment,
    )


def _soonest_first(row: BoardRow) -> tuple[bool, datetime, str, str]:
    none = datetime.max.replace(tzinfo=UTC)
    return (row.next_appointment is None, row.next_appointment or none, row.title.casefold(), row.couple_id)


def _when(days: int) -> str:
    return "is today" if days == 0 else f"was {_days(days)} ago"


def _days(count: int) -> str:
    return "1 day" if count == 1 else f"{count} days"


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"
