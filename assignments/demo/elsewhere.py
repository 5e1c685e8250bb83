"""Marcus's couples at Canal Street, and Hana's at Hill House."""

from __future__ import annotations

from assignments.demo.stories import Aside, Given, Said, Story, Thanks, Who, course

MARCUS = (
    Story(
        Who("Nia", "Powell"),
        Who("Owen", "Hughes"),
        course(
            "334455666777/776655544433/655544333322",
            "445555666677/665554444333/555444433332",
            hope=("567778", "556677"),
        ),
        next_in=0,
        hour=10,
        unread=1,
        given=(
            Given(
                "phone-free-evening",
                9,
                rounds=("4566-7778", "55-667777"),
                agreed={"day": "monday", "phones": "Under the cat"},
            ),
            Given(
                "validate-first",
                2,
                said=(
                    Said(
                        "A",
                        {
                            "on-my-mind": "I said no to the extra shift and feel bad.",
                            "ideas": "one-idea",
                            "understood": 8,
                        },
                    ),
                    Said(
                        "B",
                        {
                            "name-the-feeling": "Guilty, I think, and a bit proud.",
                            "makes-sense": "It makes sense. You never say no.",
                        },
                        after=3,
                    ),
                ),
            ),
        ),
        thanks=(Thanks("B", 6, "You said no to the shift, for us.", "Saturday was ours."),),
    ),
    Story(
        Who("Rosa", "Quint"),
        Who("Dev", "Malik"),
        course(
            "444445444444/556556655655/444544544454",
            "445444445444/655566556565/545454554455",
            again=("sesen", "nsese"),
            hope=("555545", "554544"),
        ),
        next_in=3,
        every=14,
        hour=12,
        given=(
            Given("weekly-sit-down", 10, rounds=("44-5454-44", "5-44-445-4"), agreed={"day": "thursday"}),
            Given(
                "reflect-and-check",
                3,
                said=(
                    Said(
                        "A", {"thought": "I hold the diary and would like not to.", "got-it-right": "nearly"}
                    ),
                    Said(
                        "B",
                        {
                            "say-back": "You are tired of the diary.",
                            "makes-sense": "It makes sense, it is a lot of names.",
                        },
                        after=5,
                    ),
                ),
            ),
        ),
    ),
    Story(
        Who("Alba", "Nunn"),
        Who("Theo", "Frost"),
        course(
            "766555444333/333444555667/222333444455",
            "666655544433/334445556666/333344445555",
            hope=("876654", "766544"),
        ),
        next_in=4,
        hour=15,
        given=(
            Given(
                "one-thing-aloud", 7, rounds=("65-5-4", "655--4"), lines=(("The bins.",), ("Your notes.",))
            ),
            Given(
                "active-listening",
                3,
                asides=(Aside("B", "hard", "bring", 3),),
                said=(Said("A", {"topic": "Nights.", "listened-to": 4}, after=4),),
            ),
        ),
    ),
    Story(
        Who("Petra", "Lund"),
        Who("Joss", "Okoro"),
        course("44/66/55", "55/56/44"),
        next_in=5,
        hour=16,
        given=(
            Given(
                "withdrawal-journal",
                2,
                said=(
                    Said(
                        "B",
                        {
                            "moments": [
                                {
                                    "day": "Friday",
                                    "time_of_day": "after-work",
                                    "tone": "rushed",
                                    "who": "both",
                                    "saw": "Bags down, two phones out.",
                                }
                            ]
                        },
                    ),
                ),
            ),
        ),
    ),
)

HANA = (
    Story(
        Who("Lea", "Sommer", "lea@demo.example"),
        Who("Tom", "Ekdal", "tom@demo.example"),
        course(
            "445556666777/665554443333/544433333222",
            "455566667778/655444333332/444333322222",
            hope=("667788", "567778"),
        ),
        next_in=2,
        hour=10,
        unread=1,
        given=(
            Given(
                "weekly-sit-down",
                8,
                rounds=("566-7777", "667778-8"),
                agreed={"day": "friday", "place": "The boathouse"},
            ),
            Given(
                "gentle-questions",
                2,
                said=(
                    Said("A", {"question": "song", "thanks": "like-that"}),
                    Said(
                        "B",
                        {"answer": "The one from the ferry. I had it on all winter.", "how-deep": "light"},
                        after=4,
                    ),
                ),
            ),
            Given("midday-message", days=2),
        ),
        thanks=(
            Thanks("A", 11, "You wrote the dates on the wall."),
            Thanks("B", 5, "You swam with me though it was cold.", "I had gone on my own for years."),
        ),
    ),
    Story(
        Who("Vera", "Holm"),
        Who("Abel", "Tran"),
        course(
            "444454445444/665566565665/554454545445",
            "545444544454/566565656566/445445454544",
            again=("se", "es"),
        ),
        next_in=4,
        every=14,
        hour=14,
        given=(
            Given(
                "one-thing-aloud",
                8,
                rounds=("5-455-44", "44-5-454"),
                lines=(("Tea.", "The car."), ("You waited.",)),
            ),
        ),
    ),
)
