"""People's words are sealed at rest (decision 7).

AES-GCM under a key of the practice, derived from the key ring. The row, the column and the author
are bound as associated data, so a ciphertext that is moved, swapped, cut or flipped is refused.
Text is padded to 256-byte steps first, so a stored length says next to nothing.

Layout of a sealed value: format (1 byte) · ring key number (1 byte) · nonce (12) · ciphertext and tag.
"""

from __future__ import annotations

import base64
import secrets
import struct
from functools import lru_cache
from typing import Any, Protocol
from uuid import UUID

import click
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask import Flask, current_app

FORMAT = 1
STEP = 256
NONCE = 12


class Unreadable(RuntimeError):
    """A sealed value that does not open: damaged, moved, or sealed with a key we do not hold."""


class SealedRow(Protocol):
    """What a row must have before any of its columns can be sealed."""

    @property
    def __tablename__(self) -> Any:
        """The table it belongs to."""

    @property
    def id(self) -> Any:
        """Its own id."""

    @property
    def practice_id(self) -> Any:
        """The practice whose key seals it."""

    @property
    def author_id(self) -> Any:
        """Whose words they are."""


class KeyRing:
    """The operator's keys by number. The highest number seals; every key opens."""

    def __init__(self, text: str) -> None:
        self._keys: dict[int, bytes] = {}
        for part in filter(None, (piece.strip() for piece in text.split(","))):
            number, _, encoded = part.partition(":")
            key = base64.b64decode(encoded, validate=True)
            if len(key) != 32 or not 0 < int(number) < 256:
                raise ValueError("An encryption key is a number from 1 to 255 and 32 bytes in base64.")
            self._keys[int(number)] = key
        if not self._keys:
            raise ValueError("At least one encryption key is needed.")
        self.current = max(self._keys)
        self.numbers = frozenset(self._keys)
        self.for_practice = lru_cache(maxsize=4096)(self._derive)

    def _derive(self, number: int, practice_id: UUID) -> AESGCM:
        if number not in self._keys:
            raise Unreadable("Sealed with a key that is not on the ring.")
        derived = HKDF(SHA256(), 32, salt=None, info=b"meanwhile practice " + practice_id.bytes)
        return AESGCM(derived.derive(self._keys[number]))

    def for_backup(self, number: int, salt: bytes) -> AESGCM:
        """The key of one backup file, which no other file and no row has. Raises Unreadable for a key we do not hold."""
        if number not in self._keys:
            raise Unreadable("Sealed with a key that is not on the ring.")
        return AESGCM(HKDF(SHA256(), 32, salt=salt, info=b"meanwhile backup").derive(self._keys[number]))


class MalformedRing(click.ClickException, ValueError):
    """Stops the start; on a terminal it is one sentence, without the key."""


def init_crypto(app: Flask, encryption_keys: str) -> None:
    """Read the key ring once; a malformed ring stops the start. Raises MalformedRing."""
    try:
        app.extensions["key_ring"] = KeyRing(encryption_keys)
    except ValueError:
        raise MalformedRing(
            "MEANWHILE_ENCRYPTION_KEYS does not hold keys. Each is a number from 1 to 255, a colon, and 32 bytes in "
            "base64, with commas between."
        ) from None


def seal(row: SealedRow, column: str, words: str) -> bytes:
    """Seal `words` for one column of one row. The row's id, practice and author must be set already."""
    ring: KeyRing = current_app.extensions["key_ring"]
    nonce = secrets.token_bytes(NONCE)
    cipher = ring.for_practice(ring.current, row.practice_id)
    sealed = cipher.encrypt(nonce, _pad(words), _bound_to(row, column))
    return bytes((FORMAT, ring.current)) + nonce + sealed


def unseal(row: SealedRow, column: str, sealed: bytes) -> str:
    """The words again. Raises Unreadable when anything about them or their place has changed."""
    ring: KeyRing = current_app.extensions["key_ring"]
    if len(sealed) < 2 + NONCE + 16 or sealed[0] != FORMAT:
        raise Unreadable("Not a sealed value.")
    cipher = ring.for_practice(sealed[1], row.practice_id)
    try:
        return _unpad(cipher.decrypt(sealed[2 : 2 + NONCE], sealed[2 + NONCE :], _bound_to(row, column)))
    except InvalidTag as problem:
        raise Unreadable("A sealed value does not open where it stands.") from problem


def _bound_to(row: SealedRow, column: str) -> bytes:
    return "\0".join(
        (str(row.__tablename__), column, str(row.id), str(row.author_id), str(row.practice_id))
    ).encode()


def _pad(words: str) -> bytes:
    body = words.encode("utf-8")
    framed = struct.pack(">I", len(body)) + body
    return framed + b"\0" * (-len(framed) % STEP)


def _unpad(framed: bytes) -> str:
    (length,) = struct.unpack(">I", framed[:4])
    return framed[4 : 4 + length].decode("utf-8")
