"""Inviting and joining, below the pages."""

from __future__ import annotations

import pytest
from flask import Flask

from clinic import audit
from clinic.actions.couples import NewPartner, add_couple, record_safety_conversation
from clinic.actions.invitations import (
    AddressTaken,
    Invited,
    WrongCode,
    accept_invitation,
    answer_invitation,
    count_wrong_code,
    invite_partner_again,
)
from clinic.actions.practices import create_practice, invite_staff
from clinic.actions.tokens import digest
from clinic.domain.roles import Role
from clinic.errors import Conflict, NotAllowed, NotFound
from clinic.extensions import db
from clinic.models import AuditLine, Couple, OutboxMail, Person
from tests import builders
from tests.cast import Cast
from tests.conftest import Clock

PASSWORD = "seven herons over the weir"


def accept(token: str, code: str, address: str = "new@mail.example") -> Person:
    return accept_invitation(
        token_hash=digest(token), code=code, address=address, new_passphrase=PASSWORD, inbox_shared="no"
    )


def token_of(link: str) -> str:
    return link.rpartition("/")[2]


@pytest.mark.both_databases
def test_a_practice_begins_with_an_admin_who_joins_by_link_and_code(app: Flask, clock: Clock) -> None:
    with app.app_context():
        practice, invited = create_practice(
            name="Mill Lane", admin_name="Eve", admin_family_name="Stone", admin_address="eve@mail.example"
        )
        person = accept(token_of(invited.link), invited.code)
        assert person.kind is Role.ADMIN
        assert audit.verify(practice.id) is None


@pytest.mark.both_databases
def test_two_partners_may_share_one_address_and_each_chooses_their_own(cast: Cast, app: Flask) -> None:
    with app.app_context():
        _, (kim, lou) = add_couple(
            actor=cast.priya,
            first=NewPartner("Kim", "Vance", "home@mail.example"),
            second=NewPartner("Lou", "Pratt", "home@mail.example"),
        )
        assert kim.link != lou.link
        accept(token_of(kim.link), kim.code, "home@mail.example")
        with pytest.raises(AddressTaken):
            accept(token_of(lou.link), lou.code, "home@mail.example")
        assert accept(token_of(lou.link), lou.code, "lou@mail.example").name == "Lou"
        assert audit.verify(cast.canal_street.id) is None


@pytest.mark.both_databases
def test_five_wrong_codes_end_an_invitation(cast: Cast, app: Flask) -> None:
    with app.app_context():
        couple = builders.couple(cast.priya, joined=False)
        _, token, code = builders.invitation(builders.partner_person(couple, "A"), cast.priya)
        left = []
        for _ in range(5):
            with pytest.raises(WrongCode):
                accept(token, "no")
            left.append(count_wrong_code(token_hash=digest(token)))
        assert left == [4, 3, 2, 1, 0]
        with pytest.raises(NotFound):
            accept(token, code)


def one_inbox(cast: Cast, second: str = "HOME@mail.example") -> tuple[Invited, Invited]:
    _, (kim, lou) = add_couple(
        actor=cast.priya,
        first=NewPartner("Kim", "Vance", "home@mail.example"),
        second=NewPartner("Lou", "Pratt", second),
    )
    return kim, lou


@pytest.mark.both_databases
def test_in_one_inbox_either_link_will_do_and_the_code_says_who_joins(cast: Cast, app: Flask) -> None:
    with app.app_context():
        kim, lou = one_inbox(cast)
        assert accept(token_of(lou.link), kim.code, "kim@mail.example").name == "Kim"
        with pytest.raises(NotFound):
            accept(token_of(kim.link), lou.code, "lou@mail.example")  # Used up by Kim, like any link.
        with pytest.raises(WrongCode):
            accept(token_of(lou.link), kim.code, "kim2@mail.example")
        assert accept(token_of(lou.link), lou.code, "lou@mail.example").name == "Lou"
        lines = db.session.query(AuditLine).filter_by(event="invitation claimed").order_by(AuditLine.number)
        assert [line.subject_id for line in lines] == [kim.person.id, lou.person.id]


def test_two_inboxes_keep_each_link_to_its_own_code(cast: Cast, app: Flask) -> None:
    with app.app_context():
        kim, lou = one_inbox(cast, "lou@mail.example")
        with pytest.raises(WrongCode):
            accept(token_of(lou.link), kim.code)


def test_an_inbox_shared_with_another_couple_opens_nothing(cast: Cast, app: Flask) -> None:
    with app.app_context():
        (_, lou), (other, _) = one_inbox(cast), one_inbox(cast)
        with pytest.raises(WrongCode):
            accept(token_of(lou.link), other.code)


def test_two_links_in_one_inbox_are_not_ten_tries(cast: Cast, app: Flask) -> None:
    with app.app_context():
        kim, lou = one_inbox(cast)
        left = [count_wrong_code(token_hash=digest(token_of(one.link))) for one in (kim, lou, kim, lou, kim)]
        assert left == [4, 3, 2, 1, 0]
        for one in (kim, lou):
            with pytest.raises(NotFound):
                accept(token_of(one.link), one.code)


@pytest.mark.parametrize(
    ("wants_to_talk", "event"),
    [(True, "invitation answered, to talk first"), (False, "invitation declined")],
)
def test_to_talk_first_and_no_thank_you_are_two_events(
    cast: Cast, app: Flask, wants_to_talk: bool, event: str
) -> None:
    with app.app_context():
        couple = builders.couple(cast.priya, joined=False)
        _, token, _ = builders.invitation(builders.partner_person(couple, "A"), cast.priya)
        answer_invitation(token_hash=digest(token), wants_to_talk=wants_to_talk)
        line = db.session.query(AuditLine).order_by(AuditLine.number.desc()).first()
        assert line is not None
        assert line.event == event


def test_one_code_does_not_open_the_other_partners_link(cast: Cast, app: Flask) -> None:
    with app.app_context():
        couple = builders.couple(cast.priya, joined=False)
        _, token, _ = builders.invitation(builders.partner_person(couple, "A"), cast.priya)
        _, _, code_of_b = builders.invitation(builders.partner_person(couple, "B"), cast.priya)
        with pytest.raises(WrongCode):
            accept(token, code_of_b)


def test_a_mail_that_did_not_leave_with_its_couple_never_leaves(cast: Cast, app: Flask) -> None:
    """The transaction is one: when its last step fails, neither couple nor invitation nor mail is there."""
    with app.app_context():
        before = db.session.query(Couple).count()
        with pytest.raises(Exception, match=r"."):
            add_couple(
                actor=cast.priya,
                first=NewPartner("Kim", "Vance", "home@mail.example"),
                second=NewPartner("Lou", None, "home@mail.example"),  # type: ignore[arg-type]  # what makes it fail
            )
        assert db.session.query(Couple).count() == before
        assert db.session.query(OutboxMail).count() == 0


def test_inviting_again_is_for_the_own_counsellor(cast: Cast, app: Flask) -> None:
    with app.app_context():
        couple = builders.couple(cast.priya, joined=False)
        for actor in (cast.marcus, cast.hana):
            with pytest.raises(NotFound):
                invite_partner_again(actor=actor, couple_id=couple.id, slot="A")
        for actor in (cast.sofia, cast.ada, cast.sam):
            with pytest.raises(NotAllowed):
                invite_partner_again(actor=actor, couple_id=couple.id, slot="A")


def test_only_an_admin_adds_staff_and_never_a_partner(cast: Cast, app: Flask) -> None:
    with app.app_context():
        for actor in (cast.priya, cast.sofia, cast.sam):
            with pytest.raises(NotAllowed):
                invite_staff(actor=actor, name="V", family_name="Q", address="v@x.example", role=Role.ADMIN)
        with pytest.raises(Conflict):
            invite_staff(actor=cast.ada, name="V", family_name="Q", address="v@x.example", role=Role.PARTNER)
        with pytest.raises(Conflict):
            invite_staff(
                actor=cast.ada,
                name="V",
                family_name="Q",
                address="v@x.example",
                role=Role.SUPERVISOR,
                supervises=[cast.omar.id],
            )
        assert not db.session.query(Person).filter_by(name="V").count()


def test_a_safety_conversation_is_recorded_by_the_own_counsellor_alone(
    cast: Cast, app: Flask, clock: Clock
) -> None:
    day = clock.now.date()
    with app.app_context():
        for actor in (cast.marcus, cast.hana):
            with pytest.raises(NotFound):
                record_safety_conversation(actor=actor, couple_id=cast.sam_and_jo.id, slot="A", held_on=day)
        for actor in (cast.sofia, cast.ada, cast.sam):
            with pytest.raises(NotAllowed):
                record_safety_conversation(actor=actor, couple_id=cast.sam_and_jo.id, slot="A", held_on=day)
        record_safety_conversation(actor=cast.priya, couple_id=cast.sam_and_jo.id, slot="A", held_on=day)
        line = db.session.query(AuditLine).order_by(AuditLine.number.desc()).first()
        assert line is not None
        assert line.event == "safety conversation recorded"
        assert line.details == {}
