"""Exercises and plans as files: written, read again, and refused with a clear sentence for each thing wrong."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_BZIP2, ZIP_DEFLATED, ZipFile, ZipInfo

import pytest
from flask import Flask

from assignments.domain.exercises import Exercise, parse_exercise
from assignments.domain.plans import Plan, parse_plan
from assignments.library.loader import load_library
from assignments.library.plan_loader import load_plans
from assignments.library.reading import FILE_BYTES, MOST_FILES, FileProblem, read_parcel
from assignments.library.schema import schemas
from assignments.library.writing import as_toml, as_zip

KNOWN = frozenset(exercise.slug for exercise in load_library().all())
GOOD = as_toml(next(one for one in load_library().all() if one.slug == "validate-first"))
PLAN = """slug = "two-weeks"
version = 1
name = "Two weeks"
why = "A short one."
[[weeks]]
title = "Listen"
items = [{ exercise = "validate-first" }]
[[weeks]]
title = "Thank"
items = [{ exercise = "appreciation-log" }]
"""


def zipped(files: dict[str, str | bytes], how: int = ZIP_DEFLATED) -> bytes:
    whole = BytesIO()
    with ZipFile(whole, "w", how) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return whole.getvalue()


def link() -> bytes:
    whole = BytesIO()
    with ZipFile(whole, "w") as archive:
        entry = ZipInfo("x.toml")
        entry.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(entry, "/etc/passwd")
    return whole.getvalue()


def locked() -> bytes:
    data = bytearray(zipped({"x.toml": GOOD}))
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + place] |= 1
    return bytes(data)


def damaged() -> bytes:
    data = bytearray(zipped({"x.toml": GOOD}))
    data[60:90] = bytes(30)
    return bytes(data)


def liar() -> bytes:
    """A file whose label says that it is small."""
    data = bytearray(zipped({"x.toml": GOOD * 40}))
    for mark, place in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = data.index(mark) + place
        data[at : at + 4] = (100).to_bytes(4, "little")
    return bytes(data)


def changed(old: str, new: str) -> bytes:
    assert GOOD.count(old) >= 1, old
    return GOOD.replace(old, new, 1).encode()


Bad = tuple[str, Callable[[], bytes], str]
# Its name, what is sent, and what the counsellor is told.
MALFORMED: dict[str, Bad] = {
    "empty": ("x.toml", lambda: b"", "x.toml: the file is empty."),
    "no exercise at all": ("x.toml", lambda: b"a = 1", "x.toml: steps: this is missing;"),
    "another kind of file": ("x.docx", lambda: b"hello", "x.docx: send a .toml file, or a .zip"),
    "a program": ("x.py", lambda: b"import os", "x.py: send a .toml file"),
    "no name": ("", lambda: GOOD.encode(), ": send a .toml file"),
    "not TOML": ("x.toml", lambda: b"name = ", "x.toml: this cannot be read as TOML:"),
    "JSON": ("x.toml", lambda: b'{"name": "x"}', "x.toml: this cannot be read as TOML:"),
    "a name twice": ("x.toml", lambda: b"a = 1\na = 2", "x.toml: this cannot be read as TOML:"),
    "not UTF-8": ("x.toml", lambda: b'name = "Caf\xe9"', "x.toml: this is not UTF-8 text; save it again"),
    "nothing but noughts": ("x.toml", lambda: bytes(500), "x.toml: this cannot be read as TOML:"),
    "nested without end": ("x.toml", lambda: b"a = " + b"[" * 60_000, "nested far deeper"),
    "a key of many parts": ("x.toml", lambda: b"a." * 20_000 + b"b = 1", "a line holds more than 100 dots"),
    "too large": ("x.toml", lambda: b"#" * (FILE_BYTES + 1), "larger than 128 KB"),
    "steps and weeks": ("x.toml", lambda: GOOD.encode() + b"\n[[weeks]]\ntitle = 'x'", "steps and weeks;"),
    "a missing field": (
        "x.toml",
        lambda: changed('family = "validation"', ""),
        "x.toml: family: this is missing;",
    ),
    "a misspelt field": (
        "x.toml",
        lambda: changed("summary =", "sumary ="),
        "x.toml: sumary: there is no such field; did you mean “summary”?",
    ),
    "an unknown family": ("x.toml", lambda: changed('"validation"', '"magic"'), "family: expected one of"),
    "a number in words": (
        "x.toml",
        lambda: changed("version = 1", 'version = "one"'),
        "x.toml: version: expected",
    ),
    "a name too long": (
        "x.toml",
        lambda: changed('name = "', 'name = "' + "a" * 70),
        "x.toml: name: expected",
    ),
    "an unknown step": (
        "x.toml",
        lambda: changed('type = "text"', 'type = "script"'),
        "› type (step “on-my-mind”): expected one of text, rating,",
    ),
    "a step without a title": (
        "x.toml",
        lambda: GOOD.encode() + b'\n[[steps]]\nkey = "last"\ntype = "text"\n',
        "(step “last”): this is missing;",
    ),
    "a size without its step": ("x.toml", lambda: changed('key = "thanks"', 'key = "other-name"'), "sizes."),
    "an unknown placeholder": (
        "x.toml",
        lambda: changed('why = "', 'why = "{password} '),
        "“{password}” is no name",
    ),
    "template code": (
        "x.toml",
        lambda: changed('why = "', 'why = "{{ config }} '),
        "is no name we can fill in",
    ),
    "unseen characters": (
        "x.toml",
        lambda: changed('why = "', 'why = "\\u202e '),
        "a character that cannot be seen",
    ),
    "an unknown source": ("x.toml", lambda: changed('"V1"', '"V99"'), "there is no material id “V99”"),
    "an unknown deck": (
        "x.toml",
        lambda: (
            GOOD.encode() + b'\n[[steps]]\nkey = "q"\ntype = "cards"\ntitle = "x"\ndeck = "../../secret"\n'
        ),
        "(step “q”)",
    ),
    "a plan with an unknown exercise": (
        "p.toml",
        lambda: PLAN.replace("validate-first", "validate-frist").encode(),
        "p.toml: weeks 1 › items 1 › exercise: there is no exercise “validate-frist”; did you mean “validate-first”?",
    ),
    "a plan without a title": (
        "p.toml",
        lambda: PLAN.replace('title = "Listen"\n', "").encode(),
        "p.toml: weeks 1 › title: this is missing;",
    ),
    "a plan with a misspelt size": (
        "p.toml",
        lambda: PLAN.replace('"validate-first" }', '"validate-first", size = "huge" }').encode(),
        "p.toml: weeks 1 › items 1 › size: expected one of",
    ),
    "no zip": ("x.zip", lambda: b"PK\x03\x04 and no more", "x.zip: this zip cannot be opened."),
    "words called zip": ("x.zip", lambda: GOOD.encode(), "x.zip: this zip cannot be opened."),
    "an empty zip": ("x.zip", lambda: zipped({}), "x.zip: the zip is empty."),
    "a zip too large": ("x.zip", lambda: b"PK\x03\x04" + b"a" * 420_000, "x.zip: it is larger than 360 KB."),
    "too many files": (
        "x.zip",
        lambda: zipped({f"{n}.toml": "" for n in range(MOST_FILES + 1)}),
        f"x.zip: it holds {MOST_FILES + 1} files;",
    ),
    "a folder": (
        "x.zip",
        lambda: zipped({"a/x.toml": GOOD}),
        "x.zip › a/x.toml: only plain files side by side",
    ),
    "a way out": ("x.zip", lambda: zipped({"../x.toml": GOOD}), "../x.toml: only plain files side by side"),
    "from the root": ("x.zip", lambda: zipped({"/etc/x.toml": GOOD}), "only plain files side by side"),
    "a drive": ("x.zip", lambda: zipped({"C:x.toml": GOOD}), "only plain files side by side"),
    "a link": ("x.zip", link, "x.zip › x.toml: this is a link or a device"),
    "a zip in a zip": (
        "x.zip",
        lambda: zipped({"y.zip": zipped({"x.toml": GOOD})}),
        "a zip inside a zip is not",
    ),
    "a zip in disguise": (
        "x.zip",
        lambda: zipped({"y.toml": zipped({"x.toml": GOOD})}),
        "x.zip › y.toml: a zip inside a zip is not opened.",
    ),
    "a program in a zip": (
        "x.zip",
        lambda: zipped({"x.toml": GOOD, "run.sh": "rm"}),
        "run.sh: only .toml files",
    ),
    "a bomb": (
        "x.zip",
        lambda: zipped({"x.toml": "#" * 120_000}),
        "x.zip › x.toml: it grows far more on opening",
    ),
    "a file too large in a zip": (
        "x.zip",
        lambda: zipped({"x.toml": "#" * 200_000}),
        "x.toml: it is larger than 128",
    ),
    "many middling files": (
        "x.zip",
        lambda: zipped({f"{n}.toml": GOOD * 24 for n in range(40)}),
        "x.zip: unpacked it is larger than 2 MB.",
    ),
    "a locked zip": ("x.zip", locked, "x.toml: it is locked with a pass-phrase"),
    "an odd packing": (
        "x.zip",
        lambda: zipped({"x.toml": GOOD}, ZIP_BZIP2),
        "packed in a way we do not open",
    ),
    "a damaged zip": ("x.zip", damaged, "x.zip › x.toml: it is damaged."),
    "a label that lies": ("x.zip", liar, "x.zip › x.toml: it is damaged."),
    "one exercise twice": (
        "x.zip",
        lambda: zipped({"a.toml": GOOD, "b.toml": GOOD}),
        "x.zip › b.toml: the exercise “validate-first” is there twice;",
    ),
    "a good file beside a bad one": (
        "x.zip",
        lambda: zipped({"a.toml": GOOD, "b.toml": "x = "}),
        "x.zip › b.toml: this cannot be read as TOML:",
    ),
}


@pytest.mark.parametrize("exercise", load_library().all(), ids=lambda one: one.slug)
def test_an_exercise_that_ships_comes_back_from_its_file_as_it_was(exercise: Exercise) -> None:
    assert parse_exercise(as_toml(exercise), "again") == exercise


@pytest.mark.parametrize("plan", load_plans(), ids=lambda one: one.slug)
def test_a_plan_that_ships_comes_back_from_its_file_as_it_was(plan: Plan) -> None:
    assert parse_plan(as_toml(plan), "again") == plan


def test_the_whole_library_comes_back_from_one_zip_and_is_packed_the_same_each_time() -> None:
    whole: list[Exercise | Plan] = [*load_library().all(), *load_plans()]
    assert as_zip(whole) == as_zip(whole)
    parcel = read_parcel("library.zip", as_zip(whole), KNOWN)
    assert parcel.exercises == load_library().all()
    assert parcel.plans == load_plans()


def test_a_plan_may_name_an_exercise_that_comes_with_it() -> None:
    own = GOOD.replace('slug = "validate-first"', 'slug = "brand-new"')
    plan = PLAN.replace("validate-first", "brand-new")
    parcel = read_parcel("x.zip", zipped({"p.toml": plan, "e.toml": own}), KNOWN)
    assert parcel.plans[0].exercises == ("brand-new", "appreciation-log")


def test_a_mark_at_the_beginning_that_some_editors_write_does_no_harm() -> None:
    assert read_parcel("x.toml", b"\xef\xbb\xbf" + GOOD.encode(), KNOWN).exercises


@pytest.mark.parametrize("case", MALFORMED.values(), ids=MALFORMED)
def test_what_cannot_be_used_is_refused_in_a_sentence_of_its_own(case: Bad) -> None:
    name, data, said = case
    with pytest.raises(FileProblem) as caught:
        read_parcel(name, data(), KNOWN)
    assert said in str(caught.value)
    assert all(len(problem) < 400 for problem in caught.value.problems)
    assert len(caught.value.problems) <= 100


def test_the_schemas_in_docs_are_those_of_the_definitions(project: Path, app: Flask, tmp_path: Path) -> None:
    for name, text in schemas().items():
        told = "Run `flask --app wsgi library schema` and commit what it writes."
        assert (project / "docs" / name).read_text(encoding="utf-8") == text, told
        assert json.loads(text)["additionalProperties"] is False
    written = app.test_cli_runner().invoke(args=["library", "schema", str(tmp_path)])
    assert written.exit_code == 0, written.output
    assert {path.name for path in tmp_path.iterdir()} == set(schemas())
