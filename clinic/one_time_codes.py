"""The arithmetic of one-time codes: keys, codes that match, the picture an app reads, hashes of spare codes."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import pyotp
import segno

from clinic.domain.second_factor import SPARE_DIGITS, steps_taken

ISSUER = "Meanwhile"
# Readers want four empty squares around the picture.
MARGIN = 4


@dataclass(frozen=True)
class Picture:
    """A QR code as the one path that a page draws inside a square of so many units."""

    size: int
    path: str


def new_key() -> str:
    """A key of 160 bits, in the letters that apps take when it is typed."""
    return pyotp.random_base32()


def step_that_matches(key: str, code: str, now: datetime) -> int | None:
    """The half minute whose code this is, or None. All of them are compared, whichever it is."""
    totp = pyotp.TOTP(key)
    found = None
    for step in steps_taken(now):
        if hmac.compare_digest(totp.generate_otp(step).encode(), code.encode()):
            found = step
    return found


def picture_of(key: str, address: str) -> Picture:
    """What the camera of an app reads: the key, and the name under which the app keeps it."""
    code = segno.make_qr(pyotp.TOTP(key).provisioning_uri(name=address, issuer_name=ISSUER), error="m")
    strokes = [
        f"M{column + MARGIN} {row + MARGIN}h1v1h-1z"
        for row, line in enumerate(code.matrix)
        for column, dark in enumerate(line)
        if dark
    ]
    return Picture(len(code.matrix) + 2 * MARGIN, "".join(strokes))


def new_spare_code() -> str:
    """A recovery code, all digits so that a phone's number pad will do."""
    return "".join(secrets.choice("0123456789") for _ in range(SPARE_DIGITS))


def spare_digest(code: str, person_id: UUID) -> str:
    """What is kept of a recovery code. Slow on purpose, since so few digits could else be tried out offline."""
    return hashlib.scrypt(code.encode(), salt=person_id.bytes, n=2**14, r=8, p=1, dklen=32).hex()
