"""The file a backup is kept in: sealed piece by piece, so that its size never stands in memory.

Layout: MAGIC · ring key number (1 byte) · salt (16) · pieces. Each piece is its length (4 bytes) and an AES-GCM text under
a key of this file's own. The first piece is the manifest. A piece is bound to its number and to whether it is the last,
so that none can be swapped, left out, cut off or put behind the end.
"""

from __future__ import annotations

import json
import os
import secrets
import struct
from collections.abc import Collection, Iterator
from dataclasses import asdict, dataclass
from io import BytesIO
from pathlib import Path
from typing import IO, Any

from cryptography.exceptions import InvalidTag

from clinic.crypto import KeyRing, Unreadable

MAGIC = b"meanwhile backup 1\n"
# Another beginning, so that a list of ids is never taken for a backup, nor a backup for such a list.
LIST = b"meanwhile erased 1\n"
SALT = 16
PIECE = 1 << 20
# What a piece may come to that is not cut: a manifest, or a list, with the ids of a million and a half people.
LARGEST = 64 << 20
TAG = 16


class NotABackup(RuntimeError):
    """The file is none of ours, is damaged, or is sealed with a key we do not hold; the message is a sentence."""


@dataclass(frozen=True)
class Manifest:
    """What a backup says of itself. `made_at` is a moment in UTC, `rows` counts every row of every table."""

    made_at: str
    database: str
    revision: str
    rows: int
    digests: dict[str, str]
    erased: tuple[str, ...]


def write_sealed(target: Path, ring: KeyRing, manifest: Manifest, content: IO[bytes]) -> None:
    """Seal the manifest and what follows it into a new file, and return once it is on disk."""
    _write(target, ring, MAGIC, json.dumps(asdict(manifest)).encode(), content)


def write_list(target: Path, ring: KeyRing, ids: Collection[str]) -> None:
    """Seal ids into a new file, and return once it is on disk."""
    _write(target, ring, LIST, json.dumps(sorted(ids)).encode(), BytesIO())


def _write(target: Path, ring: KeyRing, magic: bytes, first: bytes, content: IO[bytes]) -> None:
    salt = secrets.token_bytes(SALT)
    cipher = ring.for_backup(ring.current, salt)
    with open(target, "xb", opener=lambda path, flags: os.open(path, flags, 0o600)) as out:
        out.write(magic + bytes((ring.current,)) + salt)
        number, piece = 0, first
        while True:
            following = content.read(PIECE)
            sealed = cipher.encrypt(_nonce(number), piece, _bound(number, is_last=not following))
            out.write(struct.pack(">I", len(sealed)) + sealed)
            if not following:
                break
            number, piece = number + 1, following
        out.flush()
        os.fsync(out.fileno())


def read_sealed(source: Path, ring: KeyRing, content: IO[bytes]) -> Manifest:
    """The manifest of a backup, with all that follows it written to `content`. Raises NotABackup."""
    with source.open("rb") as sealed:
        pieces = _pieces(sealed, ring)
        manifest = _manifest(next(pieces))
        for piece in pieces:
            content.write(piece)
    return manifest


def read_manifest(source: Path, ring: KeyRing) -> Manifest:
    """What a backup says of itself, without the rest. Raises NotABackup."""
    with source.open("rb") as sealed:
        return _manifest(next(_pieces(sealed, ring)))


def read_list(source: Path, ring: KeyRing) -> tuple[frozenset[str], int]:
    """The ids that a list holds, and the number of the key it is sealed with. Raises NotABackup for a file that is none."""
    with source.open("rb") as sealed:
        (piece,) = _pieces(sealed, ring, LIST)
        sealed.seek(len(LIST))
        return frozenset(json.loads(piece)), sealed.read(1)[0]


def _manifest(piece: bytes) -> Manifest:
    told: dict[str, Any] = json.loads(piece)
    return Manifest(**{**told, "erased": tuple(told["erased"])})


def _pieces(sealed: IO[bytes], ring: KeyRing, magic: bytes = MAGIC) -> Iterator[bytes]:
    head = sealed.read(len(magic) + 1 + SALT)
    if len(head) < len(magic) + 1 + SALT or not head.startswith(magic):
        raise NotABackup("This file is not a backup of Meanwhile.")
    try:
        cipher = ring.for_backup(head[len(magic)], head[len(magic) + 1 :])
    except Unreadable:
        raise NotABackup(f"This backup needs key {head[len(magic)]}, which is not on the ring.") from None
    number, text = 0, _next(sealed)
    while text is not None:
        following = _next(sealed)
        try:
            yield cipher.decrypt(_nonce(number), text, _bound(number, is_last=following is None))
        except InvalidTag:
            raise NotABackup("This backup is damaged or was cut off, or the key is another one.") from None
        number, text = number + 1, following
    if number == 0:
        raise NotABackup("This backup is empty.")


def _next(sealed: IO[bytes]) -> bytes | None:
    """The next sealed piece, or None at the end of the file."""
    length = sealed.read(4)
    if not length:
        return None
    wanted = struct.unpack(">I", length)[0] if len(length) == 4 else 0
    text = sealed.read(wanted) if TAG <= wanted <= LARGEST + TAG else b""
    if len(text) != wanted or not wanted:
        raise NotABackup("This backup was cut off.")
    return text


def _nonce(number: int) -> bytes:
    """The number of the piece: the key is this file's own, so no nonce is used twice."""
    return number.to_bytes(12)


def _bound(number: int, *, is_last: bool) -> bytes:
    return b"%d last" % number if is_last else b"%d" % number
