"""Pass-phrases: length first, common and personal ones refused with the reason, argon2id for keeping.

NIST SP 800-63B-4: 15 characters where the pass-phrase stands alone, any Unicode, at least 64 accepted,
no composition rules, a block-list with the reason told. The lists are those zxcvbn ships.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from flask import Flask, current_app

SHORTEST = 15
SHORTEST_WITH_SECOND_STEP = 8
LONGEST = 256
# zxcvbn's own line for "safely unguessable" against a throttled sign-in.
GUESSES = 1e8


def init_passphrase(app: Flask, memory_kib: int) -> None:
    """One hasher per app, with the memory cost the operator chose."""
    app.extensions["passphrase_hasher"] = PasswordHasher(memory_cost=memory_kib, time_cost=2)


def weakness(passphrase: str, personal_words: Sequence[str], *, shortest: int = SHORTEST) -> str | None:
    """Why this pass-phrase can't be used, in a sentence, or None."""
    passphrase = unicodedata.normalize("NFC", passphrase)
    if len(passphrase) < shortest:
        return f"Use at least {shortest} characters. Four or five words in a row work well."
    if len(passphrase) > LONGEST:
        return f"Use at most {LONGEST} characters."
    words = [part for word in personal_words for part in word.casefold().split() if len(part) > 2]
    # Names count for nothing, so what is left without them has to be strong by itself.
    rest = passphrase[:72].casefold()
    for word in words:
        rest = rest.replace(word, "")
    if min(_guesses(passphrase[:72], words), _guesses(rest, words)) < GUESSES:
        return "That one is easy to guess. It is common, repeats itself, or holds a name from this practice."
    return None


def _guesses(text: str, words: Sequence[str]) -> float:
    from zxcvbn import zxcvbn  # Its lists of words are long, and a pass-phrase is chosen once.

    return float(zxcvbn(text, user_inputs=list(words))["guesses"]) if text else 0.0


def may_stand_alone(passphrase: str) -> bool:
    """Whether this one is long enough where nothing else is asked for."""
    return len(unicodedata.normalize("NFC", passphrase)) >= SHORTEST


def keep(passphrase: str) -> str:
    """The hash to store."""
    hasher: PasswordHasher = current_app.extensions["passphrase_hasher"]
    return hasher.hash(unicodedata.normalize("NFC", passphrase))


def matches(kept: str | None, passphrase: str) -> bool:
    """Whether the pass-phrase is the right one. An unknown account costs the same work (no enumeration)."""
    hasher: PasswordHasher = current_app.extensions["passphrase_hasher"]
    passphrase = unicodedata.normalize("NFC", passphrase)[:LONGEST]
    if kept is None:
        hasher.hash(passphrase)
        return False
    try:
        return hasher.verify(kept, passphrase)
    except (VerificationError, InvalidHashError):
        return False
