"""Two browsers are two people. pytest-flask's own fixtures break this quietly, and with it every privacy test.

The little application here knows nothing of ours, so that what is tested is the harness alone.
"""

from __future__ import annotations

import pytest
from flask import Flask, has_app_context, has_request_context
from flask.testing import FlaskClient
from flask_login import LoginManager, UserMixin, current_user, login_required, login_user


class Somebody(UserMixin):
    id = "somebody"


@pytest.fixture
def app() -> Flask:
    app = Flask("two-people")
    app.secret_key = "for this test only"
    login_manager = LoginManager(app)
    login_manager.user_loader(lambda _id: Somebody())

    @app.post("/sign-in")
    def sign_in() -> str:
        login_user(Somebody())
        return "signed in"

    @app.get("/private")
    @login_required
    def private() -> str:
        return f"for {current_user.get_id()}"

    return app


def test_a_second_client_is_not_signed_in_because_the_first_one_is(app: Flask, client: FlaskClient) -> None:
    client.post("/sign-in")
    assert client.get("/private").status_code == 200
    assert app.test_client().get("/private").status_code == 401


def test_a_client_of_its_own_does_not_sign_in_the_client_fixture(app: Flask, client: FlaskClient) -> None:
    other = app.test_client()
    other.post("/sign-in")
    assert other.get("/private").status_code == 200
    assert client.get("/private").status_code == 401


def test_no_context_is_open_around_a_test_or_left_by_a_request(app: Flask, client: FlaskClient) -> None:
    assert not has_app_context()
    assert not has_request_context()
    client.get("/private")
    assert not has_app_context()
    assert not has_request_context()
