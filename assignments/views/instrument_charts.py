"""The chart of one partner's scores on a questionnaire, with its reference line and what counts as a change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

from assignments.domain.charts import Frame, draw
from assignments.domain.history import PARTNERS, Partner
from assignments.domain.instruments import (
    INSTRUMENTS,
    Change,
    Instrument,
    classify_worsening,
    reliably_worse_from,
)
from assignments.domain.rounds import OPEN_FOR
from assignments.domain.stalls import Names
from assignments.queries.instruments import Scored
from assignments.views.figures import Figure, figure
from clinic.models import Couple
from clinic.times import short_day

FRAME = Frame(width=330, height=110, left=0, right=0, top=0, bottom=0)
CHANGES: Mapping[Change, str] = {
    Change.NONE: "No drop that counts as a change.",
    Change.POSSIBLE: "A possible drop. Nearly within what chance does.",
    Change.RELIABLE: "A reliable drop: more than chance does.",
}


@dataclass(frozen=True)
class ScoreFigure(Figure):
    """A chart with two lines across: the cut-off, for reference, and from where a drop is reliable."""

    rule: float | None = None
    change: float | None = None


@dataclass(frozen=True)
class PartnerScores:
    """One partner's side of one questionnaire."""

    slot: str
    name: str
    scores: Sequence[Scored]
    chart: ScoreFigure | None
    said: str


def charts_of(couple: Couple, scores: Mapping[str, Sequence[Scored]]) -> dict[str, list[PartnerScores]]:
    """Both partners' sides of every questionnaire that has been answered."""
    names = Names(couple.partner("A").name, couple.partner("B").name)
    return {
        key: [_side(couple, partner, names, INSTRUMENTS[key], found) for partner in PARTNERS]
        for key, found in scores.items()
    }


def _side(
    couple: Couple, partner: Partner, names: Names, instrument: Instrument, found: Sequence[Scored]
) -> PartnerScores:
    own = [one for one in found if one.author_id == couple.partner(partner).person_id]
    name = names.of(partner)
    return PartnerScores(
        partner, name, own, _chart(partner, names, instrument, own, found), _said(instrument, own)
    )


def _said(instrument: Instrument, own: Sequence[Scored]) -> str:
    if instrument.reliable_change is None:
        return "A screen is not an assessment, and no change is worked out."
    if len(own) < 2:
        return "Two scores of one person are needed before a change can be named."
    best = max(one.score for one in own[:-1])
    return CHANGES[classify_worsening(instrument.key, best, own[-1].score)]


def _chart(
    partner: Partner,
    names: Names,
    instrument: Instrument,
    own: Sequence[Scored],
    found: Sequence[Scored],
) -> ScoreFigure | None:
    if not own:
        return None
    first_day = min(one.answered_on for one in found)
    by_week = {(one.answered_on - first_day).days // 7: float(one.score) for one in own}
    weeks = (0, max((one.answered_on - first_day).days // 7 for one in found) or 1)
    drawn = draw(
        instrument.title,
        {partner: by_week.items()},
        names,
        weeks,
        frame=FRAME,
        week_step=max(instrument.every_weeks, (weeks[1]) // 8 + 1),
        values_from=(instrument.lowest, instrument.highest),
        neighbours=instrument.every_weeks + OPEN_FOR.days // 7,
    )
    plain = figure(drawn)
    if plain is None:
        return None
    values = {one.name: getattr(plain, one.name) for one in fields(Figure)}
    worse_from = reliably_worse_from(instrument.key, [one.score for one in own[:-1] or own])
    told = ", ".join(f"{one.score} on {short_day(one.answered_on)}" for one in own)
    values["label"] = (
        f"{instrument.title}, {instrument.lowest} to {instrument.highest}. {names.of(partner)}: {told}."
        f" Reference line at {instrument.cut_off:g}."
        + (f" From {worse_from} down, a reliable drop." if worse_from is not None else "")
    )
    return ScoreFigure(
        **values,
        rule=_height(instrument, instrument.cut_off),
        change=None if worse_from is None else _height(instrument, worse_from),
    )


def _height(instrument: Instrument, score: float) -> float:
    share = (score - instrument.lowest) / (instrument.highest - instrument.lowest)
    return round(FRAME.height * (1 - share), 1)
