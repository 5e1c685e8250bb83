"""Couples by the hundred for larger worlds: names, courses and words drawn by chance from small pools.

The courses follow the classes and shares of the clinical method page (gain early, late, small, none, falling,
gained and lost). They fill a database; nobody is modelled and nothing may be concluded from them.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from random import Random

from assignments.demo.stories import AGAIN, PART, Aside, Course, Given, Report, Said, Story, Thanks, Who

KINDS = ("improving", "late", "small", "plateau", "falling", "relapse")
SHARES = (40, 10, 10, 22, 10, 8)
LEAVES_A_WEEK = {
    "improving": 0.02,
    "late": 0.03,
    "plateau": 0.04,
    "small": 0.035,
    "relapse": 0.035,
    "falling": 0.05,
}
AGAIN_SIGNS = {"falling": "sswne", "plateau": "nsesn", "relapse": "nness"}

FIRST_NAMES = (
    "Asha", "Bryn", "Cleo", "Dario", "Edda", "Finn", "Gwen", "Hari", "Ines", "Jonas", "Kaja", "Lars", "Maya",
    "Nico", "Oona", "Pavel", "Quinn", "Rhea", "Sven", "Tess", "Umar", "Vita", "Willa", "Yusuf", "Zoe",
)  # fmt: skip
FAMILY_NAMES = (
    "Abbot", "Bello", "Crane", "Dray", "Elm", "Fenn", "Gale", "Hart", "Iyer", "Jansen", "Keane", "Lowe", "Mbeki",
    "Nash", "Orr", "Pell", "Quist", "Rowe", "Shaw", "Tamm", "Udall", "Vance", "Wray", "York", "Zand",
)  # fmt: skip
THOUGHTS = (
    "I need ten minutes when I come in.",
    "I find out last, and then I go quiet.",
    "I miss sitting down with you.",
    "I would like to decide it together.",
)
SAID_BACK = ("You need a bit of quiet first.", "You want to be asked.", "You miss us at the table.")
SENSE = ("It makes sense. I would feel the same.", "It makes sense, after a day like that.")
WHENS = ("the plan is made before I hear of it", "the phone comes to the table", "we stop in the middle")
WISHES = ("to talk on Thursdays", "one evening without it", "to finish another day")
FEELINGS = ("hurt", "alone", "worried", "left-out", "tired")
DEEDS = ("Made tea before I asked.", "Rang my mother.", "Took the early shift.", "Left the light on.")
MEANT = ("I felt looked after.", "It made the day lighter.", "")
PLACES = ("The sofa", "The kitchen", "The garden step")


def crowd(count: int, weeks: int, seed: int) -> Iterator[Story]:
    """So many couples, told one after another."""
    for number in range(1, count + 1):
        yield _couple(number, weeks, Random(f"{seed} crowd {number}"))


def _couple(number: int, weeks: int, chance: Random) -> Story:
    kind = chance.choices(KINDS, SHARES)[0]
    stays = weeks
    for week in range(3, weeks):
        if chance.random() < LEAVES_A_WEEK[kind]:
            stays = week
            break
    return Story(
        first=_who(number, "a", chance),
        second=_who(number, "b", chance),
        course=_course(kind, weeks, stays, chance),
        next_in=chance.randrange(14),
        every=chance.choice((7, 14)),
        hour=chance.randrange(9, 18),
        given=tuple(_given(weeks, stays, kind, chance)),
        thanks=tuple(
            Thanks(
                chance.choice("AB"),
                chance.randrange(1, weeks * 7),
                chance.choice(DEEDS),
                chance.choice(MEANT),
            )
            for _ in range(stays // 2)
        ),
        unread=chance.choice((0, 0, 0, 1, 2)),
    )


def _who(number: int, slot: str, chance: Random) -> Who:
    return Who(chance.choice(FIRST_NAMES), chance.choice(FAMILY_NAMES), f"{slot}{number}@demo.example")


def _course(kind: str, weeks: int, stays: int, chance: Random) -> Course:
    couple_level = chance.gauss(4.3, 1.06)
    gain = max(1.0, abs(chance.gauss(2.0, 0.6)))
    onset, fall = chance.randrange(1, 6), chance.uniform(0.25, 0.5)
    lines: list[tuple[Report | None, ...]] = []
    for _ in "AB":
        level, scale = couple_level + chance.gauss(0, 0.75), chance.gauss(1, 0.3)
        answers = min(1.0, max(0.4, chance.gauss(0.78, 0.12)))
        rest, reports = 0.0, []
        for week in range(weeks):
            rest = 0.3 * rest + chance.gauss(0, 0.8)
            now = level + scale * _moved(kind, week, gain, onset, fall) + rest
            here = week < stays and chance.random() < answers
            reports.append(_report(kind, week, now, chance) if here else None)
        lines.append(tuple(reports))
    return lines[0], lines[1]


def _moved(kind: str, week: int, gain: float, onset: int, fall: float) -> float:
    if kind == "improving":
        return gain * (1 - math.exp(-week / 3.5))
    if kind == "late":
        return gain * (1 - math.exp(-(week - 5) / 2.5)) if week > 5 else 0.0
    if kind == "small":
        return 0.5 * (1 - math.exp(-week / 3.5))
    if kind == "falling":
        return -min(2.5, fall * max(0, week - onset))
    if kind == "relapse":
        best = gain * (1 - math.exp(-min(week, 6) / 3.5))
        return best - (best + 0.3) * (1 - math.exp(-(week - 6) / 1.5)) if week > 6 else best
    return 0.0


def _report(kind: str, week: int, level: float, chance: Random) -> Report:
    def near(value: float, spread: float = 1.0) -> int:
        return max(0, min(10, round(chance.gauss(value, spread))))

    report: dict[str, int | str | None] = {
        "closeness": near(level),
        "understood": near(level),
        "tension": near(10 - level),
        "pulled_back": near(10 - level),
        "outside_pressure": near(4.5, 2),
        "same_disagreement": AGAIN[chance.choice(AGAIN_SIGNS.get(kind, "nnnes"))].value,
    }
    if week % 2 == 0:
        report["hope"] = near(level + 1)
        report["my_part"] = PART[chance.choice("dddkl")].value
    return report


def _given(weeks: int, stays: int, kind: str, chance: Random) -> Iterator[Given]:
    """Something small for two or three weeks at a time, and a ritual every week in between."""
    tries = {"improving": 0.75, "late": 0.65, "small": 0.65}.get(kind, 0.5)
    for place, ago in enumerate(range(weeks, 0, -2)):
        week = weeks - ago
        share = tries if week < stays else 0.0
        yield (_talk, _sentence, _moment)[place % 3](ago, share, chance)
        if place % 3 == 0:
            turns = min(6, ago)
            yield Given(
                "weekly-sit-down",
                ago,
                rounds=(_signs(turns, share, chance), _signs(turns, share, chance)),
                agreed={"place": chance.choice(PLACES)},
            )


def _signs(turns: int, share: float, chance: Random) -> str:
    return "".join(
        chance.choice("45678") if chance.random() < share else chance.choice("----lh") for _ in range(turns)
    )


def _both(first: Said, second: Said, share: float, chance: Random) -> tuple[Said, ...]:
    return tuple(said for said in (first, second) if chance.random() < share)


def _talk(ago: int, share: float, chance: Random) -> Given:
    first = Said("A", {"thought": chance.choice(THOUGHTS), "got-it-right": chance.choice(("yes", "nearly"))})
    second = Said("B", {"say-back": chance.choice(SAID_BACK), "makes-sense": chance.choice(SENSE)}, after=3)
    return Given("reflect-and-check", ago, _both(first, second, share, chance))


def _sentence(ago: int, share: float, chance: Random) -> Given:
    first, second = (
        Said(
            slot,
            {
                "say-it": {
                    "when": chance.choice(WHENS),
                    "felt": [chance.choice(FEELINGS)],
                    "would_like": chance.choice(WISHES),
                }
            },
            after=chance.randrange(2, 6),
            level=chance.choice(("shared", "shared", "counsellor", "private")),
        )
        for slot in "AB"
    )
    asides = (Aside("B", "hard", "bring", 3),) if chance.random() > share else ()
    return Given("i-statements", ago, _both(first, second, share, chance), asides=asides)


def _moment(ago: int, share: float, chance: Random) -> Given:
    first, second = (
        Said(
            slot,
            {"what-helps": [chance.choice(("calm-voice", "time", "touch", "space"))]},
            chance.randrange(1, 6),
        )
        for slot in "AB"
    )
    return Given("what-helps-me-feel-safe", ago, _both(first, second, share, chance))
