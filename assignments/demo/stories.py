"""Who the couples of the demo are. Every name is invented, and so is everything that happens to them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Story:
    """One couple: two names each, a shape, when they are seen, and what stands out about them today."""

    first: tuple[str, str]
    second: tuple[str, str]
    shape: str
    seen_in_days: int | None = None  # days from today to the next appointment
    hour: int = 10
    weeks: int | None = None  # how long they have come; None for as long as the world goes back
    sign_ins: bool = False  # whether their addresses are the ones promised for the demo
    unread: int = 0  # answers the counsellor has not read yet
    waiting: bool = False  # an answer that has waited to open for more than a week
    felt_hard: int = 0
    put_off: int = 0
    held: bool = False
    closed: bool = False
    invited_only: bool = False
    decision: str | None = None  # a decision already recorded, in the words of decision 22


PRIYA = (
    Story(("Sam", "Okafor"), ("Jo", "Lind"), "improving", 0, 17, sign_ins=True, unread=2),
    Story(("Ade", "Adeyemi"), ("Ruth", "Clarke"), "stalled", 2, 10, sign_ins=True),
    Story(
        ("Nadia", "Farrow"), ("Elis", "Kerr"), "improving", 0, 11, decision="continue"
    ),  # the quiet one, by now
    Story(("Marta", "Reyes"), ("Ben", "Hall"), "plateau", 0, 14, felt_hard=2, put_off=3),
    Story(("Emi", "Suzuki"), ("Karl", "Brandt"), "dropped", 3, 9),
    Story(("Orla", "Walsh"), ("Idris", "Musa"), "late", 0, 15, unread=2, decision="continue"),
    Story(("Leo", "Grant"), ("Dasha", "Ivanova"), "improving", 1, 11, unread=1),
    Story(("Ngozi", "Eze"), ("Tom", "Lindqvist"), "one_sided", 4, 10),
    Story(("Hugo", "Patel"), ("Claire", "Moreau"), "worsening", 1, 13),
    Story(("Wen", "Chen"), ("Luis", "Ortiz"), "good", 5, 12, weeks=0, invited_only=True),
    Story(("Farah", "Haddad"), ("Joel", "Stern"), "slipped", 6, 16, waiting=True, decision="adapt_plan"),
    Story(("Kit", "Moss"), ("Ana", "Duarte"), "paused", 5, 9, held=True, decision="pause_for_safety"),
    Story(("Greta", "Vos"), ("Sol", "Amin"), "finished", None, closed=True, decision="planned_ending"),
    Story(("Mina", "Rahimi"), ("Piet", "Bakker"), "good", 7, 12),
)

MARCUS = (
    Story(("Nia", "Powell"), ("Owen", "Hughes"), "improving", 1, 10),
    Story(("Rosa", "Quint"), ("Dev", "Malik"), "plateau", 3, 12, unread=1),
    Story(("Alba", "Nunn"), ("Theo", "Frost"), "late", 6, 15),
)

HANA = (
    Story(("Lea", "Sommer"), ("Tom", "Ekdal"), "improving", 2, 10, sign_ins=True, unread=1),
    Story(("Vera", "Holm"), ("Abel", "Tran"), "plateau", 4, 14),
)

# For larger worlds, names are put together; they only have to differ and to belong to nobody.
FIRST_NAMES = (
    "Asha", "Bryn", "Cleo", "Dario", "Edda", "Finn", "Gwen", "Hari", "Ines", "Jonas", "Kaja", "Lars",
    "Maya", "Nico", "Oona", "Pavel", "Quinn", "Rhea", "Sven", "Tess", "Umar", "Vita", "Willa", "Yusuf", "Zoe",
)  # fmt: skip
FAMILY_NAMES = (
    "Abbot", "Bello", "Crane", "Dray", "Elm", "Fenn", "Gale", "Hart", "Iyer", "Jagger", "Keane", "Lowe",
    "Mbeki", "Nash", "Orr", "Pell", "Quist", "Rowe", "Shaw", "Tamm", "Udall", "Vance", "Wray", "York", "Zand",
)  # fmt: skip
CROWD_SHAPES = (
    ("improving",) * 8 + ("late",) * 2 + ("plateau",) * 4 + ("worsening",) * 2
    + ("slipped", "dropped", "one_sided", "good")
)  # fmt: skip
