"""One couple's record as the sign rules read it: check-ins, questionnaire scores and what was tried.

It mirrors one JSON line of ``signs assess``. Weeks are counted from the couple's first check-in week (0).
It holds numbers and choices only, never a word that somebody wrote, so no private text can reach a sign.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice
from typing import Literal

from assignments.domain.checkins import SCALE_KEYS, CheckinAnswers, Disagreement, MyPart, composite
from assignments.domain.instruments import InstrumentError, check_total

Partner = Literal["A", "B"]
PARTNERS: tuple[Partner, Partner] = ("A", "B")
LAST_WEEK = 1040
MOST_WORK = 1000
COMPOSITE = "composite"


class HistoryError(ValueError):
    """A record cannot be read; the message names the place and what would be right."""


@dataclass(frozen=True)
class Checkin:
    """One partner's check-in about one week."""

    partner: Partner
    week: int
    answers: CheckinAnswers


@dataclass(frozen=True)
class InstrumentScore:
    """One partner's total on a questionnaire."""

    partner: Partner
    week: int
    name: str
    score: int


@dataclass(frozen=True)
class Work:
    """What one partner was given in a week and what came of it."""

    partner: Partner
    week: int
    assigned: int = 0
    tried: int = 0
    felt_hard: int = 0
    put_off: int = 0


@dataclass(frozen=True)
class CoupleHistory:
    """Everything the rules may look at. Build it with :func:`couple_history`, which puts it in order.

    ``week_is_open`` says that check-ins of the last week may still come.
    """

    couple: str
    week: int
    checkins: tuple[Checkin, ...] = ()
    instruments: tuple[InstrumentScore, ...] = ()
    work: tuple[Work, ...] = ()
    week_is_open: bool = False

    def up_to(self, week: int) -> CoupleHistory:
        """The record as it stood at the end of an earlier week."""
        return replace(
            self,
            week=week,
            checkins=tuple(one for one in self.checkins if one.week <= week),
            instruments=tuple(one for one in self.instruments if one.week <= week),
            work=tuple(one for one in self.work if one.week <= week),
            week_is_open=self.week_is_open and week >= self.week,
        )

    def is_told(self, week: int) -> bool:
        """Whether a week is closed, or both have already checked in.

        A movement is not judged by half of a week that the other may still tell: it could come today and go tomorrow.
        """
        if not self.week_is_open or week < self.week:
            return True
        return {one.partner for one in self.checkins if one.week == week} == set(PARTNERS)

    def checkins_of(self, partner: Partner) -> tuple[Checkin, ...]:
        """One partner's check-ins, oldest first."""
        return self._by_partner[partner]

    def numbers(self, partner: Partner, key: str) -> tuple[tuple[int, float], ...]:
        """One partner's answers to a 0–10 item as (week, value), oldest first, gaps left out."""
        return self._series(partner, key)

    def composites(self, partner: Partner) -> tuple[tuple[int, float], ...]:
        """One partner's check-in composite as (week, value), oldest first, gaps left out."""
        return self._series(partner, COMPOSITE)

    def first_composite(self, partner: Partner) -> int | None:
        """The week of the first check-in of a partner that has a composite."""
        told = (one.week for one in self._by_partner[partner] if composite(one.answers) is not None)
        return next(told, None)

    def last_composites(self, partner: Partner, most: int) -> tuple[tuple[int, float], ...]:
        """The last so many composites of one partner as (week, value), newest first."""
        told = ((one.week, composite(one.answers)) for one in reversed(self._by_partner[partner]))
        return tuple(islice(((week, value) for week, value in told if value is not None), most))

    def told_by(self, partner: Partner, week: int) -> Sequence[int]:
        """The weeks up to one in which a partner checked in, oldest first."""
        weeks = self._weeks[partner]
        return weeks if week >= self.week else weeks[: bisect_right(weeks, week)]

    def latest_score(self, partner: Partner, name: str, within_weeks: int) -> InstrumentScore | None:
        """The newest total on a questionnaire that is not older than so many weeks."""
        scores = [
            one
            for one in self.instruments
            if one.partner == partner and one.name == name and one.week >= self.week - within_weeks
        ]
        return scores[-1] if scores else None

    def work_between(self, first: int, last: int, partner: Partner | None = None) -> tuple[Work, ...]:
        """The work of a run of weeks, both ends included."""
        return tuple(one for one in self.work if first <= one.week <= last and partner in (None, one.partner))

    # Many rules read the same few lines, and a caseload has thousands of couples, so each is put together once.
    @cached_property
    def _by_partner(self) -> Mapping[Partner, tuple[Checkin, ...]]:
        return {side: tuple([one for one in self.checkins if one.partner == side]) for side in PARTNERS}

    @cached_property
    def _weeks(self) -> Mapping[Partner, Sequence[int]]:
        return {side: [one.week for one in self._by_partner[side]] for side in PARTNERS}

    @cached_property
    def _lines(self) -> dict[tuple[Partner, str], tuple[tuple[int, float], ...]]:
        return {}

    def _series(self, partner: Partner, key: str) -> tuple[tuple[int, float], ...]:
        line = self._lines.get((partner, key))
        if line is None:
            if key == COMPOSITE:
                found = [(one.week, composite(one.answers)) for one in self._by_partner[partner]]
            elif key in SCALE_KEYS:
                found = [(one.week, getattr(one.answers, key)) for one in self._by_partner[partner]]
            else:
                raise KeyError(key)
            line = tuple([(week, value) for week, value in found if value is not None])
            self._lines[partner, key] = line
        return line


def couple_history(
    couple: str,
    week: int,
    checkins: Sequence[Checkin] = (),
    instruments: Sequence[InstrumentScore] = (),
    work: Sequence[Work] = (),
    *,
    week_is_open: bool = False,
) -> CoupleHistory:
    """Put the records in order and drop check-ins in which everything was left out.

    An empty check-in is a missing week and must change nothing. Two records for the same partner and week
    are refused, for the rules could not tell which one counts.
    """
    for what, keys in (
        ("check-ins", [(one.partner, one.week, "") for one in checkins]),
        ("questionnaire scores", [(one.partner, one.week, one.name) for one in instruments]),
        ("work records", [(one.partner, one.week, "") for one in work]),
    ):
        seen: set[tuple[str, int, str]] = set()
        for key in keys:
            if key in seen:
                raise HistoryError(f"There are two {what} of partner {key[0]} for week {key[1]}.")
            seen.add(key)
            if key[1] > week:
                raise HistoryError(
                    f"The {what} of partner {key[0]} reach week {key[1]}, but the couple is in week {week}."
                )
    return CoupleHistory(
        couple=couple,
        week=week,
        checkins=tuple(
            sorted(
                (one for one in checkins if not one.answers.is_empty), key=lambda one: (one.week, one.partner)
            )
        ),
        instruments=tuple(sorted(instruments, key=lambda one: (one.week, one.name, one.partner))),
        work=tuple(sorted(work, key=lambda one: (one.week, one.partner))),
        week_is_open=week_is_open,
    )


def from_json(value: object) -> CoupleHistory:
    """Read one couple from decoded JSON; every error names the place in it."""
    record = _record(value, "the line", ("couple", "week", "checkins", "instruments", "work"))
    couple = record.get("couple")
    if not isinstance(couple, str) or not couple:
        raise HistoryError("couple must be a text that names the couple.")
    if couple != _whole_characters(couple):
        raise HistoryError("couple holds half of a character, which no text can carry.")
    checkins = [_checkin(one, place) for one, place in _listed(record, "checkins")]
    instruments = [_instrument(one, place) for one, place in _listed(record, "instruments")]
    work = [_work(one, place) for one, place in _listed(record, "work")]
    if record.get("week") is None:
        weeks = [
            *(one.week for one in checkins),
            *(one.week for one in instruments),
            *(one.week for one in work),
        ]
        week = max(weeks, default=0)
    else:
        week = _whole(record["week"], "week", 0, LAST_WEEK)
    return couple_history(couple, week, checkins, instruments, work)


def _whole_characters(text: str) -> str:
    """JSON can name half of a character; what is said about it must still be writable."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _checkin(value: object, place: str) -> Checkin:
    choices = ("same_disagreement", "my_part")
    record = _record(value, place, ("partner", "week", *SCALE_KEYS, *choices))
    numbers = {
        key: _whole(record[key], f"{place}.{key}", 0, 10) for key in SCALE_KEYS if record.get(key) is not None
    }
    disagreement = _choice(record, place, "same_disagreement", [one.value for one in Disagreement])
    my_part = _choice(record, place, "my_part", [one.value for one in MyPart])
    return Checkin(
        partner=_partner(record, place),
        week=_week(record, place),
        answers=CheckinAnswers(
            closeness=numbers.get("closeness"),
            understood=numbers.get("understood"),
            tension=numbers.get("tension"),
            pulled_back=numbers.get("pulled_back"),
            outside_pressure=numbers.get("outside_pressure"),
            same_disagreement=None if disagreement is None else Disagreement(disagreement),
            hope=numbers.get("hope"),
            my_part=None if my_part is None else MyPart(my_part),
        ),
    )


def _instrument(value: object, place: str) -> InstrumentScore:
    record = _record(value, place, ("partner", "week", "name", "score"))
    name = record.get("name")
    if not isinstance(name, str):
        raise HistoryError(f"{place}.name must be the key of a questionnaire.")
    score = _whole(record.get("score"), f"{place}.score", 0, LAST_WEEK)
    try:
        check_total(name, score)
    except InstrumentError as error:
        raise HistoryError(f"{place}: {error}") from None
    return InstrumentScore(_partner(record, place), _week(record, place), name, score)


def _work(value: object, place: str) -> Work:
    counts = ("assigned", "tried", "felt_hard", "put_off")
    record = _record(value, place, ("partner", "week", *counts))
    found = {
        key: 0 if record.get(key) is None else _whole(record[key], f"{place}.{key}", 0, MOST_WORK)
        for key in counts
    }
    return Work(_partner(record, place), _week(record, place), **found)


def _record(value: object, place: str, allowed: Sequence[str]) -> Mapping[str, object]:
    # A misspelt key would silently drop answers and change a sign, so an unknown one is refused.
    if not isinstance(value, dict):
        raise HistoryError(f"{place} must be a JSON object.")
    for key in value:
        if key not in allowed:
            raise HistoryError(
                f"{place} has the unknown key “{_whole_characters(str(key)[:40])}”. Known are {', '.join(allowed)}."
            )
    return value


def _listed(record: Mapping[str, object], key: str) -> list[tuple[object, str]]:
    value = record.get(key)
    if value is None:
        return []
    if not isinstance(value, list):
        raise HistoryError(f"{key} must be a list.")
    return [(one, f"{key}[{position}]") for position, one in enumerate(value)]


def _partner(record: Mapping[str, object], place: str) -> Partner:
    match record.get("partner"):
        case "A":
            return "A"
        case "B":
            return "B"
    raise HistoryError(f'{place}.partner must be "A" or "B".')


def _week(record: Mapping[str, object], place: str) -> int:
    return _whole(record.get("week"), f"{place}.week", 0, LAST_WEEK)


def _whole(value: object, place: str, low: int, high: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise HistoryError(f"{place} must be a whole number from {low} to {high}.")
    return value


def _choice(record: Mapping[str, object], place: str, key: str, allowed: Sequence[str]) -> str | None:
    value = record.get(key)
    if value is None:
        return None
    if not isinstance(value, str) or value not in allowed:
        raise HistoryError(f"{place}.{key} must be one of {', '.join(allowed)}.")
    return value


def to_json(history: CoupleHistory) -> dict[str, object]:
    """A record as :func:`from_json` reads it."""
    return {
        "couple": history.couple,
        "week": history.week,
        "checkins": [
            {
                "partner": one.partner,
                "week": one.week,
                **{k: v for k, v in vars(one.answers).items() if v is not None},
            }
            for one in history.checkins
        ],
        "instruments": [vars(one) for one in history.instruments],
        "work": [vars(one) for one in history.work],
    }
