"""Priya's couples with little going on: put off, gone silent, paused, waiting for each other, or new."""

from __future__ import annotations

from assignments.demo.stories import Aside, Decided, Given, Referred, Said, Story, Thanks, Who, course
from assignments.domain.signs import DecisionState

EMI_AND_KARL = Story(
    Who("Emi", "Suzuki"),
    Who("Karl", "Brandt"),
    course(
        "4454555-----/6656545-----/4444343-----",
        "4-454-------/6-566-------/5-555-------",
        again=("es", "se"),
        hope=("565", "44"),
        part=("dd", "ll"),
    ),
    next_in=4,
    every=14,
    hour=9,
    given=(
        Given("weekly-sit-down", 11, rounds=("5-5--", "5----"), agreed={"day": "sunday"}),
        Given(
            "appreciation-log",
            8,
            said=(Said("A", {"thanks": [{"did": "Carried my bike up.", "day": "Monday"}]}),),
        ),
        Given("midday-message", 5, open_ended=True),
        Given("gentle-questions", 6, withdrawn_after=9),
    ),
)


KIT_AND_ANA = Story(
    Who("Kit", "Moss"),
    Who("Ana", "Duarte"),
    course(
        "54443-------/56778-------/34566-------",
        "44432-------/67788-------/55677-------",
        again=("sw", "ss"),
        hope=("54", "43"),
    ),
    next_in=5,
    hour=9,
    held_days=38,
    given=(
        Given("weekly-sit-down", 11, rounds=("54-3", "4---"), agreed={"day": "sunday"}),
        Given(
            "active-listening",
            9,
            said=(Said("A", {"topic": "Who sees whose phone.", "listened-to": 3}, level="counsellor"),),
            asides=(Aside("B", "hard", "bring", 2),),
        ),
    ),
    decided=(
        Decided(
            DecisionState.PAUSE_FOR_SAFETY,
            38,
            "Joint practice is held. I speak with each of them alone first, and take it to supervision this week.",
            review_in=45,
        ),
    ),
    asked_alone=(("A", "safety", 36), ("B", "safety", 33)),
)


WEN_AND_LUIS = Story(
    Who("Wen", "Chen"),
    Who("Luis", "Ortiz"),
    next_in=0,
    hour=17,
    invited_days=2,
    wants_to_talk="B",
)


AMINA_AND_CLARA = Story(
    Who("Amina", "Yusuf"),
    Who("Clara", "Berg"),
    course(
        "556566667667/544544334333/433333323232",
        "565666676777/445444333333/444433333233",
        again=("en", "nn"),
        hope=("667777", "677"),
    ),
    next_in=2,
    every=14,
    hour=15,
    given=(
        Given(
            "one-thing-aloud",
            8,
            rounds=("66777-77", "677-7777"),
            lines=(("Your voice message.",), ("The clean boots.", "Soup.")),
        ),
        Given(
            "what-helps-me-feel-safe",
            2,
            open_ended=True,
            said=(
                Said(
                    "B",
                    {
                        "at-ease": "On a long walk with nothing booked after it.",
                        "what-helps": ["space", "told-ahead", "no-fixing"],
                        "closer": "When you sing in the shower and forget that I am home.",
                        "secure": "You put my name on the door first.",
                    },
                    after=2,
                ),
            ),
        ),
    ),
    thanks=(
        Thanks("B", 13, "You rang back."),
        Thanks("A", 7, "You cleaned my boots.", "Muddy for a month, and then they were not."),
    ),
)


RAFE_AND_LENA = Story(
    Who("Rafe", "Dunmore"),
    Who("Lena", "Pohl"),
    course("4455/6655/5544", "3445/7665/4444", again=("es", "sn"), hope=("66", "55")),
    next_in=6,
    hour=18,
    given=(
        Given(
            "appreciation-log",
            3,
            said=(
                Said("A", {"thanks": [{"did": "Let me win at cards.", "meant": "I saw."}]}),
                Said("B", {"thanks": [{"did": "Wrote the hard letter for me."}]}, after=4),
            ),
        ),
        Given(
            "weekly-sit-down", 2, rounds=("55", "65"), agreed={"day": "wednesday", "place": "On the stairs"}
        ),
    ),
    decided=(
        Decided(
            DecisionState.STEP_UP,
            15,
            "Lena sleeps four hours and asks for help of her own beside this work. A letter to the surgery, and we "
            "go on as two.",
            review_in=6,
        ),
    ),
    referred=Referred(
        "Canal Side Surgery",
        "B",
        15,
        "Lena has slept about four hours a night since the autumn. She asks to be rung after six.",
        steps=(("sent", 14),),
        follow_up_in=-1,
    ),
)


MARTA_AND_BEN = Story(
    Who("Marta", "Reyes"),
    Who("Ben", "Hall"),
    course(
        "555455555455/545554555454/344434343443",
        "545555455554/455455445544/444344434434",
        again=("en", "ne"),
        hope=("6566", "5565"),
    ),
    next_in=0,
    hour=14,
    given=(
        Given(
            "phone-free-evening",
            9,
            rounds=("55-65---", "6-5--5--"),
            agreed={"day": "thursday", "time": "Eight"},
        ),
        Given(
            "gentle-questions",
            5,
            said=(
                Said("A", {"question": "proud", "thanks": "thank-you"}),
                Said("B", {"answer": "That I stopped when my father did not.", "how-deep": "deep"}, after=6),
            ),
        ),
        Given(
            "active-listening",
            2,
            asides=(
                Aside("A", "later", "tomorrow", 2),
                Aside("A", "later", "week", 4),
                Aside("B", "hard", "smaller", 5),
            ),
        ),
        Given(
            "reflect-and-check",
            1,
            asides=(Aside("A", "later", "tomorrow", 2), Aside("B", "hard", "bring", 3)),
        ),
    ),
    thanks=(Thanks("A", 25, "You did the night feed so I could sleep."),),
)

QUIET = (MARTA_AND_BEN, EMI_AND_KARL, KIT_AND_ANA, WEN_AND_LUIS, AMINA_AND_CLARA, RAFE_AND_LENA)
