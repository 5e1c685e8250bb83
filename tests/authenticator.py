"""A device that makes and uses passkeys, in a few lines of Python: what a browser would send, and lies besides."""

from __future__ import annotations

import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, encode_cbor

PRESENT, VERIFIED, NEW = 0x01, 0x04, 0x40


@dataclass
class Device:
    """One phone with one passkey on it."""

    origin: str
    credential_id: bytes = field(default_factory=lambda: secrets.token_bytes(24))
    secret: Any = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    owner: bytes = b""
    name: str = ""
    count: int = 0

    def make(self, options: str, *, flags: int = PRESENT | VERIFIED) -> str:
        """What `navigator.credentials.create` answers, as JSON."""
        asked = json.loads(options)
        self.owner = base64url_to_bytes(asked["user"]["id"])
        self.name = asked["rp"]["id"]
        told = self._told("webauthn.create", asked["challenge"], None)
        point = self.secret.public_key().public_numbers()
        key = {1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32, "big"), -3: point.y.to_bytes(32, "big")}
        made = bytes(16) + len(self.credential_id).to_bytes(2, "big") + self.credential_id + encode_cbor(key)
        attested = {"fmt": "none", "attStmt": {}, "authData": self._signed_part(flags | NEW) + made}
        return self._answer(
            {
                "clientDataJSON": bytes_to_base64url(told),
                "attestationObject": bytes_to_base64url(encode_cbor(attested)),
            }
        )

    def use(
        self,
        options: str,
        *,
        flags: int = PRESENT | VERIFIED,
        counts: bool = True,
        lies: dict[str, str] | None = None,
    ) -> str:
        """What `navigator.credentials.get` answers, as JSON."""
        asked = json.loads(options)
        self.name = asked["rpId"]
        self.count += counts
        told = self._told("webauthn.get", asked["challenge"], lies)
        part = self._signed_part(flags)
        signature = self.secret.sign(part + hashlib.sha256(told).digest(), ec.ECDSA(SHA256()))
        return self._answer(
            {
                "clientDataJSON": bytes_to_base64url(told),
                "authenticatorData": bytes_to_base64url(part),
                "signature": bytes_to_base64url(signature),
                "userHandle": bytes_to_base64url(self.owner),
            }
        )

    def _told(self, kind: str, challenge: str, lies: dict[str, str] | None) -> bytes:
        return json.dumps(
            {"type": kind, "challenge": challenge, "origin": self.origin, **(lies or {})}
        ).encode()

    def _signed_part(self, flags: int) -> bytes:
        return (
            hashlib.sha256(self.name.encode()).digest()
            + flags.to_bytes(1, "big")
            + self.count.to_bytes(4, "big")
        )

    def _answer(self, response: dict[str, str]) -> str:
        own = bytes_to_base64url(self.credential_id)
        more = {"clientExtensionResults": {}, "authenticatorAttachment": "platform"}
        return json.dumps({"id": own, "rawId": own, "type": "public-key", "response": response, **more})
