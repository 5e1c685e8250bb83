"""A questionnaire in use in the demo: invented words in the practice's place, and scores in sealed rows.

The words below are nobody's questionnaire. They say so themselves, because the real ones are not ours to hand on.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, timedelta
from random import Random
from uuid import UUID

from assignments.demo.scene import Scene, new_id
from assignments.demo.stories import Asked
from assignments.domain import wordings
from assignments.domain.instruments import INSTRUMENTS, Instrument
from assignments.domain.wordings import WordedItem, Wording
from assignments.models import InstrumentAnswer, InstrumentUse, InstrumentWording
from clinic import crypto
from clinic.audit import Event
from clinic.models import Couple, Person


def placeholder(instrument: Instrument) -> Wording:
    """Words that stand where the practice's own would, and that nobody could take for the publisher's."""
    items = []
    for number, (low, high) in enumerate(instrument.item_ranges, start=1):
        between = [f"Step {score} of {high}" for score in range(low + 1, high)]
        items.append(
            WordedItem(f"Sample question {number}, made up for this demo", ("Lowest", *between, "Highest"))
        )
    return Wording("These are sample questions. Your practice enters the real ones.", tuple(items))


def enter_words(scene: Scene, admin: Person, name: str) -> InstrumentWording:
    """The practice admin types the words in, long before any couple is asked."""
    at = scene.practice.created_at + timedelta(days=1)
    row = InstrumentWording(
        id=words_id(scene, name),
        practice_id=scene.practice.id,
        by_id=admin.id,
        at=at,
        name=name,
        version=1,
        definition=wordings.to_json(placeholder(INSTRUMENTS[name])),
    )
    scene.note(at, admin, Event.INSTRUMENT_WORDED, row, name=name, version=1)
    words: InstrumentWording = scene.add(row)
    return words


def ask(
    scene: Scene,
    counsellor: Person,
    couple: Couple,
    people: Mapping[str, Person],
    asked: Asked,
    chance: Random,
) -> None:
    """The counsellor switches it on, and both answer round after round."""
    began_on = scene.today - timedelta(weeks=asked.weeks_ago)
    at = scene.past(scene.at(began_on, 12, 15))
    use = scene.add(
        InstrumentUse(
            id=new_id(chance),
            practice_id=couple.practice_id,
            couple_id=couple.id,
            by_id=counsellor.id,
            at=at,
            name=asked.name,
            began_on=began_on,
        )
    )
    scene.note(at, counsellor, Event.INSTRUMENT_ON, use, name=asked.name)
    instrument = INSTRUMENTS[asked.name]
    for slot, totals in (("A", asked.first), ("B", asked.second)):
        for number, score in enumerate(totals):
            if score is not None:
                opened_on = began_on + timedelta(weeks=instrument.every_weeks * number)
                _answer(scene, couple, people[slot], asked.name, opened_on, score, chance)


def _answer(
    scene: Scene, couple: Couple, author: Person, name: str, opened_on: date, score: int, chance: Random
) -> None:
    at = scene.past(scene.at(opened_on + timedelta(days=chance.randrange(1, 4)), 20, chance.randrange(60)))
    row = InstrumentAnswer(
        id=new_id(chance),
        practice_id=couple.practice_id,
        couple_id=couple.id,
        author_id=author.id,
        name=name,
        round_on=opened_on,
        wording_id=words_id(scene, name),
        answered_at=at,
        saved_at=at,
    )
    row.items_sealed = crypto.seal(row, "items_sealed", json.dumps(spread(INSTRUMENTS[name], score)))
    scene.add(row)
    scene.note(at, author, Event.INSTRUMENT_ANSWERED, row)


def words_id(scene: Scene, name: str) -> UUID:
    """The id of a practice's words, which the seed decides."""
    return new_id(Random(f"{scene.seed} {scene.practice.id} {name}"))


def spread(instrument: Instrument, score: int) -> list[int]:
    """Answers to each item that add up to a total, as evenly as its ranges let them."""
    items = [low for low, _ in instrument.item_ranges]
    while sum(items) < score:
        place = min(
            (at for at, (_, high) in enumerate(instrument.item_ranges) if items[at] < high),
            key=lambda at: items[at],
        )
        items[place] += 1
    return items
