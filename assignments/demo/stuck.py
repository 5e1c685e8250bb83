"""Priya's couples who do not get on: no movement, worse, slipped back, one of them alone."""

from __future__ import annotations

from assignments.demo.stories import (
    Aside,
    Asked,
    Decided,
    Given,
    Judged,
    Noted,
    Said,
    Story,
    Thanks,
    Who,
    course,
)
from assignments.domain.signs import DecisionState

ADE_AND_RUTH = Story(
    Who("Ade", "Adeyemi", "ade@demo.example"),
    Who("Ruth", "Clarke", "ruth@demo.example"),
    course(
        "444444444444/555566667778/554555455455",
        "444444344444/666666777788/665656656556",
        again=("sesswsesswss", "nsesssewssss"),
        hope=("655544", "555443"),
        part=("dddkdd", "dddddl"),
        pressure=("4545", "5456"),
    ),
    next_in=3,
    sees_alone="B",
    hour=10,
    # The fourth round of the first is open now; nobody has answered it yet.
    watches=(("One of them talks about moving out", 19),),
    asked_alone=(
        ("A", "safety", 96),
        ("B", "safety", 94),
        ("A", "self_harm", 19),
        ("B", "contraindications", 17),
    ),
    useful=(("no_movement", True, 12), ("recurring_conflict", True, 12), ("tension_rising", False, 5)),
    asked=(
        Asked("csi-4", 12, (10, 11, 10), (11, 10, 9)),
        Asked("phq-2", 7, (2, 2), (3, 4)),
    ),
    notes=(
        Noted(
            10,
            "Ruth looks at the clock when Ade begins. I have let it pass three times now. "
            "Say it aloud next time, gently, and to both.",
            is_open=True,
        ),
    ),
    given=(
        Given(
            "weekly-sit-down",
            11,
            rounds=("444-4343-43", "54-4-34-4-4"),
            agreed={"day": "tuesday", "time": "Nine, children asleep", "place": "The sofa"},
        ),
        Given(
            "i-statements",
            9,
            said=(
                Said(
                    "A",
                    {
                        "say-it": {
                            "when": "we start about the loan and stop at the same place",
                            "felt": ["tired", "let-down"],
                            "would_like": "to hear what you are afraid of",
                        },
                        "uses": [{"said": "I said it at the table.", "went": "same"}],
                    },
                ),
                Said(
                    "B",
                    {
                        "say-it": {
                            "when": "the loan comes up after ten at night",
                            "felt": ["too-much"],
                            "would_like": "to keep it to one evening a week",
                        }
                    },
                    after=4,
                    comment="One evening a week is a clear wish. Shall we fix which one?",
                ),
            ),
        ),
        Given(
            "reflect-and-check",
            6,
            said=(
                Said(
                    "A",
                    {
                        "thought": "I signed for your brother because you asked me to.",
                        "got-it-right": "nearly",
                    },
                ),
                Said(
                    "B",
                    {
                        "say-back": "You think it was my idea.",
                        "makes-sense": "I can see that it looks like that from where you sit.",
                    },
                    after=3,
                ),
            ),
        ),
        Given(
            "pause-and-come-back",
            5,
            agreed={"signal": "Hand flat on the table", "how_long": "one-hour"},
            said=(
                Said(
                    "B",
                    {
                        "uses": [
                            {"when": "Sunday", "topic": "The loan", "back": "not-yet", "helped": "The quiet"}
                        ],
                    },
                    after=5,
                ),
            ),
        ),
        Given(
            "validate-first",
            3,
            said=(
                Said(
                    "A",
                    {"on-my-mind": "My mother asked if we are all right.", "understood": 3},
                    after=4,
                    useful=2,
                ),
            ),
            asides=(Aside("B", "hard", "bring", 4),),
        ),
        Given(
            "one-thing-aloud",
            2,
            said=(
                Said(
                    "A",
                    {
                        "my-thing": "You packed the boys' bags the night before.",
                        "said": "later",
                        "closeness": 3,
                    },
                    after=3,
                ),
                Said(
                    "B",
                    {"my-thing": "You took the call from the bank.", "said": "in-session", "closeness": 4},
                    after=5,
                ),
            ),
        ),
    ),
    thanks=(
        Thanks("A", 44, "You kept my dinner warm."),
        Thanks("B", 23, "You fetched the boys in the storm.", "I had not asked."),
        Thanks("B", 8, "I was glad you stayed downstairs.", is_private=True),
    ),
    judged=(
        Judged(
            "trauma_in_the_way", "unsure", 17, "Ade went silent when debt collectors came up. Ask him alone."
        ),
        Judged("sole_outlet", "no", 17),
    ),
)


NGOZI_AND_TOM = Story(
    Who("Ngozi", "Eze"),
    Who("Tom", "Lindqvist"),
    course(
        "455566666666/655554444444/333333222222",
        "45-5-5--5--5/65-6-5--5--5/66-6-7--6--6",
        again=("se", "ne"),
        hope=("666655", "4444"),
        part=("dddddd", "kkkk"),
        pressure=("3434", "6767"),
    ),
    next_in=0,
    hour=10,
    given=(
        Given(
            "weekly-sit-down",
            8,
            rounds=("55566566", "5-------"),
            agreed={"day": "saturday", "place": "The allotment"},
        ),
        Given(
            "what-helps-me-feel-safe",
            6,
            open_ended=True,
            said=(
                Said(
                    "A",
                    {
                        "at-ease": "On the allotment, in rain.",
                        "what-helps": ["calm-voice", "stays-here"],
                        "closer": "When you carry something with me.",
                        "secure": "You still save me the window seat.",
                    },
                    after=3,
                ),
            ),
        ),
        Given(
            "appreciation-log",
            4,
            said=(
                Said(
                    "A",
                    {"thanks": [{"did": "Brought the seedlings in.", "meant": "He remembered the frost."}]},
                    after=5,
                ),
            ),
            asides=(Aside("B", "later", "week", 3),),
        ),
        Given(
            "gentle-questions",
            2,
            note="One question. Tom, a single word is an answer too.",
            said=(Said("A", {"question": "tired", "thanks": "no-rush"}, after=4),),
            asides=(Aside("B", "hard", "skip", 6),),
        ),
    ),
    thanks=(
        Thanks("A", 15, "You oiled the gate.", "I noticed the quiet."),
        Thanks("A", 4, "You waited in the car with me."),
    ),
    judged=(Judged("sole_outlet", "yes", 15, "Tom names nobody else he speaks with."),),
)

HUGO_AND_CLAIRE = Story(
    Who("Hugo", "Patel"),
    Who("Claire", "Moreau"),
    course(
        "666555444333/444555566777/222344555666",
        "655554443332/445555667778/233455666677",
        again=("nesswssw", "esswsssw"),
        hope=("776543", "665433"),
        part=("dddddl", "dddkkk"),
        pressure=("5678889", "4567788"),
    ),
    next_in=1,
    hour=13,
    given=(
        Given(
            "phone-free-evening", 11, rounds=("665-4-4", "65-54--"), agreed={"day": "friday", "time": "Late"}
        ),
        Given(
            "active-listening",
            7,
            said=(
                Said(
                    "A",
                    {
                        "topic": "The move to Leeds, if it comes.",
                        "listened-to": 4,
                        "got-it-right": "leave-it",
                    },
                ),
                Said("B", {"own-words": "You have decided already, is what I hear."}, after=4),
            ),
        ),
        Given(
            "pause-and-come-back",
            4,
            said=(
                Said("A", {"uses": [{"when": "Monday", "topic": "Leeds", "back": "let-go"}]}, after=5),
                Said(
                    "B",
                    {"uses": [{"when": "Monday", "topic": "Leeds", "back": "not-yet"}]},
                    after=6,
                    level="counsellor",
                ),
            ),
        ),
        Given(
            "one-thing-aloud",
            2,
            said=(
                Said(
                    "A",
                    {"my-thing": "You booked the dentist for all of us.", "said": "yes", "closeness": 4},
                    after=4,
                ),
                Said(
                    "B",
                    {"my-thing": "You asked before you took the call.", "said": "later", "closeness": 3},
                    after=6,
                ),
            ),
        ),
    ),
    decided=(
        Decided(
            DecisionState.CONSULT_SUPERVISOR,
            6,
            "Tension has climbed since the job offer in Leeds, and both pull back. Outside pressure is high, so I "
            "hold before referring and take it to supervision on Monday.",
            review_in=8,
        ),
    ),
    judged=(
        Judged("mood_or_anxiety_beneath", "unsure", 6, "Claire sleeps four hours. Ask her to see her GP."),
    ),
)

FARAH_AND_JOEL = Story(
    Who("Farah", "Haddad"),
    Who("Joel", "Stern"),
    course(
        "447777555555/663333555555/554333444444",
        "447777555555/763333555555/444333444444",
        again=("ennnesss", "sennness"),
        hope=("578754", "467654"),
        pressure=("4444456667", "4344"),
    ),
    next_in=5,
    hour=16,
    given=(
        Given(
            "weekly-sit-down",
            10,
            rounds=("567776-5-4", "66777-54-4"),
            agreed={"day": "monday", "time": "After the gym"},
        ),
        Given(
            "gentle-questions",
            7,
            said=(
                Said("B", {"question": "miss", "thanks": "thank-you"}),
                Said(
                    "A",
                    {
                        "answer": "Cooking for twelve people, and you on the stairs with the bread.",
                        "how-deep": "right",
                    },
                    after=3,
                ),
            ),
        ),
        Given(
            "i-statements",
            2,
            said=(
                Said(
                    "A",
                    {
                        "say-it": {
                            "when": "your mother's room is discussed without me",
                            "felt": ["left-out", "angry"],
                            "would_like": "to be at the table for it",
                        }
                    },
                    after=4,
                ),
                Said(
                    "B",
                    {"say-it": {"when": "I am asked to choose", "felt": ["too-much"]}},
                    after=6,
                    level="counsellor",
                ),
            ),
        ),
    ),
    thanks=(Thanks("B", 41, "You made room for her chair."),),
    decided=(
        Decided(
            DecisionState.ADAPT_PLAN,
            2,
            "Five good weeks, then his mother moved in and the gains went. Smaller practice, one evening that is "
            "theirs, and we look again in three weeks.",
            review_in=19,
            in_brief=True,
        ),
    ),
)


STUCK = (ADE_AND_RUTH, NGOZI_AND_TOM, HUGO_AND_CLAIRE, FARAH_AND_JOEL)
