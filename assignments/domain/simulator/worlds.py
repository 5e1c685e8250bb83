"""What the simulator assumes about couples: the figures of the clinical method (C), and the worlds that strain them.

Every figure is an assumption or comes from another kind of couple, as said beside it. What a rule does among
simulated couples is not what it does among people.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import IntEnum


class Course(IntEnum):
    """How things truly go for a simulated couple."""

    IMPROVING = 0
    LATE = 1
    SMALL_GAIN = 2
    PLATEAU = 3
    DETERIORATING = 4
    RELAPSE = 5


COURSE_LABELS: Mapping[Course, str] = {
    Course.IMPROVING: "improving",
    Course.LATE: "late responders",
    Course.SMALL_GAIN: "small gain",
    Course.PLATEAU: "plateau",
    Course.DETERIORATING: "deteriorating",
    Course.RELAPSE: "relapse",
}


def _mix() -> Mapping[Course, float]:
    # Trials improve 59–71 % of couples and clinics fewer; 5–10 % of adults get worse; the rest is assumed.
    return {
        Course.IMPROVING: 0.40,
        Course.LATE: 0.10,
        Course.SMALL_GAIN: 0.10,
        Course.PLATEAU: 0.22,
        Course.DETERIORATING: 0.10,
        Course.RELAPSE: 0.08,
    }


def _drop_out() -> Mapping[Course, float]:
    # About a fifth by week 8, between the 11 % of trials and the 40–60 % of clinics.
    return {
        Course.IMPROVING: 0.02,
        Course.LATE: 0.03,
        Course.SMALL_GAIN: 0.035,
        Course.PLATEAU: 0.04,
        Course.DETERIORATING: 0.05,
        Course.RELAPSE: 0.035,
    }


@dataclass(frozen=True)
class World:
    """One set of assumptions. The words beside each figure say what it rests on."""

    weeks: int = 13
    mix: Mapping[Course, float] = field(default_factory=_mix)
    # Distressed at the start (assumed); two partners correlate .5, less than .48–.79 in the community.
    start: float = 4.3
    couple_sd: float = 1.06
    person_sd: float = 1.06
    # 7-day means of an open diary set spread .73 within a person; recall adds to it.
    weekly_sd: float = 0.85
    carry_over: float = 0.3
    alike: float = 0.35
    # Each of the four answers alone; their mean, the composite, has half of it (.45). Answers are whole numbers.
    answer_sd: float = 0.9
    # The gain of an improving couple: g 1.12 in trials, less in clinics; early, then flat.
    gain: float = 2.0
    gain_sd: float = 0.6
    least_gain: float = 1.0
    gain_weeks: float = 3.5
    late_from: float = 5.0
    late_weeks: float = 2.5
    small_gain: float = 0.5
    plateau_sd: float = 0.25
    worse_from: tuple[int, int] = (1, 5)
    worse_a_week: tuple[float, float] = (0.25, 0.5)
    worse_at_most: float = 2.5
    relapse_from: tuple[int, int] = (5, 7)
    relapse_below: float = 0.3
    relapse_weeks: float = 1.5
    own_share_sd: float = 0.3
    # Answered weeks of one person: 54–93 % in studies; fewer for those who get worse.
    response: float = 0.78
    response_sd: float = 0.12
    response_less: float = 0.08
    drop_out: Mapping[Course, float] = field(default_factory=_drop_out)
    drop_out_times: float = 1.0
    # Things tried of things set, which goes a little with the gain (homework and outcome: r .22–.26).
    tried: float = 0.60
    tried_sd: float = 0.15
    tried_with_gain: float = 0.25
    set_a_week: int = 2
    # CSI-4 from the level, four-weekly: about 10.8 at the start, with a spread of about 4.
    csi_a_point: float = 2.5
    csi_sd: float = 1.4
    csi_every: int = 4
    csi_in_use: bool = True
    # What strains a detector.
    bad_week_below: float = -0.5
    bad_week_response: float = 1.0
    silent_partner_response: float = 1.0
    straight_lining: float = 0.0
    # One partner of so many couples hardly tries anything, for the rule about one-sided work.
    one_sided: float = 0.1
    one_sided_tried: float = 0.15


NOMINAL = World()
STRESS: Mapping[str, World] = {
    "noisy": replace(NOMINAL, weekly_sd=1.1, carry_over=0.4, answer_sd=1.2, response=0.65),
    "sparse": replace(NOMINAL, response=0.50),
    "quiet": replace(NOMINAL, weekly_sd=0.6),
    "bad-weeks-unreported": replace(NOMINAL, bad_week_response=0.5),
    "drop-out": replace(NOMINAL, drop_out_times=2.0),
    "one-silent": replace(NOMINAL, silent_partner_response=0.4),
    "straight-lining": replace(NOMINAL, straight_lining=0.2),
}
STRESS_LABELS: Mapping[str, str] = {
    "noisy": "weekly spread 1.1, carry-over .4, answer noise .6, response .65",
    "sparse": "response .50",
    "quiet": "weekly spread .6",
    "bad-weeks-unreported": "a week half a spread below one's own line is reported half as often",
    "drop-out": "drop-out twice as fast, about half by week 12",
    "one-silent": "one partner of each couple answers 40 % as often as before",
    "straight-lining": "one person in five gives the first week's answers every week",
}
# Other assumptions, each changed alone; the worst of them is reported beside the rest.
SWEEP: Mapping[str, World] = {
    "carry-over .1": replace(NOMINAL, carry_over=0.1),
    "carry-over .5": replace(NOMINAL, carry_over=0.5),
    "weaker gains (mean 1.5)": replace(NOMINAL, gain=1.5),
    "no CSI-4 in use": replace(NOMINAL, csi_in_use=False),
    "fewer improve (25 %)": replace(
        NOMINAL,
        mix={**_mix(), Course.IMPROVING: 0.25, Course.PLATEAU: 0.32, Course.DETERIORATING: 0.15},
    ),
    "response .93": replace(NOMINAL, response=0.93, response_sd=0.04),
}


def world(name: str) -> World:
    """A world by its name; "nominal" is the one the figures are first given for."""
    return NOMINAL if name == "nominal" else STRESS[name]
