"""What is measured, as gunicorn starts it: the application, and two floors beside it.

The floors do on the same stack what no page can do without: a bare Flask view of the same bytes; and a page with a
sign-in, one query of 25 rows and a template, padded to the same bytes, with a form that writes one row.
"""

from __future__ import annotations

import os
from typing import Any

import sqlalchemy as sa
from flask import Flask, Response, g, render_template_string
from flask_login import LoginManager, UserMixin, current_user, login_required, login_user
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import CSRFProtect, FlaskForm
from sqlalchemy import Engine, event
from wtforms import IntegerField, StringField

from clinic.extensions import _keep_sqlite_honest, db
from config import _THROW_AWAY_KEY, Config
from wsgi import create_app

PEOPLE, ROWS = 200, 10_000
STATEMENTS = "X-Statements"
PAGE = """<!doctype html><html lang="en"><head><title>Floor</title></head><body><h1>{{ name }}</h1><ul>
{% for row in rows %}<li>{{ row.id }} {{ row.title }} {{ row.done }}</li>
{% endfor %}</ul><p>{{ padding }}</p></body></html>"""


def settings(url: str) -> Config:
    """As in production, without what would slow a person down who sends twenty forms a second."""
    return Config(
        name="bench",
        secret_key="measured and never used",
        encryption_keys=_THROW_AWAY_KEY,
        database_url=url,
        secure_cookies=False,
        throttle=False,
        demo=True,
    )


def count_statements(app: Flask, engine: Engine) -> None:
    """Say in a header how many statements a request sent, and whether it committed."""

    @event.listens_for(engine, "before_cursor_execute")
    def count(*_told: object) -> None:
        g.statements = g.get("statements", 0) + 1

    def tell(response: Response) -> Response:
        response.headers[STATEMENTS] = str(g.get("statements", 0))
        return response

    app.after_request(tell)


def application() -> Flask:
    """The whole application on the database that is named in the environment."""
    app = create_app(settings(os.environ["DATABASE_URL"]))
    with app.app_context():
        count_statements(app, db.engine)
    return app


def floor() -> Flask:
    """Both floors, on a database of their own of the same kind."""
    app = Flask("floor")
    app.config.update(
        SECRET_KEY="measured and never used", SQLALCHEMY_DATABASE_URI=os.environ["FLOOR_DATABASE_URL"]
    )
    store, sign_in = SQLAlchemy(app), LoginManager(app)
    CSRFProtect(app)

    class Person(store.Model, UserMixin):  # type: ignore[name-defined]  # Flask-SQLAlchemy's own way
        id = sa.Column(sa.Integer, primary_key=True)
        name = sa.Column(sa.String(80))

    class Thing(store.Model):  # type: ignore[name-defined]  # the same
        id = sa.Column(sa.Integer, primary_key=True)
        person_id = sa.Column(sa.Integer, index=True)
        title = sa.Column(sa.String(80))
        done = sa.Column(sa.Integer)

    class Answer(FlaskForm):
        title, done = StringField(), IntegerField()

    @sign_in.user_loader
    def load(number: str) -> Any:
        return store.session.get(Person, int(number))

    @app.get("/bare/<int:size>")
    def bare(size: int) -> str:
        return "x" * size

    @app.get("/in/<int:number>")
    def come_in(number: int) -> str:
        login_user(store.session.get(Person, number))
        return render_template_string("{{ csrf_token() }}")

    @app.get("/page/<int:size>")
    @login_required
    def page(size: int) -> str:
        rows: Any = store.session.execute(
            sa.select(Thing.id, Thing.title, Thing.done).where(Thing.person_id == current_user.id).limit(25)
        ).all()
        page = render_template_string(PAGE, name=current_user.name, rows=rows, padding="")
        return page + "x" * max(0, size - len(page))

    @app.post("/answer")
    @login_required
    def answer() -> tuple[str, int]:
        form = Answer()
        if not form.validate_on_submit():
            return "refused", 422
        store.session.add(Thing(person_id=current_user.id, title=form.title.data, done=form.done.data))
        store.session.commit()
        return "", 204

    with app.app_context():
        if store.engine.dialect.name == "sqlite":
            _keep_sqlite_honest(store.engine)
        if os.environ.get("FLOOR_FILL"):
            store.create_all()
            store.session.execute(
                sa.insert(Person), [{"id": n, "name": f"P{n}"} for n in range(1, PEOPLE + 1)]
            )
            things = [
                {"person_id": n % PEOPLE + 1, "title": f"Thing {n}", "done": n % 2} for n in range(ROWS)
            ]
            store.session.execute(sa.insert(Thing), things)
            store.session.commit()
        count_statements(app, store.engine)
    return app
