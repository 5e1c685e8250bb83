"""A world to ask things of, and every kind of request that is measured."""

from __future__ import annotations

from collections.abc import Callable

import flask_migrate
import sqlalchemy as sa
from bs4 import BeautifulSoup
from flask import Flask

from assignments.actions import summaries
from assignments.models import CoupleSummary
from clinic.actions.sign_ins import start_sign_in
from clinic.extensions import db
from clinic.migrating import bind_migrations
from clinic.models import Partner, Person
from clinic.tenancy import every_practice
from clinic.web import DEVICE_COOKIE
from tests.benches import worlds
from tests.benches.floors import settings
from tests.benches.serving import Reply, Served, Visitor
from wsgi import create_app

WORDS = "I would like ten quiet minutes when I come in."


class World:
    """A database with people in it, and the cookies of whoever is needed."""

    def __init__(self, url: str, couples: int, weeks: int, practice: int) -> None:
        self.url = url
        app = create_app(settings(url))
        self.app: Flask = app
        bind_migrations(app)
        with app.app_context():
            flask_migrate.upgrade()
        worlds.tell(app, couples, weeks)
        self.couples = worlds.grow(app, practice)
        with app.app_context(), every_practice():
            found = worlds.made_up_couples()
            self.couple_ids = [str(one.id) for one in found]
            self.partners = list(
                db.session.scalars(
                    sa.select(Partner.person_id)
                    .join(Person, Person.id == Partner.person_id)
                    .where(Partner.couple_id.in_([one.id for one in found]), Person.joined_at.is_not(None))
                    .order_by(Partner.slot, Partner.couple_id)
                )
            )
            self.counsellor = found[0].counsellor_id
            self.caseload = [one.id for one in found if one.counsellor_id == self.counsellor]
            self.first = str(found[0].id)
            self.counsellors = list(
                db.session.scalars(
                    sa.select(Person.id).where(Person.sign_in_address.like("%counsellor%")).limit(20)
                )
            )
            self.address = db.session.get_one(Person, self.partners[0]).sign_in_address or ""
            db.session.remove()

    def cookies(self, person_id: object) -> dict[str, str]:
        """What signing in leaves in a browser."""
        with self.app.app_context(), every_practice():
            person = db.session.get_one(Person, person_id)
            token = start_sign_in(person, device="d", device_name="Bench")
            db.session.remove()
        client = self.app.test_client()
        with client.session_transaction() as session:
            session.update(_user_id=token, _fresh=True)
        cookie = client.get_cookie("meanwhile")
        assert cookie is not None
        return {"meanwhile": cookie.value, DEVICE_COOKIE: "d"}

    def keep(self) -> None:
        """Keep what boards are told from, as the worker does every half a minute."""
        with self.app.app_context(), every_practice():
            summaries.keep(at_most=None)
            db.session.remove()

    def keep_nothing(self) -> None:
        """As after midnight, before the worker came by, for the couples of the one caseload that is looked at."""
        table = CoupleSummary.metadata.tables[CoupleSummary.__tablename__]
        with self.app.app_context(), every_practice():
            db.session.execute(sa.update(table).where(table.c.id.in_(self.caseload)).values(told_sealed=None))
            db.session.commit()
            db.session.remove()

    def close(self) -> None:
        with self.app.app_context():
            db.session.remove()
            db.engine.dispose()


def requests_of(world: World, served: Served) -> dict[str, tuple[str, Callable[[], Reply]]]:
    """Every kind of request, with the kind of floor it is held against."""
    partner = Visitor(served, world.cookies(world.partners[0]))
    counsellor = Visitor(served, world.cookies(world.counsellor))
    others = iter([Visitor(served, world.cookies(one)) for one in world.partners[1:61]])
    couple = f"/c/couples/{world.first}"

    def seen(path: str, who: Visitor) -> Callable[[], Reply]:
        return lambda: checked(who.get(path), 200)

    def signing_in() -> Reply:
        stranger = Visitor(served, {})
        path, sent = stranger.form("/sign-in", email=world.address, password="evening walk by the canal")
        return checked(stranger.ask("POST", path, sent), 302, 303)

    def written(who: Visitor) -> str:
        links = BeautifulSoup(who.get("/today").body, "html.parser").select("main a[href^='/do/']")
        for link in links:
            page = who.get(str(link["href"]))
            for step in BeautifulSoup(page.body, "html.parser").select("main a[href^='/do/']"):
                shown = who.get(str(step["href"]))
                if BeautifulSoup(shown.body, "html.parser").select("main form textarea"):
                    return str(step["href"])
        raise RuntimeError("nothing to write")

    def draft() -> Reply:
        who = next(others)
        path, sent = who.form(written(who))
        boxes = [name for name, value in sent if not value and name not in ("csrf_token", "form_key")]
        return checked(
            who.ask("POST", f"{path.split('?')[0]}/draft", [*sent, *((box, WORDS) for box in boxes)]),
            200,
            204,
        )

    def thanks() -> Reply:
        path, sent = partner.form("/thanks/new", what=WORDS, visibility="private")
        return checked(partner.ask("POST", path, sent), 302, 303)

    def check_in() -> Reply:
        who = next(others)
        path, sent = who.form("/check-in", closeness="6", understood="5", tension="4", hope="7")
        return checked(who.ask("POST", path, sent), 302, 303)

    def giving() -> Reply:
        path, sent = counsellor.form(
            f"/c/assign/gentle-questions?couple={world.first}",
            for_whom="A",
            repeat="once",
            sharing_limit="counsellor",
        )
        return checked(counsellor.ask("POST", path, sent), 302, 303)

    def board(*, kept: bool) -> Callable[[], Reply]:
        def asked() -> Reply:
            (world.keep if kept else world.keep_nothing)()
            return checked(counsellor.get("/c"), 200)

        return asked

    return {
        "sign in": ("answer", signing_in),
        "Today": ("page", seen("/today", partner)),
        "save a draft": ("answer", draft),
        "send words (a thank-you)": ("answer", thanks),
        "check-in": ("answer", check_in),
        "board of a caseload of 40": ("page", board(kept=True)),
        "board, nothing kept": ("page", board(kept=False)),
        "couple page": ("page", seen(couple, counsellor)),
        "signs": ("page", seen(f"{couple}/signs", counsellor)),
        "brief": ("page", seen(f"{couple}/brief", counsellor)),
        "brief as PDF": ("page", seen(f"{couple}/brief.pdf", counsellor)),
        "assign": ("answer", giving),
    }


def checked(reply: Reply, *wanted: int) -> Reply:
    """What came back, when it is what was asked for. Raises RuntimeError otherwise: a refusal is quick and no measure."""
    if reply.status not in wanted:
        said = " ".join(BeautifulSoup(reply.body, "html.parser").get_text(" ").split())
        raise RuntimeError(f"{reply.status} instead of {wanted}: {said[:300]}")
    return reply
