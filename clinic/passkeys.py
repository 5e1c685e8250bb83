"""Passkeys in the words of the standard: what a browser is asked, and whether what it answers is true.

Only here is the library touched, and it is imported when first needed, because few requests need it.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit
from uuid import UUID

from flask import current_app

NAME = "Meanwhile"


class NotTrue(ValueError):
    """An answer that no passkey of ours gave to this question here."""


@dataclass(frozen=True)
class Site:
    """What a passkey is bound to: it answers to no other name and on no other address."""

    name: str
    origin: str


@dataclass(frozen=True)
class NewKey:
    """What is kept of a passkey. The secret half never leaves the device."""

    credential_id: bytes
    public_key: bytes
    count: int


def site() -> Site:
    """This practice's address as it was set up, never as a request says.

    Browsers make no passkey for a bare number, so a trial run on 127.0.0.1 has its passkeys as localhost.
    """
    public = urlsplit(str(current_app.config["PUBLIC_URL"]))
    host = public.hostname or "localhost"
    with contextlib.suppress(ValueError):
        host = "localhost" if ip_address(host).is_loopback else host
    port = f":{public.port}" if public.port else ""
    return Site(host, f"{public.scheme}://{host}{port}")


def challenge(token: str, purpose: str) -> bytes:
    """What is to be signed. It follows from the token in the asker's cookie and from what is asked for."""
    return hashlib.sha256(f"passkey\0{purpose}\0{token}".encode()).digest()


def options_to_make(question: bytes, *, owner: UUID, name: str, have: Sequence[bytes]) -> str:
    """What the browser needs to make a passkey, as JSON; `have` keeps one device from making two."""
    import webauthn
    from webauthn.helpers import structs

    options = webauthn.generate_registration_options(
        rp_id=site().name,
        rp_name=NAME,
        user_id=owner.bytes,
        user_name=name,
        challenge=question,
        authenticator_selection=structs.AuthenticatorSelectionCriteria(
            resident_key=structs.ResidentKeyRequirement.REQUIRED,
            user_verification=structs.UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=[structs.PublicKeyCredentialDescriptor(id=one) for one in have],
    )
    return webauthn.options_to_json(options)


def options_to_use(question: bytes, *, have: Sequence[bytes] = ()) -> str:
    """What the browser needs to use a passkey, as JSON. Without `have` the device says whose it holds."""
    import webauthn
    from webauthn.helpers import structs

    options = webauthn.generate_authentication_options(
        rp_id=site().name,
        challenge=question,
        allow_credentials=[structs.PublicKeyCredentialDescriptor(id=one) for one in have],
        user_verification=structs.UserVerificationRequirement.REQUIRED,
    )
    return webauthn.options_to_json(options)


def new_key(answer: str, question: bytes) -> NewKey:
    """The passkey that a device has made. Raises NotTrue."""
    import webauthn

    try:
        made = webauthn.verify_registration_response(
            credential=answer,
            expected_challenge=question,
            expected_rp_id=site().name,
            expected_origin=site().origin,
            require_user_verification=True,
        )
    except Exception as problem:  # The answer is any bytes from outside: what cannot be read is not true.
        raise NotTrue from problem
    return NewKey(made.credential_id, made.credential_public_key, made.sign_count)


def credential_in(answer: str) -> bytes:
    """Which passkey an answer says it is from; nothing is proved by it yet. Raises NotTrue."""
    from webauthn.helpers import parse_authentication_credential_json

    try:
        return parse_authentication_credential_json(answer).raw_id
    except Exception as problem:  # As above.
        raise NotTrue from problem


def count_in(answer: str, question: bytes, *, owner: UUID, public_key: bytes, count: int) -> int:
    """The passkey's new count of its uses, once its answer is proved. Raises NotTrue.

    A count that has not grown means that the passkey was copied, unless it counts nothing at all.
    """
    import webauthn
    from webauthn.helpers import parse_authentication_credential_json

    try:
        said = parse_authentication_credential_json(answer)
        used = webauthn.verify_authentication_response(
            credential=said,
            expected_challenge=question,
            expected_rp_id=site().name,
            expected_origin=site().origin,
            credential_public_key=public_key,
            credential_current_sign_count=count,
            require_user_verification=True,
        )
        handle = said.response.user_handle
    except Exception as problem:  # As above.
        raise NotTrue from problem
    if handle is not None and handle != owner.bytes:
        raise NotTrue
    return used.new_sign_count


def credential_digest(credential_id: bytes) -> str:
    """What a passkey is found by."""
    return hashlib.sha256(credential_id).hexdigest()
