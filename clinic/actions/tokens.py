"""Secrets that are shown once: made here, kept only as hashes."""

from __future__ import annotations

import hashlib
import hmac
import secrets

from clinic.domain.invitations import CODE_DIGITS


def new_token() -> str:
    """A link's or a cookie's secret: 256 bits, safe in an address."""
    return secrets.token_urlsafe(32)


def new_code() -> str:
    """A code short enough to say aloud; few tries make it strong enough beside a link."""
    return "".join(secrets.choice("0123456789") for _ in range(CODE_DIGITS))


def digest(secret: str) -> str:
    """What is stored in place of a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


def same(secret: str, kept: str | None) -> bool:
    """Compare in constant time."""
    return kept is not None and hmac.compare_digest(digest(secret), kept)
