"""The demo for other people's tools: without the tokens of forms and without limits, so that what they send gets in.

That a form without its token is refused is shown elsewhere; a scanner that knows no token would see nothing but that.
"""

from __future__ import annotations

import functools
from dataclasses import replace

from flask import Flask

from config import Config
from wsgi import create_app as create


def create_app() -> Flask:
    """For `flask --app tests.hostile.served run`; the settings come from the environment, and must be those of the demo."""
    config = Config.from_environment()
    if not config.demo:
        raise RuntimeError("Only a demo may be without its guards.")
    app = create(replace(config, throttle=False))
    app.config["WTF_CSRF_ENABLED"] = False
    for endpoint in ("leave.leave", "sign_in.sign_out"):
        # Whoever follows every link would soon stand outside.
        app.view_functions[endpoint] = functools.wraps(app.view_functions[endpoint])(_stay)
    return app


def _stay(**_: object) -> str:
    return "You stay."
