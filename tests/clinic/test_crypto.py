"""Sealed words open only where they were sealed."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field, replace
from uuid import UUID, uuid4

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st

from clinic.crypto import KeyRing, Unreadable, init_crypto, seal, unseal


@dataclass(frozen=True)
class Row:
    id: UUID = field(default_factory=uuid4)
    practice_id: UUID = field(default_factory=uuid4)
    author_id: UUID = field(default_factory=uuid4)
    __tablename__: str = "entry"


@pytest.fixture
def row(app: Flask) -> Row:
    return Row()


def test_words_come_back_as_they_were(app: Flask, row: Row) -> None:
    with app.app_context():
        for words in ("", "kettle", "é\n\t🌙", "x" * 20_000):
            assert unseal(row, "words_sealed", seal(row, "words_sealed", words)) == words


@settings(max_examples=40, deadline=None)
@given(words=st.text(max_size=600))
def test_any_text_comes_back(words: str) -> None:
    app, row = Flask("crypto"), Row()
    init_crypto(app, "1:" + base64.b64encode(b"k" * 32).decode())
    with app.app_context():
        assert unseal(row, "c", seal(row, "c", words)) == words


@pytest.mark.parametrize(
    "moved",
    [{"id": uuid4()}, {"practice_id": uuid4()}, {"author_id": uuid4()}, {"__tablename__": "response"}],
)
def test_words_moved_to_another_place_do_not_open(app: Flask, row: Row, moved: dict[str, object]) -> None:
    with app.app_context():
        sealed = seal(row, "words_sealed", "kettle")
        with pytest.raises(Unreadable):
            unseal(replace(row, **moved), "words_sealed", sealed)  # type: ignore[arg-type]  # the names are those of its fields
        with pytest.raises(Unreadable):
            unseal(row, "note_sealed", sealed)


def test_every_flipped_bit_is_refused(app: Flask, row: Row) -> None:
    with app.app_context():
        sealed = seal(row, "words_sealed", "kettle")
        for position in range(len(sealed)):
            broken = bytearray(sealed)
            broken[position] ^= 1
            with pytest.raises(Unreadable):
                unseal(row, "words_sealed", bytes(broken))


def test_every_shortened_or_lengthened_value_is_refused(app: Flask, row: Row) -> None:
    with app.app_context():
        sealed = seal(row, "words_sealed", "kettle")
        for broken in [sealed[:length] for length in range(len(sealed))] + [sealed + b"\0", b"\0" * 300]:
            with pytest.raises(Unreadable):
                unseal(row, "words_sealed", broken)


def test_lengths_say_next_to_nothing(app: Flask, row: Row) -> None:
    with app.app_context():
        sizes = {len(seal(row, "words_sealed", "x" * length)) for length in range(250)}
        assert len(sizes) == 1
        assert len(seal(row, "words_sealed", "x" * 300)) == sizes.pop() + 256


def test_the_same_words_never_look_the_same(app: Flask, row: Row) -> None:
    with app.app_context():
        assert len({seal(row, "words_sealed", "kettle") for _ in range(50)}) == 50


def test_a_new_key_seals_and_the_old_one_still_opens() -> None:
    old, new = base64.b64encode(b"a" * 32).decode(), base64.b64encode(b"b" * 32).decode()
    app, row = Flask("crypto"), Row()
    init_crypto(app, f"1:{old}")
    with app.app_context():
        sealed = seal(row, "c", "kettle")
    init_crypto(app, f"1:{old},2:{new}")
    with app.app_context():
        assert unseal(row, "c", sealed) == "kettle"
        assert seal(row, "c", "kettle")[1] == 2
    init_crypto(app, f"2:{new}")
    with app.app_context(), pytest.raises(Unreadable):
        unseal(row, "c", sealed)


@pytest.mark.parametrize("ring", ["", "1:short", "0:" + base64.b64encode(b"a" * 32).decode(), "x:y", "1"])
def test_a_malformed_ring_is_refused(ring: str) -> None:
    with pytest.raises(ValueError):
        KeyRing(ring)
