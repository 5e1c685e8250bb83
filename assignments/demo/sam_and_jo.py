"""Sam and Jo, who get on well and have something to do today: the couple whose pages are looked at most."""

from __future__ import annotations

from assignments.demo.stories import Given, Noted, Part, Said, Story, Thanks, Who, course

SAM_AND_JO = Story(
    Who("Sam", "Okafor", "sam@demo.example"),
    Who("Jo", "Lind", "jo@demo.example"),
    course(
        "445556677777/766655443333/655554433332",
        "344556667788/877665544332/765655443322",
        again=("seenenn", "ssenene"),
        hope=("566788", "456778"),
        part=("kddddd", "dddddd"),
    ),
    next_in=2,
    hour=17,
    unread=3,
    notes=(
        Noted(
            5,
            "Both came in tired and still laughed. I talked too much in the first half hour. "
            "Leave them more silence; they use it well by now.",
        ),
        Noted(
            19,
            "I notice that I take Sam's pace for the pace of both. Ask Jo first next time, "
            "and ask my supervisor what she makes of it.",
            is_open=True,
        ),
    ),
    given=(
        Given(
            "withdrawal-journal",
            12,
            note="Only what a camera would have seen. We look for a pattern together.",
            said=(
                Said(
                    "A",
                    {
                        "moments": [
                            {
                                "day": "Tuesday",
                                "time_of_day": "after-work",
                                "topic": "The weekend",
                                "tone": "sharp",
                                "who": "me",
                                "saw": "Jo said it was all arranged. I took the dog out.",
                            },
                            {
                                "day": "Saturday",
                                "time_of_day": "morning",
                                "topic": "Nothing much",
                                "tone": "warm",
                                "who": "no-one",
                                "saw": "We fixed the gate and ate toast on the step.",
                            },
                        ],
                        "in-me": ["not-heard", "tired"],
                    },
                    level="private",
                ),
                Said(
                    "B",
                    {
                        "moments": [
                            {
                                "day": "Tuesday",
                                "time_of_day": "evening",
                                "topic": "Saturday at my sister's",
                                "tone": "flat",
                                "who": "partner",
                                "saw": "Sam said “fine” twice and went to bed early.",
                            }
                        ],
                        "in-me": ["reaching", "afraid-worse"],
                    },
                    after=3,
                ),
            ),
        ),
        Given(
            "weekly-sit-down",
            11,
            rounds=("4556-67778-", "5-566777878"),
            agreed={
                "day": "wednesday",
                "time": "Half past eight, when the dishes are done",
                "place": "The bench by the back door",
                "backup": "Thursday, ten minutes",
            },
        ),
        Given(
            "i-statements",
            9,
            said=(
                Said(
                    "A",
                    {
                        "say-it": {
                            "when": "I hear about a plan from somebody else",
                            "felt": ["left-out"],
                            "would_like": "us to talk about weekends on Thursday",
                        },
                        "uses": [
                            {
                                "said": "I said the one about weekends.",
                                "went": "eased",
                                "next": "Say it sooner",
                            }
                        ],
                    },
                    comment="No blame in it at all, and a wish Jo can say yes to. How did it feel to say?",
                ),
                Said(
                    "B",
                    {
                        "say-it": {
                            "when": "I ask something and the answer is “fine”",
                            "felt": ["alone", "worried"],
                            "would_like": "to hear if it is a bad moment",
                        }
                    },
                    after=4,
                ),
            ),
        ),
        Given(
            "what-helps-me-feel-safe",
            7,
            said=(
                Said(
                    "A",
                    {
                        "at-ease": "In the car at night, when the radio is low.",
                        "what-helps": ["told-ahead", "time"],
                        "closer": "When you ask me a second question.",
                        "secure": "You leave the hall light on for me.",
                    },
                ),
                Said(
                    "B",
                    {
                        "at-ease": "Saturday mornings before anybody rings.",
                        "what-helps": ["calm-voice", "kept-promise", "humour"],
                        "closer": "When you tell me a small thing from your day.",
                        "secure": "You always come back and finish the talk.",
                    },
                    after=5,
                ),
            ),
        ),
        Given(
            "reflect-and-check",
            5,
            said=(
                Said(
                    "A",
                    {
                        "thought": "When my week is full I forget to say so, and then I go quiet.",
                        "got-it-right": "yes",
                    },
                    after=2,
                ),
                Said(
                    "B",
                    {
                        "say-back": "You are not cross with me. You are full, and you forget to tell me.",
                        "makes-sense": "It makes sense. I do the same in March.",
                    },
                    after=3,
                    comment="You caught the “not cross with me” that Sam had not said. Well heard.",
                ),
            ),
        ),
        Given(
            "phone-free-evening",
            6,
            rounds=("667778", "567-78"),
            agreed={
                "day": "sunday",
                "time": "After supper",
                "place": "The kitchen",
                "phones": "In the bread bin",
            },
        ),
        Given(
            "gentle-questions",
            3,
            said=(
                Said("B", {"question": "free-hour", "thanks": "did-not-know"}, after=2),
                Said(
                    "A",
                    {
                        "answer": "I would row. I have not told anybody how much I miss it.",
                        "how-deep": "right",
                    },
                    after=3,
                ),
            ),
        ),
        Given(
            "midday-message",
            2,
            said=(
                Said(
                    "A",
                    {
                        "what-kind": "reminded",
                        "sent": [
                            {
                                "message": "There is a heron on the lock again.",
                                "for_me": "I looked for it for you",
                            }
                        ],
                    },
                    after=3,
                ),
                Said(
                    "B",
                    {"what-kind": "good-luck", "sent": [{"message": "Ten o'clock. You know this stuff."}]},
                    after=2,
                ),
            ),
        ),
        Given(
            "what-helps-me-feel-safe",
            days=5,
            note="The same questions as in spring. See what has changed.",
            said=(
                Said(
                    "A",
                    {
                        "at-ease": "On the bench, since we stopped filling the quiet.",
                        "what-helps": ["told-ahead", "stays-here"],
                        "closer": "That you wait now, after you have asked.",
                        "secure": "Thursdays. I know we will talk then.",
                    },
                ),
            ),
        ),
        Given(
            "i-statements",
            days=5,
            said=(
                Said(
                    "A",
                    {"say-it": {"when": "dinner is ready and I am still on the phone", "felt": ["ashamed"]}},
                    is_draft=True,
                ),
            ),
        ),
        Given(
            "reflect-and-check",
            days=4,
            note="Each of you speaks once, and listens once.",
            parts=(
                Part(
                    "A",
                    "thought",
                    "I would like to tell your mother about the new job myself, before Sunday.",
                ),
                Part("B", "say-back", "You want her to hear it from you, and soon.", after=2),
                Part(
                    "B",
                    "thought",
                    "When the weekend is already planned, I feel left out. "
                    "I’d like us to talk on Thursday, before it’s fixed.",
                    after=2,
                ),
            ),
        ),
        Given("validate-first", days=1, note="Something small is right. Two minutes are enough."),
    ),
    thanks=(
        Thanks("A", 70, "You rang the school so I did not have to.", "I could breathe that day."),
        Thanks("B", 66, "You told me it was a bad week before I asked."),
        Thanks("A", 52, "You kept the last dumpling for me.", "Small, but I saw it."),
        Thanks(
            "B",
            40,
            "You laughed at your own map reading.",
            "I was afraid it would be a row.",
            is_private=True,
        ),
        Thanks("B", 31, "You drove out to get my dad's glasses.", "He still talks about it."),
        Thanks("A", 17, "You asked how the rowing club was, and waited.", "I felt you meant it."),
        Thanks("A", 9, "You said sorry first.", "It let me say it too."),
        Thanks(
            "B",
            6,
            "You put the bench cushions out before the rain.",
            "It was our Wednesday, and you thought of it.",
        ),
        Thanks("A", 3, "You wrote to me before my talk.", "I read it in the lift."),
        Thanks("A", 2, "You did not ask on the way home. You could see.", is_private=True),
    ),
)
