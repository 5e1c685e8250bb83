"""What a counsellor writes for herself: notes about a couple, and lines she uses again in replies."""

from __future__ import annotations

from datetime import timedelta
from random import Random

from assignments.demo.scene import Scene, new_id
from assignments.demo.stories import Noted
from assignments.models import NoteVersion, ProcessNote, SavedLine
from clinic import crypto
from clinic.audit import Event
from clinic.models import Couple, Person

LINES = (
    "Thank you for writing this down. Bring it along, if you like.",
    "That took some care. You do not have to do more with it this week.",
    "We can look at this together when we meet.",
)


def tell_note(scene: Scene, counsellor: Person, couple: Couple, noted: Noted, chance: Random) -> None:
    """One note, written in the evening of its day."""
    day = scene.today - timedelta(days=noted.days)
    at = scene.past(scene.at(day, 18, chance.randrange(60)))
    note = ProcessNote(
        id=new_id(chance),
        practice_id=couple.practice_id,
        couple_id=couple.id,
        author_id=counsellor.id,
        about_day=day,
        at=at,
        opened_at=scene.past(at + timedelta(minutes=5)) if noted.is_open else None,
    )
    version = NoteVersion(
        id=new_id(chance),
        practice_id=couple.practice_id,
        note_id=note.id,
        author_id=counsellor.id,
        version=1,
        at=at,
    )
    version.words_sealed = crypto.seal(version, "words_sealed", noted.words)
    scene.add(note)
    scene.add(version)
    scene.note(at, counsellor, Event.NOTE_WRITTEN, note)
    if noted.is_open:
        scene.note(at, counsellor, Event.NOTE_OPENED, note)


def tell_lines(scene: Scene, counsellor: Person) -> None:
    """The sentences this counsellor keeps for her replies."""
    chance = Random(f"{scene.seed} {counsellor.id} lines")
    for number, words in enumerate(LINES):
        at = scene.practice.created_at + timedelta(days=30, minutes=number)
        line = SavedLine(id=new_id(chance), practice_id=scene.practice.id, author_id=counsellor.id, at=at)
        line.words_sealed = crypto.seal(line, "words_sealed", words)
        scene.add(line)
        scene.note(at, counsellor, Event.LINE_SAVED, line)
