"""The rules about who takes part: R10 (check-ins falling silent) and one-sided work.

Neither is ever a reason to refer on its own; both begin with a question about what gets in the way.
"""

from __future__ import annotations

from assignments.domain.history import PARTNERS, Partner
from assignments.domain.signs.rows import Case, State, Verdict
from assignments.domain.stalls import Sufficiency


def disengaging(case: Case) -> Verdict:
    """R10: somebody who used to check in has gone quiet; an attendance question, not failure."""
    limits, history = case.limits, case.history
    window = limits.disengaged_window
    rule = (
        f"Plain count: no check-in for {limits.disengaged_weeks} weeks after at least"
        f" {limits.disengaged_after},"
        f" or at most half as many in the last {window} weeks as in the {window} before. It asks about"
        " attendance; it is not failure."
    )
    said: list[str] = []
    short: list[str] = []
    records: list[dict[str, object]] = []
    for partner in PARTNERS:
        name = case.names.of(partner)
        weeks = [one.week for one in history.checkins_of(partner)]
        records.extend({"partner": partner, "week": week, "item": "check-in", "value": 1} for week in weeks)
        if len(weeks) < limits.disengaged_after:
            short.append(f"{len(weeks)} of {limits.disengaged_after} check-ins from {name}")
            continue
        quiet = history.week - weeks[-1]
        now = sum(week > history.week - window for week in weeks)
        before = sum(history.week - 2 * window < week <= history.week - window for week in weeks)
        if quiet >= limits.disengaged_weeks:
            said.append(f"{name}: no check-in for {quiet} weeks, after {len(weeks)}.")
        elif history.week + 1 >= 2 * window and before >= limits.disengaged_after and now * 2 <= before:
            said.append(
                f"{name}: {now} check-ins in the last {window} weeks, {before} in the {window} before."
            )
    evidence: dict[str, object] = {"records": records}
    if said:
        return Verdict(State.MET, " ".join(said), rule, evidence, "The next check-ins would clear this.")
    if short:
        return Verdict(State.NOT_ENOUGH, f"Not enough yet: {' and '.join(short)}.", rule, evidence)
    return Verdict(State.NOT_MET, "Both keep checking in.", rule, evidence)


def one_sided(case: Case) -> Verdict:
    """The one-sided rule: one partner does the work, or only one has checked in."""
    limits, history = case.limits, case.history
    span, share = limits.one_sided_window, limits.one_sided_share
    rule = (
        f"Plain count: in each of the last two {span}-week windows one partner tried at least"
        f" {share:.0%} of what"
        f" was set and the other less, with {limits.one_sided_assigned} or more set for each; or only one has"
        " checked in. Alone it is never a reason to refer."
    )
    records: list[dict[str, object]] = []
    busy: list[set[Partner]] = []
    parts: list[str] = []
    enough = True
    for end in (history.week - span, history.week):
        doing: set[Partner] = set()
        for partner in PARTNERS:
            work = history.work_between(end - span + 1, end, partner)
            assigned, tried = sum(one.assigned for one in work), sum(one.tried for one in work)
            enough = enough and assigned >= limits.one_sided_assigned
            if assigned and tried >= share * assigned:
                doing.add(partner)
            if end == history.week:
                parts.append(f"{case.names.of(partner)} tried {tried} of {assigned}")
            records.extend(
                {
                    "partner": partner,
                    "week": one.week,
                    "item": "tried",
                    "value": one.tried,
                    "of": one.assigned,
                }
                for one in work
            )
        busy.append(doing)
    evidence: dict[str, object] = {"records": records}
    clears = "Work or check-ins from both would clear this."
    if case.sufficiency is Sufficiency.ONE_SIDED:
        return Verdict(State.MET, case.why, rule, evidence, clears)
    if not enough:
        need = limits.one_sided_assigned
        return Verdict(
            State.NOT_ENOUGH,
            f"Not enough yet: {need} things set for each are needed, twice in {2 * span} weeks.",
            rule,
            evidence,
        )
    sentence = f"In the last {span} weeks {' and '.join(parts)}."
    if len(busy[-1]) == 1 and busy[-1] == busy[-2]:
        return Verdict(State.MET, sentence, rule, evidence, clears)
    return Verdict(State.NOT_MET, sentence, rule, evidence)
