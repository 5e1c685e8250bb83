"""A description of every route, as tools read it; and a sign-in for a tool, as a person would sign in.

python -m tests.hostile.description http://127.0.0.1:8000 [--sign-in sam@demo.example]
"""

from __future__ import annotations

import json
import re
import sys
import urllib.parse
import urllib.request
from http.cookiejar import CookieJar
from typing import Any

from flask import Flask
from sqlalchemy import func, select

from assignments.demo.world import PASSPHRASE
from clinic import access
from clinic.domain.roles import Permission
from clinic.extensions import db
from clinic.tenancy import every_practice
from config import Config
from tests.hostile.generated import field_names
from wsgi import create_app

FEW = 6
PART = re.compile(r"<(?:(\w+):)?(\w+)>")


def description(at: str) -> dict[str, Any]:
    """The routes as OpenAPI: ids are some of the demo's own, and every form may have every field there is."""
    app = create_app(Config.from_environment())
    ids = some_ids(app)
    paths: dict[str, Any] = {}
    form = {
        "content": {
            "application/x-www-form-urlencoded": {
                "schema": {
                    "type": "object",
                    "properties": {name: {"type": "string", "maxLength": 200} for name in field_names()},
                }
            }
        }
    }
    for rule in app.url_map.iter_rules():
        # What ends the tool's own sign-in would leave it outside.
        if rule.endpoint.endswith(("static", "leave", "sign_out")):
            continue
        parts = [
            {
                "name": name,
                "in": "path",
                "required": True,
                "schema": {"type": "string", "format": "uuid", **ids.get(name, {})}
                if kind == "uuid"
                else {"type": "integer"}
                if kind == "int"
                else {"type": "string", "minLength": 1},
            }
            for kind, name in PART.findall(rule.rule)
        ]
        operations = paths.setdefault(PART.sub(r"{\2}", rule.rule), {})
        for method in sorted({"GET", "POST"} & set(rule.methods or ())):
            operations[method.lower()] = {
                "operationId": f"{rule.endpoint}.{method}",
                "tags": [
                    "public" if access.permission_of(app, rule.endpoint) is Permission.PAGE_PUBLIC else "own"
                ],
                "parameters": parts,
                "responses": {"default": {"description": "A page"}},
                **({"requestBody": form} if method == "POST" else {}),
            }
    return {
        "openapi": "3.0.3",
        "info": {"title": "Meanwhile", "version": "1"},
        "servers": [{"url": at}],
        "paths": paths,
    }


def some_ids(app: Flask) -> dict[str, dict[str, list[str]]]:
    """For `assignment_id` a few rows of that table, and so on: an id that is made up finds nothing but "not found"."""
    found = {}
    with app.app_context(), every_practice():
        for name, table in db.metadata.tables.items():
            if "id" in table.columns:
                rows = db.session.scalars(select(table.c.id).order_by(func.random()).limit(FEW))
                if ids := [str(one) for one in rows]:
                    found[f"{name}_id"] = {"enum": ids}
    return found


def signed_in(at: str, address: str) -> str:
    """The cookies of somebody of the demo."""
    jar = CookieJar()
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
    page = opener.open(f"{at}/sign-in").read().decode()
    fields = dict(re.findall(r'name="(csrf_token|form_key)"[^>]* value="([^"]*)"', page))
    body = urllib.parse.urlencode(fields | {"email": address, "password": PASSPHRASE}).encode()
    opener.open(f"{at}/sign-in", body)
    return "; ".join(f"{one.name}={one.value}" for one in jar)


if __name__ == "__main__":
    if "--sign-in" in sys.argv:
        sys.stdout.write(signed_in(sys.argv[1], sys.argv[sys.argv.index("--sign-in") + 1]))
    else:
        json.dump(description(sys.argv[1]), sys.stdout)
