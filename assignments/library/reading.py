"""Files from elsewhere: one TOML file or a zip of several, read with suspicion and never unpacked to disk.

Nothing in a file is executed. Either everything in it can be used, or nothing is, and every problem is told.
"""

from __future__ import annotations

import stat
import tomllib
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Final
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from assignments.domain.exercises import Exercise, ExerciseError, exercise_from_table, parse_exercise
from assignments.domain.plans import Plan, PlanError, plan_from_table, unknown_exercises
from assignments.library.loader import load_decks

FILE_BYTES: Final = 128 * 1024
# It comes back as letters in the form that asks once more, and that form may hold half a megabyte.
ZIP_BYTES: Final = 360 * 1024
TOTAL_BYTES: Final = 2 * 1024 * 1024
MOST_FILES: Final = 80
MOST_TIMES_LARGER: Final = 60
"""Text shrinks to a tenth or so; what grows sixty times on opening was made to fill a machine."""
MOST_PROBLEMS: Final = 100
MOST_DOTS: Final = 100
"""In one line. A key of thousands of parts, “a.a.a”, keeps the TOML reader busy for a minute; ours have five dots."""

_ZIP_MARKS: Final = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_ENCRYPTED: Final = 0x1


class FileProblem(Exception):
    """A file that cannot be used; every problem is a sentence that names the file, the place and what to do."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        self.problems = problems[:MOST_PROBLEMS]
        super().__init__("\n".join(self.problems))


@dataclass(frozen=True)
class Parcel:
    """What came in: each exercise and plan once, in the order of their files."""

    exercises: tuple[Exercise, ...]
    plans: tuple[Plan, ...]


def read_parcel(name: str, data: bytes, known: frozenset[str]) -> Parcel:
    """Everything a file holds, checked. `known` are the exercises a plan in it may name besides its own.

    Raises FileProblem, with every problem of every file in it.
    """
    name = _shown(name)
    exercises: list[tuple[str, Exercise]] = []
    plans: list[tuple[str, Plan]] = []
    problems: list[str] = []
    for source, text in _files(name, data):
        try:
            thing = _read(text, source)
        except (ExerciseError, PlanError) as error:
            problems.extend(f"{source}: {problem}" for problem in error.problems)
        else:
            if isinstance(thing, Exercise):
                exercises.append((source, thing))
            else:
                plans.append((source, thing))
    problems.extend(_twins([(source, f"exercise “{one.slug}”") for source, one in exercises]))
    problems.extend(_twins([(source, f"plan “{one.slug}”") for source, one in plans]))
    here = known | {one.slug for _, one in exercises}
    for source, plan in plans:
        problems.extend(f"{source}: {sentence}" for sentence in unknown_exercises(plan, here))
    if problems:
        raise FileProblem(tuple(problems))
    return Parcel(tuple(one for _, one in exercises), tuple(one for _, one in plans))


def _read(data: bytes, source: str) -> Exercise | Plan:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ExerciseError(source, ("this is not UTF-8 text; save it again as UTF-8.",)) from None
    if any(line.count(".") > MOST_DOTS for line in text.split("\n")):
        raise ExerciseError(
            source, (f"a line holds more than {MOST_DOTS} dots; break it into several lines.",)
        )
    try:
        table = tomllib.loads(text)
    except (ValueError, RecursionError):
        # Read once more by the reader whose business it is to say what is wrong.
        return parse_exercise(text, source)
    if "steps" in table and "weeks" in table:
        raise ExerciseError(source, ("it has steps and weeks; an exercise has steps, and a plan has weeks.",))
    if "weeks" in table:
        return plan_from_table(table, source)
    if "steps" not in table:
        raise ExerciseError(
            source, ("steps: this is missing; an exercise has [[steps]], and a plan has [[weeks]].",)
        )
    return exercise_from_table(table, source, load_decks())


def _files(name: str, data: bytes) -> Iterator[tuple[str, bytes]]:
    if not data:
        raise FileProblem((f"{name}: the file is empty.",))
    is_zip = data.startswith(_ZIP_MARKS)
    if name.casefold().endswith(".zip") or is_zip:
        yield from _unzipped(name, data)
        return
    if not name.casefold().endswith(".toml"):
        raise FileProblem((f"{name}: send a .toml file, or a .zip with several of them.",))
    if len(data) > FILE_BYTES:
        raise FileProblem((f"{name}: it is larger than {FILE_BYTES // 1024} KB, which no exercise is.",))
    yield name, data


def _unzipped(name: str, data: bytes) -> Iterator[tuple[str, bytes]]:
    if len(data) > ZIP_BYTES:
        raise FileProblem((f"{name}: it is larger than {ZIP_BYTES // 1024} KB. Send it in two parts.",))
    try:
        archive = ZipFile(BytesIO(data))
    except (BadZipFile, ValueError, NotImplementedError, OSError):
        raise FileProblem((f"{name}: this zip cannot be opened. Make it anew and send it again.",)) from None
    with archive:
        entries = archive.infolist()
        if not entries:
            raise FileProblem((f"{name}: the zip is empty.",))
        if len(entries) > MOST_FILES:
            raise FileProblem((f"{name}: it holds {len(entries)} files; {MOST_FILES} is the most.",))
        problems = [f"{name} › {_shown(one.filename)}: {problem}" for one in entries for problem in _odd(one)]
        problems += _twins([(name, f"file “{_shown(one.filename).casefold()}”") for one in entries])
        if sum(one.file_size for one in entries) > TOTAL_BYTES:
            problems.append(f"{name}: unpacked it is larger than {TOTAL_BYTES // 1024 // 1024} MB.")
        if problems:
            raise FileProblem(tuple(problems))
        # Read before anything is used, so that a broken last file is found before the first is believed.
        unpacked = [(f"{name} › {one.filename}", _unpack(archive, one, name)) for one in entries]
    yield from unpacked


def _odd(entry: ZipInfo) -> Iterator[str]:
    """What keeps one file of a zip from being opened at all; only what its label says is looked at."""
    name = entry.filename
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if entry.is_dir() or "/" in name or "\\" in name or ":" in name or name.startswith("."):
        yield "only plain files side by side can be read; take it out of its folder."
    elif kind not in (0, stat.S_IFREG):
        yield "this is a link or a device, and no file; put the file itself in."
    elif name.casefold().endswith(".zip"):
        yield "a zip inside a zip is not opened; put its files in beside the others."
    elif not name.casefold().endswith(".toml"):
        yield "only .toml files can be read; take it out."
    elif entry.flag_bits & _ENCRYPTED:
        yield "it is locked with a pass-phrase; send it without."
    elif entry.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
        yield "it is packed in a way we do not open; make the zip anew."
    elif entry.file_size > FILE_BYTES:
        yield f"it is larger than {FILE_BYTES // 1024} KB, which no exercise is."
    elif entry.file_size > MOST_TIMES_LARGER * max(entry.compress_size, 100):
        yield "it grows far more on opening than any text does."


def _unpack(archive: ZipFile, entry: ZipInfo, name: str) -> bytes:
    try:
        with archive.open(entry) as file:
            # One byte more than is allowed: a label can lie about the size.
            data = file.read(FILE_BYTES + 1)
    except (BadZipFile, zlib.error, EOFError, RuntimeError, ValueError, OSError):
        raise FileProblem((f"{name} › {entry.filename}: it is damaged. Make the zip anew.",)) from None
    if len(data) > FILE_BYTES:
        raise FileProblem((f"{name} › {entry.filename}: it is larger than {FILE_BYTES // 1024} KB.",))
    if data.startswith(_ZIP_MARKS):
        raise FileProblem((f"{name} › {entry.filename}: a zip inside a zip is not opened.",))
    return data


def _twins(named: list[tuple[str, str]]) -> list[str]:
    seen: dict[str, str] = {}
    problems = []
    for source, what in named:
        if what in seen:
            problems.append(f"{source}: the {what} is there twice; keep one of them.")
        seen[what] = source
    return problems


def _shown(name: Any) -> str:
    """A file's name as it can stand in a sentence: short, and without characters that cannot be seen."""
    plain = "".join(character if character.isprintable() else "?" for character in str(name or "").strip())
    return plain if len(plain) <= 80 else f"{plain[:60]}…{plain[-15:]}"
