"""Words as they are typed and as they are meant: which say nothing, what their stem is, and which a slip stands for.

`topics.toml` holds what counsellors call things, and the words of harm.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path
from typing import Any

TOPICS_FILE = Path(__file__).parent / "topics.toml"

CLOSE_ENOUGH = 0.83
SHORTEST_BEGINNING = 3

# Words that say nothing of what is looked for.
NO_MATTER = frozenset(
    [
        "a",
        "an",
        "and",
        "or",
        "the",
        "to",
        "for",
        "with",
        "of",
        "in",
        "on",
        "at",
        "from",
        "by",
        "my",
        "our",
        "your",
        "their",
        "is",
        "are",
        "be",
        "it",
        "that",
        "this",
        "who",
        "how",
        "about",
        "something",
        "exercise",
        "exercises",
        "practice",
        "homework",
        "couple",
        "couples",
        "partner",
        "partners",
        "them",
        "they",
    ]
)
WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")


def stem(word: str) -> str:
    """A word without its ending, so that “arguing”, “argues” and “argued” are one."""
    word = word.casefold().replace("’", "'").removesuffix("'s").replace("'", "")
    if word.endswith("ies") and len(word) > 4:
        word = word[:-3] + "y"
    elif word.endswith("s") and not word.endswith(("ss", "us", "is")) and len(word) > 3:
        word = word[:-1]
    for ending in ("ing", "ed", "ly"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            word = word[: -len(ending)]
            if ending != "ly" and len(word) > 3 and word[-1] == word[-2] and word[-1] not in "ls":
                word = word[:-1]
            break
    word = word.replace("iz", "is") if word.endswith(("iz", "ize")) else word
    return word[:-1] if word.endswith("e") and len(word) > 3 else word


def topics_file() -> dict[str, Any]:
    """What `topics.toml` holds."""
    return tomllib.loads(TOPICS_FILE.read_text(encoding="utf-8"))


def phrase_of(words: str) -> tuple[str, ...]:
    """The stems of a phrase as they are left of it when it is typed."""
    said = WORD.findall(words.casefold())
    return tuple(stem(word) for word in said if word not in NO_MATTER) or tuple(map(stem, said))


def forms_of(word: str) -> tuple[str, str, str]:
    """A word in the forms people type, so that a slip in any of them finds it."""
    return word, word[:-1] + "ies" if word.endswith("y") else word + "s", word + "ing"


def nearest(word: str, known: Iterable[str]) -> str:
    """The known word that is nearest to one, or the word itself where none is near."""
    if len(word) < SHORTEST_BEGINNING + 1:
        return word
    # The first letter is seldom the slip, and “violence” is never meant to be “silence”. In order, so that one
    # of two that are equally near is always the same.
    near = sorted(one for one in known if one[0] == word[0])
    close = get_close_matches(word, near, n=1, cutoff=CLOSE_ENOUGH)
    return close[0] if close else word
