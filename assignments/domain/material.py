"""Every idea, practice, plan, sign, tip and threshold the product carries, by its id, with a short label of our own.

An exercise, a plan and a row of the checklist name the ids they come from, so a counsellor can always ask where a
thing comes from. The labels say what an id is about; they are no wording for couples.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from types import MappingProxyType


class Kind(StrEnum):
    """What sort of thing an id names."""

    PRACTICE = "practice"
    PLAN = "plan"
    AVOIDANCE_SIGN = "avoidance sign"
    TIP = "do and don't"
    THRESHOLD = "threshold"
    IDEA = "idea"


MATERIAL: Mapping[str, str] = MappingProxyType(
    {
        "V1": "Feeling first, fixing later",
        "V2": "Listening with the whole body",
        "V3": "Say it back and check",
        "V4": "Ten minutes of listening only",
        "V5": "Noticing a mood without pushing",
        "V6": "Answering a small opening warmly",
        "V7": "Letting a silence stay",
        "V8": "Saying the hurt without a counter-attack",
        "R1": "A weekly quarter of an hour side by side",
        "R2": "A phone-free evening with one prompt",
        "R3": "A short look at the day, in the evening",
        "R4": "A thought sent in the middle of the day",
        "R5": "Doing something enjoyable as a pair",
        "R6": "How each of us is, and what each needs",
        "R7": "Choosing when and where to talk",
        "A1": "A log of concrete things appreciated",
        "A2": "One appreciation said out loud each week",
        "A3": "A log of small steps",
        "A4": "Thanking someone for their trust",
        "E1": "From accusation to “I”",
        "E2": "Offering a feeling of one's own first",
        "E3": "Telling the other what one is trying",
        "E4": "Owning an old misstep",
        "E5": "Finding the word for a feeling",
        "E6": "Describing the pattern, not the person",
        "E7": "Seeing one's own share in the distance",
        "Q1": "Curious questions instead of cross-examination",
        "Q2": "A single gentle question a week",
        "Q3": "Beginning with the lighter topics",
        "Q4": "What brings safety, for each of us",
        "Q5": "Remembering easier times",
        "Q6": "A map of outside pressures",
        "Q7": "Deeper topics, once it is calmer",
        "G1": "Pausing a talk, and coming back to it",
        "G2": "Agreeing what a talk is for",
        "G3": "Pace and limits of each person",
        "G4": "A pact that openness is not punished",
        "N1": "A private journal of pulling back",
        "N2": "Rating one's own availability",
        "N3": "From a blaming thought to a question",
        "N4": "Privacy, or absence",
        "N5": "Something for one's own wellbeing",
        "N6": "Looking back as a pair",
        "PL1": "The six-week plan",
        "PL2": "The plan from distance to warmth",
        "PL3": "The plan for making room",
        "S1": "Feelings come up and the topic changes",
        "S2": "Humour or sarcasm takes an answer's place",
        "S3": "Silence, or leaving, once there is conflict",
        "S4": "The other's worry is made small",
        "S5": "Unease at talk of love or the future",
        "S6": "Talk stays with plans and logistics",
        "S7": "Talks have less life and longer gaps than before",
        "D1": "Share a feeling of one's own; press for nothing",
        "D2": "Ask openly; accuse nobody",
        "D3": "Choose an easy hour; never the middle of a row",
        "D4": "Hear the other out; no cutting in, no quick fix",
        "D5": "Welcome a small opening; wave no effort away",
        "D6": "Say it back and ask; correct no feeling",
        "D7": "Say what you saw and how it is for you; label nobody",
        "T1": "Steady gentle effort brings no movement",
        "T2": "Tension goes up",
        "T3": "Pulling back goes on",
        "T4": "The pattern grows stronger",
        "T5": "The same disagreement keeps returning",
        "T6": "Old trauma stands in the way",
        "T7": "Willing, but without a way in",
        "T8": "One of the two is not taking part",
        "T9": "Worry, low mood or trauma may lie beneath",
        "T10": "One person carries all the other's feelings",
        "T11": "Outside pressure explains the dip",
        "I1": "Pulling back mostly protects; it seldom rejects",
        "I2": "The slower person sets the pace",
        "I3": "Small and regular does more than big and rare",
        "I4": "Progress wobbles and is not to be ranked",
        "I5": "A small step counts",
        "I6": "It takes both people",
        "I7": "Life outside weighs on life at home",
        "I8": "Asking for help is growth",
        "I9": "One's own wellbeing matters too",
        "I10": "An off day is no pattern",
    }
)

# The three articles the material restates, by the short name the lists below use.
ARTICLES: Mapping[str, str] = MappingProxyType(
    {
        "AV": "Why does my partner avoid deep conversations?",
        "OP": "Nurturing closeness with a partner who finds it hard to open up",
        "WD": "Addressing emotional withdrawal without blaming",
    }
)

_CARRIED_BY: Mapping[str, str] = MappingProxyType(
    {
        "AV": "V1 V2 V6 V7 R1 R2 R6 R7 A2 A3 E1 E2 E5 Q1 Q2 N1 N2 N3 N4 N5 N6 PL1 S1 S2 S3 S4 S5 S6"
        " D1 D2 D3 D4 D5 T1 T2 T8 T9 I1 I2 I3 I5 I6 I9 I10",
        "OP": "V2 V4 V5 V6 V8 A3 A4 E1 E3 E4 Q1 Q3 G3 G4 PL3 D2 D4 D5 T5 T6 T7 T10 I1 I2 I4 I5 I8",
        "WD": "V3 V4 R3 R4 R5 R6 R7 A1 A3 E1 E5 E6 E7 Q1 Q4 Q5 Q6 Q7 G1 G2 G3 G4 PL2 S7"
        " D2 D3 D6 D7 T3 T4 T11 I1 I2 I3 I4 I5 I6 I7 I8",
    }
)

_KIND_OF_PREFIX: Mapping[str, Kind] = MappingProxyType(
    {
        "PL": Kind.PLAN,
        "S": Kind.AVOIDANCE_SIGN,
        "D": Kind.TIP,
        "T": Kind.THRESHOLD,
        "I": Kind.IDEA,
    }
)


def is_material(material_id: str) -> bool:
    """Whether the catalogue knows this id."""
    return material_id in MATERIAL


def label_of(material_id: str) -> str:
    """The short label of an id; an id that does not exist is a mistake in our own data and raises KeyError."""
    return MATERIAL[material_id]


def kind_of(material_id: str) -> Kind:
    """What sort of thing an id names, read from its letters."""
    if material_id not in MATERIAL:
        raise KeyError(material_id)
    return _KIND_OF_PREFIX.get(material_id.rstrip("0123456789"), Kind.PRACTICE)


def articles_behind(material_ids: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """The titles of the articles these ids come from, each with those of the ids that it carries."""
    wanted = tuple(material_ids)
    carried = {
        ARTICLES[key]: tuple(one for one in wanted if one in ids.split()) for key, ids in _CARRIED_BY.items()
    }
    return {title: ids for title, ids in carried.items() if ids}
