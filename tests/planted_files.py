"""The search of `tests/planting.py` in files: what was planted as words is words in each of them, and runs nothing."""

from __future__ import annotations

import csv
import io
import json
import tomllib
import zipfile
from collections.abc import Iterator
from typing import Any

from bs4 import BeautifulSoup
from pypdf import PdfReader
from werkzeug.test import TestResponse

from clinic.files import FORMULA
from tests.planting import MARK, broken, faults, payload

ENDING = {
    "application/pdf": "pdf",
    "application/zip": "zip",
    "text/csv": "csv",
    "text/calendar": "ics",
    "application/toml": "toml",
}


def contents_of(reply: TestResponse) -> Iterator[tuple[str, bytes]]:
    """The file that came, or each one inside it, by what kind it is."""
    kind = ENDING[reply.mimetype or ""]
    if kind != "zip":
        yield kind, reply.data
        return
    with zipfile.ZipFile(io.BytesIO(reply.data)) as archive:
        for name in archive.namelist():
            yield name.rpartition(".")[2], archive.read(name)


def words_of(kind: str, content: bytes) -> list[str]:
    """Every text in a file that a program which opens it would show or work with."""
    if kind == "pdf":
        return [page.extract_text() for page in PdfReader(io.BytesIO(content)).pages]
    text = content.decode("utf-8-sig")
    if kind == "csv":
        return [cell for row in csv.reader(io.StringIO(text, newline="")) for cell in row]
    if kind == "json":
        return list(leaves(json.loads(text)))
    if kind == "toml":
        return list(leaves(tomllib.loads(text)))
    return [text]


def faults_in(kind: str, content: bytes) -> Iterator[str]:
    """Everything in a file that was planted as words and has become something else."""
    words = words_of(kind, content)
    if kind == "html":
        yield from faults(BeautifulSoup(content, "html.parser"))
    elif kind == "pdf":
        yield from _broken_on_paper("".join(words))
        links = [link for page in PdfReader(io.BytesIO(content)).pages for link in page.get("/Annots", ())]
        yield from (f"leads to {link!r}" for link in links)
    else:
        yield from filter(None, map(broken, words))
    if kind == "csv":
        yield from (f"runs {cell!r}" for cell in words if MARK.search(cell) and cell.startswith(FORMULA))


def _broken_on_paper(text: str) -> Iterator[str]:
    """A page of paper breaks lines anywhere, so white space says nothing there."""
    left = "".join(text.split())
    for column, number in {(int(one[1]), int(one[2])) for one in MARK.finditer(left)}:
        left = left.replace("".join(payload(column, number).split()), "…")
    if MARK.search(left):
        yield left[:300]


def leaves(value: Any) -> Iterator[str]:
    """Every text in a value, however deep."""
    if isinstance(value, dict):
        for one in value.values():
            yield from leaves(one)
    elif isinstance(value, list):
        for one in value:
            yield from leaves(one)
    elif isinstance(value, str):
        yield value
