"""Small thank-yous: the log, adding, changing, deleting, and what the partner gets of it."""

from __future__ import annotations

from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from assignments.actions.entries import change_thanks, save_thanks
from assignments.domain.visibility import Level
from assignments.models import Entry
from clinic.errors import Conflict
from clinic.extensions import db
from clinic.models import AuditLine, Couple, Person
from tests.cast import AS, Cast
from tests.conftest import Clock
from tests.page import get_page, read_page, submit, submit_and_follow

FORM = "main form[novalidate]"


def kept(app: Flask, person: Person, what: str, level: Level, meant: str = "") -> UUID:
    with app.app_context():
        return save_thanks(actor=person, what=what, meant=meant, level=level).id


def row_of(app: Flask, entry_id: UUID) -> Entry:
    with app.app_context():
        return db.session.get_one(Entry, entry_id)


def test_the_log_begins_empty_and_asks_for_nothing(cast: Cast, as_: AS) -> None:
    page = get_page(as_(cast.sam), "/thanks")
    assert "Nothing here yet" in page.words
    assert "From Jo" not in page.words


def test_a_thank_you_is_kept_and_stands_in_the_log(cast: Cast, as_: AS) -> None:
    client = as_(cast.sam)
    fields = {"what": "You rang my mum", "meant": "I felt less alone", "visibility": "private"}
    page = submit_and_follow(client, get_page(client, "/thanks/new"), fields, form=FORM, button="Save")
    assert "Saved. Only you see it." in page.words
    assert "You rang my mum" in page.words
    assert "I felt less alone" in page.words
    assert "Week of 14 Sep" in page.words


def test_nothing_comes_chosen_the_first_time_and_the_last_choice_afterwards(cast: Cast, as_: AS) -> None:
    client = as_(cast.sam)
    page = get_page(client, "/thanks/new")
    assert not page.select("input[name=visibility][checked]")
    submit(client, page, {"what": "Tea", "visibility": "shared"}, form=FORM, button="Save")
    page = get_page(client, "/thanks/new")
    assert [box["value"] for box in page.select("input[name=visibility][checked]")] == ["shared"]
    assert not get_page(as_(cast.jo), "/thanks/new").select("input[name=visibility][checked]")


def test_add_another_leads_back_to_the_form(cast: Cast, as_: AS) -> None:
    client = as_(cast.sam)
    page = get_page(client, "/thanks/new")
    fields = {"what": "Tea", "visibility": "private"}
    response = submit(client, page, fields, form=FORM, button="Save and add another")
    assert response.location == "/thanks/new"
    assert (
        submit(client, page, fields, form=FORM).location == "/thanks/new"
    )  # The same form twice counts once.
    assert get_page(client, "/thanks").words.count("Tea") == 3  # Its words, and in two names of buttons.


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"what": "", "visibility": "private"}, "Write one thing"),
        ({"what": "   ", "visibility": "private"}, "Write one thing"),
        ({"what": "Tea", "visibility": ""}, "Choose"),
        ({"what": "Tea", "visibility": "counsellor"}, "Choose"),
        ({"what": "x" * 1001, "visibility": "private"}, "at most 1000"),
        ({"what": "a\0b", "visibility": "private"}, "can’t be kept"),
    ],
)
def test_what_is_missing_is_said_beside_the_field_and_nothing_typed_is_lost(
    cast: Cast, as_: AS, fields: dict[str, str], sentence: str
) -> None:
    client = as_(cast.sam)
    page = get_page(client, "/thanks/new")
    response = submit(client, page, {"meant": "It warmed me", **fields}, form=FORM, button="Save", status=422)
    again = read_page(response, 422)
    assert sentence in again.words
    assert "It warmed me" in again.words


def test_the_partner_gets_a_shared_one_after_the_hold_and_never_a_private_one(
    cast: Cast, as_: AS, app: Flask, clock: Clock
) -> None:
    kept(app, cast.sam, "You made tea", Level.SHARED, "I felt seen")
    kept(app, cast.sam, "You looked tired and still smiled", Level.PRIVATE)
    for address in ("/thanks", "/together"):
        assert "You made tea" not in get_page(as_(cast.jo), address).words
    clock.move(minutes=10)
    for address in ("/thanks", "/together"):
        page = get_page(as_(cast.jo), address)
        assert "You made tea" in page.words
        assert "I felt seen" in page.words
        assert "still smiled" not in page.words
        for stranger in (cast.ade, cast.nia, cast.lea):
            assert "You made tea" not in get_page(as_(stranger), address).words


def test_a_practice_may_hold_longer(cast: Cast, as_: AS, app: Flask, clock: Clock) -> None:
    with app.app_context():
        db.session.merge(cast.canal_street).hold_minutes = 60
        db.session.commit()
    kept(app, cast.sam, "You made tea", Level.SHARED)
    clock.move(minutes=59)
    assert "You made tea" not in get_page(as_(cast.jo), "/thanks").words
    clock.move(minutes=1)
    assert "You made tea" in get_page(as_(cast.jo), "/thanks").words


def test_words_can_be_changed_while_held_and_are_held_anew(
    cast: Cast, as_: AS, app: Flask, clock: Clock
) -> None:
    entry_id = kept(app, cast.sam, "You mad tea", Level.SHARED)
    clock.move(minutes=9)
    client = as_(cast.sam)
    page = get_page(client, f"/thanks/{entry_id}")
    assert "Opens to Jo" in page.words
    submit(client, page, {"what": "You made tea"}, form=FORM)
    clock.move(minutes=9)
    jo = get_page(as_(cast.jo), "/thanks").words
    assert "You mad tea" not in jo
    assert "You made tea" not in jo
    clock.move(minutes=1)
    assert "You made tea" in get_page(as_(cast.jo), "/thanks").words


def test_words_that_may_have_been_read_stay_and_can_be_hidden(
    cast: Cast, as_: AS, app: Flask, clock: Clock
) -> None:
    entry_id = kept(app, cast.sam, "You made tea", Level.SHARED)
    clock.move(minutes=10)
    client = as_(cast.sam)
    page = get_page(client, f"/thanks/{entry_id}")
    assert "The words stay" in page.words
    submit(client, page, {"what": "Never mind", "visibility": "shared"}, form=FORM)
    assert "You made tea" in get_page(as_(cast.jo), "/thanks").words
    submit(client, get_page(client, f"/thanks/{entry_id}"), {"visibility": "private"}, form=FORM)
    assert "You made tea" not in get_page(as_(cast.jo), "/thanks").words
    assert "You made tea" in get_page(client, "/thanks").words


def test_sharing_what_was_kept_waits_a_day_and_can_be_cancelled(
    cast: Cast, as_: AS, app: Flask, clock: Clock
) -> None:
    entry_id = kept(app, cast.sam, "You made tea", Level.PRIVATE)
    client = as_(cast.sam)
    page = get_page(client, f"/thanks/{entry_id}")
    assert "This opens in 1 day" in page.words
    submit(client, page, {"visibility": "shared"}, form=FORM)
    clock.move(minutes=23 * 60 + 50)
    client = as_(cast.sam)
    # Correcting a word must not bring the opening forward.
    submit(client, get_page(client, f"/thanks/{entry_id}"), {"what": "You made tea twice"}, form=FORM)
    clock.move(minutes=9)
    assert "made tea" not in get_page(as_(cast.jo), "/thanks").words
    client = as_(cast.sam)
    submit(client, get_page(client, f"/thanks/{entry_id}"), {"visibility": "private"}, form=FORM)
    clock.move(days=2)
    assert "made tea" not in get_page(as_(cast.jo), "/thanks").words
    client = as_(cast.sam)
    submit(client, get_page(client, f"/thanks/{entry_id}"), {"visibility": "shared"}, form=FORM)
    clock.move(days=1)
    assert "You made tea twice" in get_page(as_(cast.jo), "/thanks").words


def test_words_that_were_read_stay_through_hiding_and_sharing_again(
    cast: Cast, as_: AS, app: Flask, clock: Clock
) -> None:
    entry_id = kept(app, cast.sam, "You made tea", Level.SHARED)
    clock.move(minutes=11)
    assert "You made tea" in get_page(as_(cast.jo), "/thanks").words
    client = as_(cast.sam)
    submit(client, get_page(client, f"/thanks/{entry_id}"), {"visibility": "private"}, form=FORM)
    page = get_page(client, f"/thanks/{entry_id}")
    assert "The words stay" in page.words
    with app.app_context(), pytest.raises(Conflict, match="stay as they are"):
        change_thanks(
            actor=cast.sam, entry_id=entry_id, what="Never", meant="", level=Level.SHARED, version=2
        )
    submit(client, page, {"visibility": "shared"}, form=FORM)
    assert "You made tea" not in get_page(as_(cast.jo), "/thanks").words
    clock.move(days=1)
    assert "You made tea" in get_page(as_(cast.jo), "/thanks").words


def test_words_hidden_before_anybody_could_read_them_may_be_changed(
    cast: Cast, as_: AS, app: Flask, clock: Clock
) -> None:
    entry_id = kept(app, cast.sam, "You mad tea", Level.SHARED)
    clock.move(minutes=5)
    client = as_(cast.sam)
    submit(client, get_page(client, f"/thanks/{entry_id}"), {"visibility": "private"}, form=FORM)
    clock.move(minutes=20)
    submit(client, get_page(client, f"/thanks/{entry_id}"), {"what": "You made tea"}, form=FORM)
    assert "You made tea" in get_page(client, "/thanks").words


def test_one_kept_at_first_stands_under_the_day_it_opened(
    cast: Cast, as_: AS, app: Flask, clock: Clock
) -> None:
    """The week it was written in would tell that it was kept."""
    entry_id = kept(app, cast.sam, "You rang my mum", Level.PRIVATE)
    clock.move(days=14)
    kept(app, cast.sam, "You made tea", Level.SHARED)
    client = as_(cast.sam)
    submit(client, get_page(client, f"/thanks/{entry_id}"), {"visibility": "shared"}, form=FORM)
    clock.move(days=1)
    jo = get_page(as_(cast.jo), "/thanks").words
    assert "Week of 28 Sep" in jo
    assert "Week of 14 Sep" not in jo
    assert jo.index("You rang my mum") < jo.index("You made tea")
    sam = get_page(as_(cast.sam), "/thanks").words
    assert "Week of 14 Sep" in sam
    priya = get_page(as_(cast.priya), f"/c/couples/{cast.sam_and_jo.id}").words
    assert "2 thank-yous shared" in priya


def test_a_change_from_another_window_is_not_written_over(cast: Cast, as_: AS, app: Flask) -> None:
    entry_id = kept(app, cast.sam, "Tea", Level.PRIVATE)
    client = as_(cast.sam)
    first, second = (get_page(client, f"/thanks/{entry_id}") for _ in range(2))
    submit(client, first, {"what": "Tea and toast"}, form=FORM)
    refused = submit(client, second, {"what": "Coffee"}, form=FORM, status=422)
    assert "changed somewhere else" in read_page(refused, 422).words
    assert "Tea and toast" in get_page(client, "/thanks").words


def test_deleting_hides_it_from_both_and_can_be_undone(cast: Cast, as_: AS, app: Flask, clock: Clock) -> None:
    entry_id = kept(app, cast.sam, "You made tea", Level.SHARED)
    clock.move(minutes=10)
    client = as_(cast.sam)
    page = submit_and_follow(
        client, get_page(client, "/thanks"), form=f'form[action="/thanks/{entry_id}/delete"]'
    )
    assert "You made tea" not in page.words
    assert "You made tea" not in get_page(as_(cast.jo), "/together").words
    assert client.get(f"/thanks/{entry_id}").status_code == 404
    page = submit_and_follow(client, page, form=f'form[action="/thanks/{entry_id}/restore"]')
    assert "You made tea" in page.words
    assert "You made tea" in get_page(as_(cast.jo), "/together").words


def test_undoing_a_deletion_ends_after_ten_minutes(cast: Cast, as_: AS, app: Flask, clock: Clock) -> None:
    entry_id = kept(app, cast.sam, "You made tea", Level.SHARED)
    client = as_(cast.sam)
    page = submit_and_follow(
        client, get_page(client, "/thanks"), form=f'form[action="/thanks/{entry_id}/delete"]'
    )
    clock.move(minutes=11)
    submit(client, page, form=f'form[action="/thanks/{entry_id}/restore"]', status=409)


@pytest.mark.parametrize("who", ["jo", "ade", "priya", "sofia", "ada", "lea"])
def test_nobody_else_reaches_it(cast: Cast, as_: AS, app: Flask, who: str) -> None:
    entry_id = kept(app, cast.sam, "You made tea", Level.SHARED)
    app.config["WTF_CSRF_ENABLED"] = False
    client = as_(getattr(cast, who))
    made_up = client.get("/made/up").data
    assert client.get(f"/thanks/{entry_id}").data == made_up
    for act in ("", "/delete", "/restore"):
        assert client.post(f"/thanks/{entry_id}{act}", data={"what": "x"}).status_code == 404
    assert row_of(app, entry_id).deleted_at is None


def test_it_is_sealed_and_leaves_an_audit_line_without_words(cast: Cast, as_: AS, app: Flask) -> None:
    entry_id = kept(app, cast.sam, "You rang my mum", Level.PRIVATE)
    assert b"mum" not in row_of(app, entry_id).value_sealed
    with app.app_context():
        line = db.session.scalars(select(AuditLine).where(AuditLine.subject_id == entry_id)).one()
        assert (line.event, line.details) == ("entry saved", {})


def test_only_what_the_couples_limit_allows_is_offered(cast: Cast, as_: AS, app: Flask) -> None:
    with app.app_context():
        db.session.get_one(Couple, cast.sam_and_jo.id).sharing_limit = "counsellor"
        db.session.commit()
    client = as_(cast.sam)
    page = get_page(client, "/thanks/new")
    assert [box["value"] for box in page.select("input[name=visibility]")] == ["private"]
    page.select("input[name=visibility]")[0]["value"] = "shared"
    submit(client, page, {"what": "Tea", "visibility": "shared"}, form=FORM, button="Save", status=422)


@pytest.mark.parametrize(("stop", "offered"), [("held_at", 2), ("closed_at", 1)])
def test_a_safety_hold_does_not_show_and_an_ending_leaves_only_me(
    cast: Cast, as_: AS, app: Flask, clock: Clock, stop: str, offered: int
) -> None:
    with app.app_context():
        setattr(db.session.get_one(Couple, cast.sam_and_jo.id), stop, clock.now)
        db.session.commit()
    page = get_page(as_(cast.sam), "/thanks/new")
    assert len(page.select("input[name=visibility]")) == offered


def test_a_held_couple_shares_nothing(cast: Cast, as_: AS, app: Flask, clock: Clock) -> None:
    kept(app, cast.sam, "You made tea", Level.SHARED)
    clock.move(minutes=10)
    with app.app_context():
        db.session.get_one(Couple, cast.sam_and_jo.id).held_at = clock.now
        db.session.commit()
    for address in ("/thanks", "/together"):
        assert "You made tea" not in get_page(as_(cast.jo), address).words
    assert "You made tea" in get_page(as_(cast.sam), "/thanks").words


def test_the_list_narrows_by_who_sees_it(cast: Cast, as_: AS, app: Flask) -> None:
    kept(app, cast.sam, "Tea", Level.PRIVATE)
    kept(app, cast.sam, "Toast", Level.SHARED)
    client = as_(cast.sam)
    assert "Toast" not in get_page(client, "/thanks?show=only-me").words
    assert "Tea" not in get_page(client, "/thanks?show=shared").words
    assert "Toast" in get_page(client, "/thanks?show=anything").words


def test_a_day_holds_only_so_many_and_what_was_typed_stays(
    app: Flask, cast: Cast, as_: AS, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assignments.actions.entries.MOST_A_DAY", 1)
    client = as_(cast.sam)
    for status in (302, 422):
        page = get_page(client, "/thanks/new")
        reply = submit(
            client, page, {"what": "You rang.", "visibility": "private"}, button="Save", status=status
        )
    assert "That is 1 for today. Go on tomorrow." in reply.text
    assert "You rang." in reply.text
    jo = as_(cast.jo)
    submit(jo, get_page(jo, "/thanks/new"), {"what": "Tea.", "visibility": "private"}, button="Save")
