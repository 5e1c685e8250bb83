"""Priya's couples who get somewhere: soon, late, steadily, or all the way to an ending."""

from __future__ import annotations

from assignments.demo.half_way import LEO_AND_DASHA
from assignments.demo.sam_and_jo import SAM_AND_JO
from assignments.demo.stories import Aside, Decided, Given, Referred, Said, Story, Thanks, Who, course
from assignments.domain.signs import DecisionState

# The case of the material, told with people of our own: long hours, changed subjects, small openings,
# a phone-free Sunday, and after three months an illness in the family spoken of without being asked.
NADIA_AND_ELIS = Story(
    Who("Nadia", "Farrow"),
    Who("Elis", "Kerr"),
    course(
        "334434455667/666565544433/333333222222",
        "433334455677/555555444333/888877665433",
        again=("eneenn", "nenenn"),
        hope=("545678", "344667"),
        part=("dddddd", "lkkddd"),
        pressure=("4545", "878777666554"),
    ),
    next_in=0,
    hour=11,
    given=(
        Given(
            "gentle-questions",
            11,
            note="You ask, Nadia. A short answer is a whole answer.",
            said=(
                Said("A", {"question": "best-bit", "thanks": "no-rush"}),
                Said("B", {"answer": "The train was on time.", "how-deep": "light"}, after=3),
            ),
        ),
        Given(
            "i-statements",
            9,
            for_whom="A",
            said=(
                Said(
                    "A",
                    {
                        "say-it": {
                            "when": "the laptop comes to the table",
                            "felt": ["alone"],
                            "would_like": "to hear one thing about your day, any size",
                        },
                        "uses": [
                            {
                                "said": "I told him I had felt low on Monday and asked for nothing.",
                                "went": "not-sure",
                                "next": "Do it again",
                            }
                        ],
                    },
                    after=3,
                    comment="You went first, and asked for nothing back. Stay with that for a while.",
                ),
            ),
        ),
        Given(
            "midday-message",
            8,
            for_whom="B",
            asides=(Aside("B", "later", "week", 3),),
            said=(
                Said(
                    "B",
                    {"what-kind": "smile", "sent": [{"message": "Canteen has your terrible soup."}]},
                    after=12,
                    useful=6,
                ),
            ),
        ),
        Given(
            "phone-free-evening",
            7,
            rounds=("4556777", "3-45677"),
            agreed={
                "day": "sunday",
                "time": "Seven until twenty past",
                "place": "The front room, lamp on",
                "phones": "In the hall drawer, both",
                "backup": "Monday before the news",
            },
        ),
        Given(
            "one-thing-aloud",
            6,
            rounds=("55667-", "445-78"),
            lines=(
                (
                    "You came down when the pan was still warm.",
                    "You asked what the doctor said, and put the pen away.",
                    "You sat next to me on Sunday, not opposite.",
                ),
                (
                    "You did not mind that I had nothing to say.",
                    "You kept my plate.",
                    "You let me finish about the depot.",
                ),
            ),
        ),
        Given(
            "validate-first",
            2,
            said=(
                Said(
                    "B",
                    {
                        "on-my-mind": "My father's scan was not clear. I have not known how to say it.",
                        "got-it-right": "yes",
                        "ideas": "heard-is-enough",
                        "understood": 9,
                    },
                    after=4,
                    comment="Twelve weeks ago this would have been about trains. Thank you for trusting me.",
                ),
                Said(
                    "A",
                    {
                        "name-the-feeling": "Frightened, and alone with it for days.",
                        "makes-sense": "It makes sense. He is the one everybody leans on.",
                        "thanks": "not-easy",
                        "understood": 8,
                    },
                    after=5,
                ),
            ),
        ),
        Given(
            "weekly-sit-down", 1, rounds=("7", "7"), agreed={"day": "saturday", "time": "Before the shops"}
        ),
    ),
    thanks=(
        Thanks(
            "A",
            47,
            "You said two whole sentences about the depot.",
            "I did not move, so that you would go on.",
        ),
        Thanks("B", 33, "You did not ask why I was late."),
        Thanks("A", 19, "You put both phones in the drawer before I did."),
        Thanks(
            "B",
            5,
            "You came with me to see Dad and talked about the garden.",
            "He forgot to be ill for an hour.",
        ),
    ),
    decided=(
        Decided(
            DecisionState.CONTINUE,
            27,
            "The line was flat for six weeks while Elis worked double shifts. He is now answering on Sundays. "
            "Stay with small and regular.",
            review_in=28,
            in_brief=True,
        ),
    ),
)

ORLA_AND_IDRIS = Story(
    Who("Orla", "Walsh"),
    Who("Idris", "Musa"),
    course(
        "444344456777/665666544333/554555443322",
        "444434566777/766666543332/444544433222",
        again=("esenen", "nesenn"),
        hope=("555678", "544678"),
        pressure=("5656", "4345"),
    ),
    next_in=0,
    hour=15,
    unread=2,
    given=(
        Given(
            "active-listening",
            10,
            said=(
                Said(
                    "A",
                    {
                        "topic": "The baby question, and who is allowed to bring it up.",
                        "got-it-right": "nearly",
                    },
                ),
                Said(
                    "B",
                    {"own-words": "You want to talk about it, and not be asked at family dinners."},
                    after=3,
                ),
            ),
        ),
        Given(
            "weekly-sit-down",
            8,
            rounds=("445-6778", "44566-78"),
            agreed={"day": "friday", "place": "The roof"},
        ),
        Given(
            "pause-and-come-back",
            6,
            agreed={
                "signal": "Teapot",
                "how_long": "half-an-hour",
                "meanwhile": "Idris walks, and the other does the plants.",
                "come_back": "Whoever said teapot knocks.",
            },
            said=(
                Said(
                    "A",
                    {
                        "uses": [
                            {
                                "when": "Last Thursday",
                                "topic": "His brother's wedding",
                                "back": "as-planned",
                                "helped": "Knowing it would end.",
                            }
                        ],
                    },
                    after=4,
                    comment="You came back as planned. That is the whole skill.",
                ),
                Said("B", {"uses": [{"topic": "Money for the wedding", "back": "as-planned"}]}, after=9),
            ),
        ),
        Given(
            "reflect-and-check",
            1,
            said=(
                Said(
                    "A",
                    {
                        "thought": "I want to say yes to the wedding, and I need one night of it without duties.",
                        "got-it-right": "yes",
                    },
                    after=3,
                ),
                Said(
                    "B",
                    {
                        "say-back": "You will come gladly, if one evening is ours and nobody hands you a list.",
                        "makes-sense": "It makes sense. Last time you peeled onions until midnight.",
                    },
                    after=4,
                ),
            ),
        ),
    ),
    thanks=(
        Thanks("B", 20, "You said teapot before I shouted."),
        Thanks("A", 8, "You told your aunt it was our business.", "I have waited two years for that."),
    ),
)

MINA_AND_PIET = Story(
    Who("Mina", "Rahimi"),
    Who("Piet", "Bakker"),
    course(
        "777878778787/332323232232/222122212122",
        "778777878778/233322322322/232222322222",
        again=("ne", "en"),
        hope=("8", "7"),
    ),
    next_in=6,
    every=14,
    hour=12,
    given=(
        Given(
            "phone-free-evening",
            12,
            rounds=("78-88-878787", "7788-8887878"),
            agreed={"day": "tuesday", "phones": "In the piano"},
        ),
        Given(
            "what-helps-me-feel-safe",
            6,
            said=(
                Said(
                    "A",
                    {"at-ease": "When you play and get it wrong.", "what-helps": ["touch", "humour"]},
                    after=6,
                ),
                Said(
                    "B",
                    {
                        "at-ease": "On the night train.",
                        "what-helps": ["time"],
                        "closer": "Being left to finish.",
                    },
                    after=7,
                ),
            ),
        ),
        Given(
            "midday-message",
            2,
            said=(Said("B", {"what-kind": "thanks"}), Said("A", {"what-kind": "evening"}, after=3)),
        ),
    ),
    thanks=(Thanks("A", 10, "You turned the page for me without looking up."),),
)

GRETA_AND_SOL = Story(
    Who("Greta", "Vos"),
    Who("Sol", "Amin"),
    course(
        "4455667777--/6655543333--/5544332222--",
        "3445567778--/7665544332--/6554433222--",
        again=("sennn", "esnnn"),
        hope=("5678", "5678"),
    ),
    last_seen=15,
    hour=9,
    closed_days=14,
    given=(
        Given(
            "reflect-and-check",
            days=70,
            said=(
                Said(
                    "A",
                    {"thought": "I count what I do, because I think nobody sees it.", "got-it-right": "yes"},
                ),
                Said(
                    "B",
                    {
                        "say-back": "You count because it feels unseen.",
                        "makes-sense": "It makes sense. I never say it aloud.",
                    },
                    after=3,
                ),
            ),
        ),
        Given(
            "one-thing-aloud",
            days=64,
            rounds=("567788", "667787"),
            lines=(("The shelf.", "You slept in the chair."), ("Your patience.",)),
        ),
        Given(
            "weekly-sit-down", days=50, rounds=("67788", "77878"), agreed={"day": "monday", "time": "Nine"}
        ),
    ),
    thanks=(Thanks("B", 30, "You wrote “seen” on the fridge.", "I laughed all morning."),),
    decided=(
        Decided(
            DecisionState.STEP_UP,
            43,
            "Sol has not slept well since the move and wants to see somebody about it. The couple work goes on.",
        ),
        Decided(
            DecisionState.PLANNED_ENDING,
            14,
            "Both feel ready to go on alone. We looked back together and left the door open for spring.",
            in_brief=True,
        ),
    ),
    referred=Referred(
        "Canal Side Surgery",
        "B",
        43,
        "Sol asks to be seen about poor sleep since a move in the spring. Sol prefers the phone in the evening.",
        steps=(("sent", 42), ("accepted", 36)),
        follow_up_in=2,
    ),
)

MOVING = (SAM_AND_JO, NADIA_AND_ELIS, ORLA_AND_IDRIS, LEO_AND_DASHA, MINA_AND_PIET, GRETA_AND_SOL)
