"""Whether a reply repeats what somebody said in confidence. A screen, and no proof: it finds words, not meanings.

Words are compared as they sound when read: case, accents, punctuation, width and spacing make no difference.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

# So many words in a row are a quote, unless hardly one of them carries a meaning of its own.
RUN = 4
TELLING = 2
# Scripts that write no spaces between words: each letter is one token, so a quote is a longer run.
RUN_OF_LETTERS = 8
_UNSPACED = "\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff"
_TOKEN = re.compile(rf"[{_UNSPACED}]|[^\W_{_UNSPACED}]+")
_LETTER = re.compile(rf"[{_UNSPACED}]")
_APOSTROPHES = re.compile("['\N{RIGHT SINGLE QUOTATION MARK}\N{MODIFIER LETTER APOSTROPHE}]")

# The words that sentences are held together with. A run of these alone is nobody's own.
COMMON = frozenset(
    [
        "a",
        "about",
        "again",
        "all",
        "also",
        "always",
        "am",
        "an",
        "and",
        "any",
        "are",
        "as",
        "at",
        "be",
        "because",
        "been",
        "before",
        "being",
        "both",
        "but",
        "by",
        "can",
        "could",
        "did",
        "do",
        "does",
        "doing",
        "done",
        "dont",
        "down",
        "each",
        "else",
        "even",
        "ever",
        "every",
        "for",
        "from",
        "get",
        "go",
        "going",
        "good",
        "got",
        "had",
        "has",
        "have",
        "having",
        "he",
        "her",
        "here",
        "him",
        "his",
        "how",
        "i",
        "id",
        "if",
        "ill",
        "im",
        "in",
        "into",
        "is",
        "it",
        "its",
        "ive",
        "just",
        "know",
        "last",
        "let",
        "like",
        "little",
        "lot",
        "made",
        "make",
        "me",
        "might",
        "more",
        "most",
        "much",
        "must",
        "my",
        "never",
        "no",
        "not",
        "now",
        "of",
        "off",
        "often",
        "on",
        "one",
        "only",
        "or",
        "other",
        "our",
        "out",
        "over",
        "really",
        "s",
        "said",
        "say",
        "see",
        "she",
        "should",
        "so",
        "some",
        "something",
        "still",
        "such",
        "t",
        "than",
        "that",
        "thats",
        "the",
        "their",
        "them",
        "then",
        "there",
        "these",
        "they",
        "thing",
        "things",
        "think",
        "this",
        "those",
        "time",
        "to",
        "together",
        "too",
        "up",
        "us",
        "very",
        "want",
        "was",
        "way",
        "we",
        "well",
        "were",
        "what",
        "when",
        "where",
        "which",
        "while",
        "who",
        "will",
        "with",
        "without",
        "would",
        "yes",
        "you",
        "your",
        "yours",
    ]
)


def quoted_in(reply: str, sources: Iterable[str]) -> str | None:
    """The first run of words that the reply has in common with one of the texts, or None.

    A short text counts when the whole of it stands in the reply; one word alone never does.
    """
    said = _tokens(reply)
    runs = {tuple(said[at : at + RUN]) for at in range(len(said))}
    runs_of_letters = {tuple(said[at : at + RUN_OF_LETTERS]) for at in range(len(said))}
    for source in sources:
        for line in source.splitlines():
            found = _common_run(_tokens(line), said, runs, runs_of_letters)
            if found is not None:
                return found
    return None


def _common_run(
    words: Sequence[str],
    said: Sequence[str],
    runs: set[tuple[str, ...]],
    runs_of_letters: set[tuple[str, ...]],
) -> str | None:
    for at in range(len(words) - RUN + 1):
        run = tuple(words[at : at + RUN])
        if run in runs and _telling(run) >= TELLING and not any(_LETTER.match(one) for one in run):
            return " ".join(run)
    for at in range(len(words) - RUN_OF_LETTERS + 1):
        letters = tuple(words[at : at + RUN_OF_LETTERS])
        if letters in runs_of_letters and all(_LETTER.match(one) for one in letters):
            return "".join(letters)
    if 2 <= len(words) <= RUN and _telling(words) and _holds(said, words):
        return " ".join(words)
    return None


def _holds(said: Sequence[str], words: Sequence[str]) -> bool:
    size = len(words)
    return any(list(said[at : at + size]) == list(words) for at in range(len(said) - size + 1))


def _telling(words: Iterable[str]) -> int:
    return sum(word not in COMMON for word in words)


def _tokens(text: str) -> list[str]:
    """The words without case, accents, or what is written between and inside them."""
    # Letters that look alike in another width or ligature become the same ones; marks on them fall away.
    taken_apart = unicodedata.normalize("NFKD", text)
    bare = "".join(
        " " if unicodedata.category(letter) == "Cc" else letter
        for letter in taken_apart
        if unicodedata.category(letter) not in ("Mn", "Cf")
    )
    return _TOKEN.findall(_APOSTROPHES.sub("", bare).casefold())
