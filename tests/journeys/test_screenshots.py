"""The pictures of the README, taken of the demo practice: `make screenshots`."""

from __future__ import annotations

import struct
import zlib
from base64 import b64decode, b64encode
from collections import Counter
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page
from sqlalchemy import select

from clinic.extensions import db
from clinic.models import Partner, Person
from tests.browser import DEVICES, Device, OpenBrowser
from tests.conftest import SignInAs

# What is shown of it: name, whose page, its address, device and height.
PICTURES: tuple[tuple[str, str, str, Device, int], ...] = (
    ("board", "priya@demo.example", "/c", "desktop", 800),
    ("today", "sam@demo.example", "/today", "phone", 844),
    ("signs", "priya@demo.example", "/c/couples/{stuck}/signs", "desktop", 800),
)
# Pictures live in the repository for good, so they stay small.
LARGEST = 150_000


@pytest.mark.screenshots
@pytest.mark.browser
@pytest.mark.usefixtures("clock")
def test_take_the_pictures_of_the_readme(
    app: Flask, as_: SignInAs, open_browser: OpenBrowser, project: Path
) -> None:
    """Taken on the same evening each time, so that a picture changes only when its page does."""
    loaded = app.test_cli_runner().invoke(args=["demo", "load"])
    assert loaded.exit_code == 0, loaded.output
    folder = project / "docs" / "pictures"
    folder.mkdir(parents=True, exist_ok=True)
    stuck = couple_of(app, "ade@demo.example")
    for name, address, path, device, height in PICTURES:
        page = open_browser(
            as_(person_with(app, address)),
            device=device,
            viewport={"width": DEVICES[device]["viewport"]["width"], "height": height},
        )
        reply = page.goto(path.format(stuck=stuck))
        assert reply is not None
        assert reply.ok, f"{path} answers {reply.status}"
        page.evaluate("document.fonts.ready")
        picture = folder / f"{name}.png"
        picture.write_bytes(with_fewer_colours(open_browser(), page.screenshot()))
        assert picture.stat().st_size < LARGEST, f"{picture.name} is too large to keep"


# A picture as its plain pixels, red, green, blue and how opaque, row by row.
PIXELS = """async (coded) => {
  const bytes = Uint8Array.from(atob(coded), (letter) => letter.charCodeAt(0));
  const taken = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
  const drawing = new OffscreenCanvas(taken.width, taken.height).getContext("2d");
  drawing.drawImage(taken, 0, 0);
  const all = drawing.getImageData(0, 0, taken.width, taken.height).data;
  let letters = "";
  for (let at = 0; at < all.length; at += 32768) letters += String.fromCharCode(...all.subarray(at, at + 32768));
  return [taken.width, taken.height, btoa(letters)];
}"""


def with_fewer_colours(blank: Page, picture: bytes) -> bytes:
    """The same picture in its 256 most frequent colours, which takes less than half of the room.

    The soft edges of letters hold thousands of shades that nobody tells apart; each goes to the nearest that stays.
    """
    width, height, coded = blank.evaluate(PIXELS, b64encode(picture).decode())
    plain = b64decode(coded)
    pixels = [plain[at : at + 3] for at in range(0, len(plain), 4)]
    often = Counter(pixels)
    kept = [shade for shade, _ in often.most_common(256)]
    place = {shade: min(range(len(kept)), key=lambda at: apart(shade, kept[at])) for shade in often}
    numbers = bytes(place[pixel] for pixel in pixels)
    # Each row of a PNG begins with how it is filtered: not at all.
    rows = b"".join(b"\0" + numbers[at : at + width] for at in range(0, len(numbers), width))
    header = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    parts = ((b"IHDR", header), (b"PLTE", b"".join(kept)), (b"IDAT", zlib.compress(rows, 9)))
    return b"\x89PNG\r\n\x1a\n" + b"".join(png_part(kind, held) for kind, held in (*parts, (b"IEND", b"")))


def apart(one: bytes, other: bytes) -> int:
    """How far two shades lie from each other."""
    return sum(abs(a - b) for a, b in zip(one, other, strict=True))


def png_part(kind: bytes, held: bytes) -> bytes:
    """One part of a PNG: its length, its kind, what it holds, and a sum to check it by."""
    return struct.pack(">I", len(held)) + kind + held + struct.pack(">I", zlib.crc32(kind + held))


def person_with(app: Flask, address: str) -> Person:
    """The person who signs in with this address."""
    with app.app_context():
        return db.session.scalars(select(Person).where(Person.sign_in_address == address)).one()


def couple_of(app: Flask, address: str) -> str:
    """The couple that the person with this address belongs to."""
    with app.app_context():
        own = (
            select(Partner)
            .join(Person, Person.id == Partner.person_id)
            .where(Person.sign_in_address == address)
        )
        return str(db.session.scalars(own).one().couple_id)
