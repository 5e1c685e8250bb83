"""Which names this installation answers to, and from where a form may come: from a page of its own alone.

The token in each form stands behind this. Here what the browser itself says is heard, so that a token that has leaked is
of no use to another site.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Flask, abort, current_app, request

# A check that the application is alive asks from beside it.
LOOPBACK = {"localhost", "127.0.0.1", "::1"}
CHANGES_NOTHING = {"GET", "HEAD", "OPTIONS"}
# "none" is what the person did without any page: an address typed in, or a form sent again after a restart.
OUR_OWN = {"same-origin", "none"}


def init_hosts(app: Flask) -> None:
    """Ask before anything else is done with a request."""
    app.before_request(_only_our_name)
    app.before_request(_only_from_our_pages)


def _only_our_name() -> None:
    try:
        asked = urlsplit(f"//{request.host}").hostname
    except ValueError:
        asked = None
    if asked not in {urlsplit(current_app.config["PUBLIC_URL"]).hostname, *LOOPBACK}:
        abort(400)


def _only_from_our_pages() -> None:
    if request.method in CHANGES_NOTHING:
        return
    site = request.headers.get("Sec-Fetch-Site")
    # Under our own policy of telling no referrer a browser calls the origin of our own pages null, so that says nothing.
    origin = request.headers.get("Origin", "null")
    if site is not None:
        if site not in OUR_OWN:
            abort(400)
    elif origin != "null" and origin.partition("://")[2] not in (request.host, _public_name()):
        abort(400)


def _public_name() -> str:
    return urlsplit(current_app.config["PUBLIC_URL"]).netloc
