"""A statement that is written down once asks each time with the values of that time, and with all of them."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import Select, select
from sqlalchemy.exc import StatementError

from clinic.models import Couple
from clinic.statements import written_once
from clinic.tenancy import every_practice
from tests.cast import Cast

written: list[str] = []


@written_once
def the_couple(practice_id: UUID, couple_id: UUID) -> Select[UUID]:
    written.append("once")
    return select(Couple.id).where(Couple.practice_id == practice_id, Couple.id == couple_id)


def test_two_couples_are_asked_for_by_one_statement(cast: Cast, app: Flask) -> None:
    one, other = cast.sam_and_jo, cast.nia_and_owen
    with app.app_context(), every_practice():
        for _ in range(2):
            assert the_couple(one.practice_id, one.id).scalars().all() == [one.id]
            assert the_couple(other.practice_id, couple_id=other.id).scalars().all() == [other.id]
        assert the_couple(uuid4(), one.id).scalars().all() == []
    assert written == ["once"]


def test_a_value_left_out_or_too_many_is_a_fault_and_never_the_value_of_before(
    cast: Cast, app: Flask
) -> None:
    ask: object = the_couple
    assert callable(ask)
    couple = cast.sam_and_jo
    with app.app_context(), every_practice():
        for values in ((couple.practice_id,), (couple.practice_id, couple.id, couple.id)):
            with pytest.raises(TypeError, match="practice_id, couple_id"):
                ask(*values)
        with pytest.raises(StatementError):
            ask(couple.practice_id, couples=couple.id)
