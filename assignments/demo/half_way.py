"""Priya's couple in the middle of a plan: three of six weeks are over, and the plan asks how it is going."""

from __future__ import annotations

from assignments.demo.stories import Given, Planned, Said, Story, Thanks, Who, course

LEO_AND_DASHA = Story(
    Who("Leo", "Grant"),
    Who("Dasha", "Ivanova"),
    course(
        "33445566-667/877665554443/544443333332",
        "445556666777/7766655-4444/655444333322",
        again=("sesen", "esenn"),
        hope=("567777", "556677"),
    ),
    next_in=1,
    hour=11,
    unread=1,
    given=(
        Given(
            "appreciation-log",
            11,
            said=(
                Said(
                    "A",
                    {
                        "thanks": [
                            {
                                "did": "Held the ladder for an hour.",
                                "day": "Sunday",
                                "meant": "I was less scared.",
                            }
                        ]
                    },
                ),
                Said(
                    "B",
                    {
                        "thanks": [
                            {"did": "Learnt the word for dill.", "meant": "You try at my mother's table."}
                        ]
                    },
                    after=5,
                ),
            ),
        ),
        Given(
            "one-thing-aloud",
            10,
            rounds=("567678", "667777"),
            lines=(("You hummed.", "The soup."), ("Your list.", "The lift home.")),
        ),
        Given(
            "gentle-questions",
            5,
            said=(
                Said("A", {"question": "as-a-child", "thanks": "like-that"}),
                Said(
                    "B",
                    {
                        "answer": "My grandmother's stairs. I counted them so nobody would ask me things.",
                        "how-deep": "right",
                    },
                    after=6,
                ),
            ),
        ),
    ),
    planned=Planned(
        "six-weeks",
        4,
        (
            Given(
                "withdrawal-journal",
                said=(
                    Said(
                        "A",
                        {
                            "moments": [
                                {
                                    "day": "Friday",
                                    "time_of_day": "after-work",
                                    "topic": "What to bring on Sunday",
                                    "tone": "rushed",
                                    "who": "me",
                                    "saw": "I answered from the hall with my coat on.",
                                }
                            ],
                            "in-me": ["tired", "elsewhere"],
                        },
                        after=3,
                    ),
                ),
            ),
            Given(
                "am-i-available",
                said=(
                    Said("A", {"open": 5, "present": 4, "in-the-way": ["work", "tired"]}, after=5),
                    Said("B", {"open": 6, "present": 7, "in-the-way": ["family"]}, after=4),
                ),
            ),
            Given(
                "go-first",
                said=(
                    Said(
                        "A",
                        {
                            "feeling": ["worried"],
                            "my-line": "I was worried all morning about the flat, and then I was not.",
                        },
                        after=2,
                    ),
                    Said(
                        "B",
                        {"feeling": ["torn"], "my-line": "I felt in two minds when my sister rang."},
                        after=3,
                        comment="A small feeling, and nothing asked in return. That is all of it.",
                    ),
                ),
            ),
            Given(
                "i-statements",
                said=(
                    Said(
                        "B",
                        {
                            "say-it": {
                                "when": "you told your brother before me",
                                "felt": ["left-out"],
                                "would_like": "to hear news about us first",
                            }
                        },
                        after=5,
                        useful=7,
                    ),
                ),
            ),
            Given(
                "one-question-a-week",
                said=(
                    Said(
                        "A",
                        {
                            "question": "best-bit",
                            "moment": "car",
                            "heard": "She said: when the rain stopped. Then a whole story about her aunt.",
                        },
                        after=3,
                    ),
                    Said("B", {"question": "as-a-child", "moment": "walk"}, after=4),
                ),
            ),
            Given(
                "time-and-place",
                rounds=("6", "7"),
                agreed={
                    "topic": "Where we live next year",
                    "day": "saturday",
                    "time": "Ten, after breakfast",
                    "place": "The path along the canal",
                    "backup": "Sunday at the same time",
                },
            ),
            Given(
                "weekly-sit-down",
                rounds=("7", "7"),
                agreed={"day": "wednesday", "time": "Nine", "place": "The window seat"},
            ),
        ),
    ),
    thanks=(Thanks("A", 12, "You read me the letter in both languages."),),
)
