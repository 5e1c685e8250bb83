"""Pages as PDF, laid out on this machine with nothing fetched from anywhere.

WeasyPrint is imported when the first page is made and never at start-up: it takes a while, and it needs Pango, which
the system brings. Without Pango everything else goes on working and the reader is told to print the page instead.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from flask import current_app

from clinic.errors import DomainError
from clinic.extensions import db

PDF = "application/pdf"
STYLES = ("paper.css",)
# A couple's brief takes a fifth of a second. Whoever waits longer than this is told so, and every other page goes on.
LONGEST_WAIT = 20.0
# Laying out is pure computing, so two at a time would only make both wait.
_one_at_a_time = threading.BoundedSemaphore(1)


class Paper(StrEnum):
    """The sizes of paper people have in their printers."""

    A4 = "a4"
    LETTER = "letter"


class NoPaper(DomainError):
    """PDFs can't be made here now."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)


def paper_of(asked: str | None) -> Paper:
    """The paper an address asks for: Letter by its name, A4 for anything else."""
    return Paper.LETTER if asked == Paper.LETTER else Paper.A4


def get_ready() -> None:
    """Begin loading what makes PDFs, so that whoever asks for one next does not wait for that."""
    threading.Thread(target=_try_loading, daemon=True).start()


def one_page(drafts: Iterable[str], paper: Paper) -> bytes:
    """The first of these drafts that stands on one page; if none does, the first page of the last one.

    Each draft is a whole page of HTML, each shorter or in smaller type than the one before. Raises NoPaper.
    """
    return _laid_out(drafts, paper, most_pages=1)


def pages(html: str, paper: Paper) -> bytes:
    """One document, on as many pages as it takes. Raises NoPaper."""
    return _laid_out([html], paper, most_pages=None)


def _laid_out(drafts: Iterable[str], paper: Paper, most_pages: int | None) -> bytes:
    engine = _engine()
    # Everything has been read and written by now, and nobody's saving shall wait while a page is laid out.
    db.session.rollback()
    if not _one_at_a_time.acquire(timeout=LONGEST_WAIT):
        raise NoPaper("Several PDFs are being made just now. Please try again in a minute.")
    try:
        document: Any = None
        for html in drafts:
            source = engine.HTML(string=html, url_fetcher=_no_fetching(), base_url=None)
            document = source.render(stylesheets=_styles(paper, current_app.static_folder or ""))
            if most_pages is None or len(document.pages) <= most_pages:
                break
        kept = document if most_pages is None else document.copy(document.pages[:most_pages])
        made: bytes = kept.write_pdf()
        return made
    finally:
        _one_at_a_time.release()


@cache
def _no_fetching() -> Any:
    """Words that people type must not make the server open a file or an address; our own style is handed over."""
    return _engine().urls.URLFetcher(allowed_protocols=())


@cache
def _styles(paper: Paper, folder: str) -> tuple[Any, ...]:
    engine = _engine()
    read = [(Path(folder) / name).read_text("utf-8") for name in STYLES]
    size = f"@page {{ size: {paper.value}; }}"
    return tuple(engine.CSS(string=text, url_fetcher=_no_fetching()) for text in (*read, size))


def _engine() -> Any:
    """WeasyPrint, loaded on first use. Raises NoPaper where the system has no Pango."""
    try:
        import weasyprint
    except (ImportError, OSError) as problem:
        raise NoPaper(
            "PDFs can't be made on this server, because Pango is not installed. Please print the page instead."
        ) from problem
    return weasyprint


def can_make() -> bool:
    """Whether PDFs can be made on this machine."""
    try:
        _engine()
    except NoPaper:
        return False
    return True


def _try_loading() -> None:
    can_make()  # Where they can't, whoever asks for one is told.
