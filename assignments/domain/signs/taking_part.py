"""The rules about who takes part: R10 (check-ins falling silent) and one-sided work.

Neither is ever a reason to refer on its own; both begin with a question about what gets in the way.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from assignments.domain.history import PARTNERS, Partner, Work
from assignments.domain.signs.rows import Case, State, Verdict, Words
from assignments.domain.stalls import Sufficiency


def disengaging(case: Case) -> Verdict:
    """R10: somebody who used to check in has gone quiet; an attendance question, not failure."""
    limits, week = case.limits, case.history.week
    window = limits.disengaged_window
    quiet: list[Partner] = []
    short = False
    for partner in PARTNERS:
        given = case.history.checkins_of(partner)
        if len(given) < limits.disengaged_after:
            short = True
            continue
        now, before = _by_window(case, partner)
        halved = week + 1 >= 2 * window and before >= limits.disengaged_after and now * 2 <= before
        if week - given[-1].week >= limits.disengaged_weeks or halved:
            quiet.append(partner)
    state = State.MET if quiet else State.NOT_ENOUGH if short else State.NOT_MET
    return Verdict(state, partial(_quiet_words, case, state, quiet))


def _by_window(case: Case, partner: Partner) -> tuple[int, int]:
    """How many check-ins of the last weeks there are, and of as many weeks before."""
    end, window = case.history.week, case.limits.disengaged_window
    weeks = [one.week for one in case.history.checkins_of(partner) if one.week > end - 2 * window]
    now = sum(week > end - window for week in weeks)
    return now, len(weeks) - now


def _quiet_words(case: Case, state: State, quiet: Sequence[Partner]) -> Words:
    limits, week = case.limits, case.history.week
    window = limits.disengaged_window
    weeks = {partner: [one.week for one in case.history.checkins_of(partner)] for partner in PARTNERS}
    if state is State.MET:
        parts = []
        for partner in quiet:
            name, silent = case.names.of(partner), week - weeks[partner][-1]
            now, before = _by_window(case, partner)
            parts.append(
                f"{name}: no check-in for {silent} weeks, after {len(weeks[partner])}."
                if silent >= limits.disengaged_weeks
                else f"{name}: {now} check-ins in the last {window} weeks, {before} in the {window} before."
            )
        sentence = " ".join(parts)
    elif state is State.NOT_ENOUGH:
        short = " and ".join(
            f"{len(given)} of {limits.disengaged_after} check-ins from {case.names.of(partner)}"
            for partner, given in weeks.items()
            if len(given) < limits.disengaged_after
        )
        sentence = f"Not enough yet: {short}."
    else:
        sentence = "Both keep checking in."
    return Words(
        sentence,
        f"Plain count: no check-in for {limits.disengaged_weeks} weeks after at least"
        f" {limits.disengaged_after},"
        f" or at most half as many in the last {window} weeks as in the {window} before. It asks about"
        " attendance; it is not failure.",
        {
            "records": [
                {"partner": partner, "week": one, "item": "check-in", "value": 1}
                for partner, given in weeks.items()
                for one in given
            ]
        },
        "The next check-ins would clear this.",
    )


def one_sided(case: Case) -> Verdict:
    """The one-sided rule: one partner does the work, or only one has checked in."""
    limits = case.limits
    share = limits.one_sided_share
    busy: list[list[Partner]] = []
    enough = bool(case.history.work)
    for _, done in _windows(case) if enough else ():
        enough = enough and all(assigned >= limits.one_sided_assigned for _, assigned, _ in done)
        busy.append([partner for partner, assigned, tried in done if assigned and tried >= share * assigned])
    if case.sufficiency is Sufficiency.ONE_SIDED:
        state = State.MET
    elif not enough:
        state = State.NOT_ENOUGH
    else:
        state = State.MET if len(busy[-1]) == 1 and busy[-1] == busy[-2] else State.NOT_MET
    return Verdict(state, partial(_one_sided_words, case, state))


def _windows(case: Case) -> Iterator[tuple[tuple[Work, ...], list[tuple[Partner, int, int]]]]:
    """The last two windows: all work in each, and what each partner was set and tried."""
    span, week = case.limits.one_sided_window, case.history.week
    for end in (week - span, week):
        work = {partner: case.history.work_between(end - span + 1, end, partner) for partner in PARTNERS}
        yield (
            tuple(one for partner in PARTNERS for one in work[partner]),
            [
                (partner, sum(one.assigned for one in found), sum(one.tried for one in found))
                for partner, found in work.items()
            ],
        )


def _one_sided_words(case: Case, state: State) -> Words:
    limits = case.limits
    span, need = limits.one_sided_window, limits.one_sided_assigned
    windows = list(_windows(case))
    if case.sufficiency is Sufficiency.ONE_SIDED:
        sentence = case.why
    elif state is State.NOT_ENOUGH:
        sentence = f"Not enough yet: {need} things set for each are needed, twice in {2 * span} weeks."
    else:
        done = " and ".join(
            f"{case.names.of(partner)} tried {tried} of {assigned}"
            for partner, assigned, tried in windows[-1][1]
        )
        sentence = f"In the last {span} weeks {done}."
    return Words(
        sentence,
        f"Plain count: in each of the last two {span}-week windows one partner tried at least"
        f" {limits.one_sided_share:.0%} of what"
        f" was set and the other less, with {need} or more set for each; or only one has"
        " checked in. Alone it is never a reason to refer.",
        {
            "records": [
                {
                    "partner": one.partner,
                    "week": one.week,
                    "item": "tried",
                    "value": one.tried,
                    "of": one.assigned,
                }
                for work, _ in windows
                for one in work
            ]
        },
        "Work or check-ins from both would clear this.",
    )
