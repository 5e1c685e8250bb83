"""Pages are sent packed, where packing tells nobody on the line anything.

A packed length says how much of a page repeats itself. Whoever can put text into a page again and again, and watch its
length, could so guess a secret that stands on the same page (BREACH). So only what was asked for plainly is packed: no
page that shows back what came with the request, in its address or as a form. And every packed page carries up to 256
bytes at random, which nobody reads, so that one length says little.
"""

from __future__ import annotations

import secrets
import struct
import zlib

from flask import Flask, Response, request

# Below this a page fits into one packet anyway.
SMALLEST = 1200
PADDING = 256
_HEAD_WITH_NAME = b"\x1f\x8b\x08\x08\x00\x00\x00\x00\x00\xff"


def init_packing(app: Flask) -> None:
    """Pack what may be packed, last of all."""
    app.after_request(_pack)


def _pack(response: Response) -> Response:
    if response.mimetype != "text/html" or not _repeats_nothing(response):
        return response
    response.vary.add("Accept-Encoding")
    if "gzip" in request.accept_encodings and len(response.get_data()) >= SMALLEST:
        response.set_data(packed(response.get_data()))
        response.headers["Content-Encoding"] = "gzip"
    return response


def _repeats_nothing(response: Response) -> bool:
    return (
        request.method == "GET"
        and not request.query_string
        and response.status_code == 200
        and not response.is_streamed
        and "Content-Encoding" not in response.headers
    )


def packed(page: bytes) -> bytes:
    """The page as gzip, whose field for a file name holds as much of nothing as chance says."""
    padding = b"a" * secrets.randbelow(PADDING + 1) + b"\0"
    squeeze = zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS)
    body = squeeze.compress(page) + squeeze.flush()
    tail = struct.pack("<II", zlib.crc32(page), len(page) & 0xFFFFFFFF)
    return _HEAD_WITH_NAME + padding + body + tail
