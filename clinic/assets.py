"""What every page needs besides its words: one stylesheet, a little script, the icons.

There is no build. The files are read once a process, packed once, and named by their own content, so that a browser
keeps them for good and asks for nothing on its next visit. None of them holds a word of anybody's.
"""

from __future__ import annotations

import functools
import gzip
import hashlib
import mimetypes
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import flask_bootstrap
from flask import Flask, Response, request

from clinic.errors import NotFound

OURS = Path(__file__).parent / "static"
# Bootstrap first, then our tokens over it, then our own rules: as one file, since each one holds the page up.
STYLE = "style.css"
STYLES = (
    Path(flask_bootstrap.__file__).parent / "static" / "bootstrap5" / "css" / "bootstrap.min.css",
    OURS / "tokens.css",
    OURS / "app.css",
)
FOR_GOOD = "public, max-age=31536000, immutable"


@dataclass(frozen=True)
class Asset:
    """One file as it is sent."""

    kind: str
    plain: bytes
    packed: bytes
    mark: str


@functools.cache
def assets() -> dict[str, Asset]:
    """Every file there is, by the name pages call it."""
    found = {STYLE: b"\n".join(_without_map(path.read_bytes()) for path in STYLES)}
    found |= {path.name: path.read_bytes() for path in sorted(OURS.iterdir()) if path not in STYLES}
    return {name: _asset(name, content) for name, content in found.items()}


def _without_map(css: bytes) -> bytes:
    """Without the last line that would send a developer's browser to look for a file we do not ship."""
    return css.partition(b"/*# sourceMappingURL")[0]


def _asset(name: str, content: bytes) -> Asset:
    kind = "text/javascript" if name.endswith(".js") else mimetypes.guess_type(name)[0] or "text/plain"
    mark = hashlib.sha256(content).hexdigest()[:12]
    return Asset(kind, content, gzip.compress(content, 9, mtime=0), mark)


def init_assets(app: Flask) -> None:
    """Serve them in the place of Flask's own static files, each under an address that changes with its content."""
    app.view_functions["static"] = _send
    app.url_defaults(_mark)


def _mark(endpoint: str, values: dict[str, Any]) -> None:
    if endpoint == "static" and values.get("filename") in assets():
        values.setdefault("v", assets()[values["filename"]].mark)


def _send(filename: str) -> Response:
    asset = assets().get(filename)
    if asset is None:
        raise NotFound
    packs = "gzip" in request.accept_encodings
    response = Response(asset.packed if packs else asset.plain, mimetype=asset.kind)
    if packs:
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Vary"] = "Accept-Encoding"
    response.set_etag(f"{asset.mark}{'-gzip' if packs else ''}")
    # An address of last week's page gets this week's file, but must not keep it under the old name.
    response.headers["Cache-Control"] = FOR_GOOD if request.args.get("v") == asset.mark else "no-cache"
    response.make_conditional(request)
    return response
