"""The room: two partners look at the screen, so nothing but what both may read can be reached from it."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urljoin
from uuid import UUID

import pytest
from flask import Flask, url_for
from flask.testing import FlaskClient
from sqlalchemy import select

from assignments.actions.agreeing import save_agreement
from assignments.actions.deciding import decide
from assignments.actions.entries import save_thanks
from assignments.actions.replying import reply_to_answers
from assignments.domain.signs import DecisionState
from assignments.domain.visibility import Level
from assignments.models import AgreementText, Response
from clinic import access
from clinic.actions.talks import ask_to_talk
from clinic.audit import Event
from clinic.extensions import db
from clinic.models import AuditLine, Couple, SignIn
from tests.assignments import given
from tests.assignments.given import OUR_PAUSE, PAUSE
from tests.assignments.reports import TENSE, weeks_of
from tests.assignments.work import give, send, write
from tests.builders import PASSPHRASE
from tests.cast import AS, Cast
from tests.conftest import Clock
from tests.page import Page, get_page, read_page, submit, submit_and_follow
from tests.test_matrix import ROUTES, address, methods, things_of_sams

SAM_SAYS = "The canal at dusk."
JO_SAYS = "The kitchen radio."
# Each of these stands somewhere in the database, and none of them may stand on a page of the room.
SECRETS = (
    "Kept-by-Sam",
    "Draft-of-Sam",
    "For-Priya-only",
    "Waits-for-Jo",
    "Thanks-kept",
    "Ring-me-at-work",
    "Reason-of-Priya",
    "Reply-of-Priya",
    "Agreement-draft",
    "Webb",
    "Adeyemi",
)


def url(cast: Cast, rest: str = "") -> str:
    return f"/c/couples/{cast.sam_and_jo.id}/room{rest}"


def enter(client: FlaskClient, cast: Cast) -> Page:
    return submit_and_follow(client, get_page(client, url(cast)))


def both_open(app: Flask, cast: Cast, clock: Clock) -> UUID:
    """An exercise whose answers lie open to both."""
    one = give(app, cast, "gentle-questions")
    for person, words in ((cast.sam, SAM_SAYS), (cast.jo, JO_SAYS)):
        write(app, person, one, "answer", {"text": words})
        send(app, person, one, Level.SHARED)
    clock.move(minutes=15)
    return one


def plant(app: Flask, cast: Cast) -> None:
    """Everything that somebody kept from somebody, each with a word of its own."""
    with app.app_context():

        def sent(words: str, level: Level) -> UUID:
            one = given.given(cast.priya, cast.sam_and_jo)
            return given.answered(cast.sam, one, words, level)

        sent(SECRETS[0], Level.PRIVATE)
        given.drafted(cast.sam, given.given(cast.priya, cast.sam_and_jo), SECRETS[1], step="answer")
        for_priya = sent(SECRETS[2], Level.COUNSELLOR)
        sent(SECRETS[3], Level.BOTH)
        save_thanks(actor=cast.sam, what=SECRETS[4], meant="", level=Level.PRIVATE)
        ask_to_talk(actor=cast.jo, reach=SECRETS[5])
        decide(
            actor=cast.priya,
            couple_id=cast.sam_and_jo.id,
            state=DecisionState.CONSULT_SUPERVISOR,
            reason=SECRETS[6],
            in_brief=True,
        )
        version = db.session.get_one(Response, for_priya).version
        reply_to_answers(
            actor=cast.priya, couple_id=cast.sam_and_jo.id, seen={for_priya: version}, words=SECRETS[7]
        )
        pause = given.given(cast.priya, cast.sam_and_jo, PAUSE)
        save_agreement(
            actor=cast.sam,
            assignment_id=pause,
            step=OUR_PAUSE,
            value=given.OUR_WORDS[OUR_PAUSE] | {"meanwhile": SECRETS[8]},
            version=0,
        )


def pages_in_the_room(client: FlaskClient, first: Page) -> Iterator[Page]:
    """Every page that links of the room lead to, this side of its door."""
    waiting, seen = [first], {first.address}
    while waiting:
        page = waiting.pop()
        yield page
        for tag in page.select("a[href]"):
            target = urljoin(page.address, str(tag["href"]))
            if "/room" in target and target not in seen:
                seen.add(target)
                waiting.append(get_page(client, target))


def test_no_route_at_all_shows_a_secret_once_the_room_is_entered(
    app: Flask, cast: Cast, as_: AS, clock: Clock
) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    with app.app_context():
        world = things_of_sams(cast)
    plant(app, cast)
    clock.move(minutes=15)
    priya = as_(cast.priya)
    addresses = [
        (method, address(app, rule, world, access.permission_of(app, rule.endpoint)), rule.endpoint)
        for rule in ROUTES
        for method in methods(rule)
    ]
    # Outside the room she reads some of it, or this test could not fail.
    outside = priya.get(f"/c/couples/{cast.sam_and_jo.id}/signs/decisions").data
    assert b"Reason-of-Priya" in outside
    enter(priya, cast)
    asked = 0
    for method, path, endpoint in addresses:
        if endpoint in ("sign_in.sign_out", "leave.leave"):
            continue  # They end the sign-in, which is no way to read anything.
        reply = priya.open(path, method=method)
        while reply.status_code in (302, 303):
            reply = priya.get(reply.location or "")
        found = [secret for secret in SECRETS if secret.encode() in reply.data]
        assert not found, f"{method} {path} shows {found}"
        assert "/room" in reply.request.path, f"{method} {path} led to {reply.request.path}"
        asked += 1
    assert asked > 150
    with app.app_context():
        assert db.session.scalars(select(SignIn).where(SignIn.in_room_since.is_not(None))).one()


def test_every_page_of_the_room_shows_only_what_both_may_read(
    app: Flask, cast: Cast, as_: AS, clock: Clock
) -> None:
    plant(app, cast)
    both_open(app, cast, clock)
    with app.app_context():
        save_thanks(actor=cast.jo, what="You rang my mother", meant="", level=Level.SHARED)
    clock.move(minutes=15)
    priya = as_(cast.priya)
    said = "".join(str(page) for page in pages_in_the_room(priya, enter(priya, cast)))
    for words in (SAM_SAYS, JO_SAYS, "You rang my mother"):
        assert words in said
    assert not [secret for secret in SECRETS if secret in said]


def test_what_one_kept_changes_no_byte_of_the_room(app: Flask, cast: Cast, as_: AS, clock: Clock) -> None:
    both_open(app, cast, clock)
    waiting = give(app, cast, given.OPENS_TOGETHER)

    def seen() -> list[str]:
        priya = as_(cast.priya)
        door = get_page(priya, url(cast)).words
        every = pages_in_the_room(
            priya, submit_and_follow(priya, get_page(priya, url(cast)), {"shows": topics(priya)})
        )
        return [door, *(page.words for page in every)]

    def topics(client: FlaskClient) -> list[str]:
        return [str(box["value"]) for box in get_page(client, url(cast)).select('[name="shows"]')]

    bare = seen()
    own = give(app, cast, "withdrawal-journal", for_whom="A")
    send(app, cast.sam, own, Level.COUNSELLOR)
    with app.app_context():
        save_thanks(actor=cast.sam, what="Thanks-kept", meant="", level=Level.PRIVATE)
    send(app, cast.sam, waiting, Level.BOTH)
    clock.move(minutes=15)
    assert seen() == bare


def test_answers_stay_closed_until_they_are_opened_for_both_and_that_is_written_down(
    app: Flask, cast: Cast, as_: AS, clock: Clock
) -> None:
    both_open(app, cast, clock)
    priya = as_(cast.priya)
    page = enter(priya, cast)
    assert SAM_SAYS not in str(page)
    assert not readings(app)
    link = page.one('a:-soup-contains("Open for both")')
    opened = get_page(priya, str(link["href"]))
    assert SAM_SAYS in opened.words
    assert JO_SAYS in opened.words
    assert readings(app) == ["in-room", "in-room"]


def readings(app: Flask) -> list[str]:
    with app.app_context():
        rows = db.session.scalars(select(AuditLine).where(AuditLine.event == Event.WORDS_READ))
        return [str(row.details["what"]) for row in rows]


def test_only_what_was_ticked_shows(app: Flask, cast: Cast, as_: AS, clock: Clock) -> None:
    both_open(app, cast, clock)
    with app.app_context():
        save_thanks(actor=cast.jo, what="You rang my mother", meant="", level=Level.SHARED)
    clock.move(minutes=15)
    priya = as_(cast.priya)
    page = submit_and_follow(priya, get_page(priya, url(cast)), {"shows": ["thanks"]})
    said = "".join(one.words for one in pages_in_the_room(priya, page))
    assert "You rang my mother" in said
    assert "Gentle questions" not in said


def test_what_was_ticked_and_is_taken_back_meanwhile_is_gone(
    app: Flask, cast: Cast, as_: AS, clock: Clock
) -> None:
    both_open(app, cast, clock)
    priya = as_(cast.priya)
    enter(priya, cast)
    with app.app_context():
        db.session.get_one(Couple, cast.sam_and_jo.id).held_at = clock.now
        db.session.commit()
    page = get_page(priya, url(cast, "?topic=1&open=1"))
    assert SAM_SAYS not in page.words
    assert "Opens when you both answer" in page.words


def test_leaving_takes_the_pass_phrase_however_short_a_time_ago_it_was_given(
    app: Flask, cast: Cast, as_: AS
) -> None:
    priya = as_(cast.priya)
    enter(priya, cast)
    leaving = get_page(priya, url(cast, "/leave"))
    assert "Stop sharing your screen first" in leaving.words
    wrong = read_page(submit(priya, leaving, {"password": "not hers at all"}, status=422), 422)
    assert "not your password" in wrong.words
    assert priya.get("/c").location == url(cast)
    out = submit(priya, leaving, {"password": PASSPHRASE})
    assert out.location == f"/c/couples/{cast.sam_and_jo.id}"
    assert priya.get("/c").status_code == 200
    with app.app_context():
        events = list(db.session.scalars(select(AuditLine.event)))
    assert Event.ROOM_ENTERED in events
    assert Event.ROOM_LEFT in events


def test_signing_out_and_exit_are_ways_out_too_and_the_next_sign_in_is_an_ordinary_one(
    cast: Cast, as_: AS
) -> None:
    priya = as_(cast.priya)
    enter(priya, cast)
    assert priya.get("/leave").status_code == 200
    assert (priya.get("/c").location or "").startswith("/sign-in")
    again = as_(cast.priya)
    assert again.get("/c").status_code == 200


def test_another_sign_in_of_the_same_counsellor_is_not_in_the_room(cast: Cast, as_: AS) -> None:
    enter(as_(cast.priya), cast)
    assert as_(cast.priya).get("/c").status_code == 200


def test_from_the_room_of_one_couple_no_other_room_is_reached(cast: Cast, as_: AS) -> None:
    priya = as_(cast.priya)
    enter(priya, cast)
    other = f"/c/couples/{cast.ade_and_ruth.id}/room"
    for path in ("", "/leave", "/agreement"):
        reply = priya.get(other + path)
        assert (reply.status_code, reply.location) == (303, url(cast))


def test_a_couple_that_is_somebody_elses_by_now_leaves_only_the_way_out(
    app: Flask, cast: Cast, as_: AS
) -> None:
    priya = as_(cast.priya)
    enter(priya, cast)
    with app.app_context():
        db.session.get_one(Couple, cast.sam_and_jo.id).counsellor_id = cast.marcus.id
        db.session.commit()
    assert priya.get(url(cast)).location == url(cast, "/leave")
    assert get_page(priya, url(cast, "/leave"))


def test_the_timer_runs_from_the_press_and_names_who_speaks(cast: Cast, as_: AS, clock: Clock) -> None:
    priya = as_(cast.priya)
    page = enter(priya, cast)
    running = submit_and_follow(priya, page, {"speaker": "B", "minutes": "5"})
    assert "Jo speaks. Ends about 7:35 pm" in running.words
    clock.move(minutes=6)
    assert "The time is up." in get_page(priya, running.response.request.full_path).words


@pytest.mark.parametrize("asked", ["topic=0", "topic=999", "topic=٣", "topic=x&open=2&minutes=7&began=9e9"])
def test_an_address_that_makes_no_sense_shows_the_room(
    app: Flask, cast: Cast, as_: AS, clock: Clock, asked: str
) -> None:
    both_open(app, cast, clock)
    priya = as_(cast.priya)
    enter(priya, cast)
    assert "Gentle questions" in get_page(priya, url(cast, f"?{asked}")).words


def test_an_agreement_written_in_the_room_is_read_back_and_signed_by_each_later(
    app: Flask, cast: Cast, as_: AS, clock: Clock
) -> None:
    with app.app_context():
        pause = given.given(cast.priya, cast.sam_and_jo, PAUSE)
    priya = as_(cast.priya)
    enter(priya, cast)
    form = get_page(priya, url(cast, "/agreement"))
    back = submit_and_follow(priya, form, {"box_meanwhile": "A walk each, along the water"})
    assert "A walk each, along the water" in back.words
    assert "It counts once you both agree" in back.words
    for who in (cast.sam, cast.jo):
        client = as_(who)
        page = get_page(client, f"/agree/{pause}/{OUR_PAUSE}")
        assert "A walk each, along the water" in page.words
        submit(client, page, form='form[action$="/sign"]')
    clock.move(minutes=15)
    assert "Agreed by you both" in get_page(as_(cast.sam), f"/agree/{pause}/{OUR_PAUSE}").words
    with app.app_context():
        (row,) = db.session.scalars(select(AgreementText)).all()
        assert row.author_id == cast.priya.id
        assert b"along the water" not in row.value_sealed


def test_an_empty_agreement_is_refused_beside_the_boxes(app: Flask, cast: Cast, as_: AS) -> None:
    with app.app_context():
        given.given(cast.priya, cast.sam_and_jo, PAUSE)
    priya = as_(cast.priya)
    enter(priya, cast)
    reply = submit(priya, get_page(priya, url(cast, "/agreement")), status=422)
    assert "Write a line first." in read_page(reply, 422).words


def test_a_supervisor_shows_the_room_and_writes_nothing_in_it(app: Flask, cast: Cast, as_: AS) -> None:
    with app.app_context():
        given.given(cast.priya, cast.sam_and_jo, PAUSE)
    sofia = as_(cast.sofia)
    assert "Write an agreement" not in enter(sofia, cast).words
    made_up = as_(cast.sofia).get("/made/up").data
    assert sofia.get(url(cast, "/agreement")).data == made_up


@pytest.mark.parametrize("who", ["sam", "jo", "ade", "marcus", "omar", "ada", "hana"])
def test_nobody_else_reaches_the_door(cast: Cast, as_: AS, who: str) -> None:
    client = as_(getattr(cast, who))
    reply = client.get(url(cast))
    assert (reply.status_code, reply.data) == (404, client.get("/made/up").data)


def test_a_check_in_and_numbers_are_not_in_the_room(app: Flask, cast: Cast, as_: AS) -> None:
    weeks_of(app, cast.sam_and_jo, (cast.sam, cast.jo), 8, **TENSE)
    assert "ension" not in enter(as_(cast.priya), cast).words


def test_the_room_keeps_its_looks_and_a_stranger_their_way_in(app: Flask, as_: AS, cast: Cast) -> None:
    """Files are the same for everybody, and whoever is not signed in is in no room."""
    priya = as_(cast.priya)
    enter(priya, cast)
    with app.test_request_context():
        ours, theirs = (
            url_for(endpoint, filename=name)
            for endpoint, name in (("static", "style.css"), ("bootstrap.static", "css/bootstrap.min.css"))
        )
    for one in (ours, theirs):
        with priya.get(one) as file:
            assert file.status_code == 200, one
    assert app.test_client().get("/sign-in").status_code == 200
