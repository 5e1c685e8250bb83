"""The rules every page is held against: a sound page passes, and each broken rule is found and named."""

from __future__ import annotations

import pytest
from flask import Flask, Response
from flask.testing import FlaskClient

from tests.page import get_page

SOUND = """<!doctype html><html lang="en-GB"><head><title>Today – Meanwhile</title>
<link rel="stylesheet" href="/static/style.css"><script src="/static/page.js"></script></head>
<body><main id="main"><h1>Today</h1><a href="#main">Go on</a><img src="/static/a.svg" alt="">
<form method="post" action="/thanks"><input type="hidden" name="csrf_token" value="a">
<input type="hidden" name="form_key" value="b"><label for="what">What</label>
<input id="what" name="what" aria-describedby="hint"><p id="hint">A hint</p><button>Save</button></form>
</main></body></html>"""
# What is put in place of what, and what is said of it.
BROKEN = {
    "no doctype": ("<!doctype html>", "", "no doctype"),
    "no language": ('lang="en-GB"', "", "does not name its language"),
    "a title of its own": ("Today – Meanwhile", "Today", "has the title 'Today'"),
    "an error's title": ("<title>", "<title>Error: ", "answers 200 under the title"),
    "two headings": ("<h1>Today</h1>", "<h1>Today</h1><h1>Tomorrow</h1>", "has 2 first headings"),
    "no main part": ("main", "div", "has 0 main parts"),
    "an id twice": ('<p id="hint">', '<p id="hint"></p><p id="hint">', "uses the id 'hint' 2 times"),
    "a hint nowhere": ('<p id="hint">', "<p>", "aria-describedby='hint' points nowhere"),
    "a label nowhere": ('for="what"', 'for="that"', "for='that' points nowhere"),
    "a link nowhere": ('href="#main"', 'href="#top"', "the link '#top' points nowhere"),
    "no label": ('<label for="what">What</label>', "", "the field 'what' has no label"),
    "a button without a name": ("<button>Save", "<button> ", "button without a name"),
    "a link without a name": (">Go on<", "><", "a without a name"),
    "a picture without words": (' alt=""', "", "has no alt"),
    "no token": ('name="csrf_token" value="a"', 'name="csrf_token" value=""', "has no csrf token"),
    "no form key": ('name="form_key"', 'name="key"', "has no form key"),
    "inline style": ("<h1>", '<h1 style="color:red">', "inline style on h1"),
    "an inline style sheet": ("</head>", "<style>p{}</style></head>", "an inline style sheet"),
    "an inline script": ("</head>", "<script>go()</script></head>", "an inline script: 'go()'"),
    "an inline handler": ("<button>", '<button onclick="go()">', "inline handler onclick on button"),
    "script in a link": ('href="#main"', 'href="javascript:go()"', "script in the link 'Go on'"),
    "a picture from elsewhere": ('src="/static/a.svg"', 'src="//cdn.example/a.svg"', "img reaches outside"),
    "a style from elsewhere": ('href="/static', 'href="https://cdn.example', "link reaches outside"),
    "a form to elsewhere": ('action="/thanks"', 'action="https://x.example/"', "form reaches outside"),
    "a button to elsewhere": ("<button>", '<button formaction="//x.example/">', "button reaches outside"),
}


@pytest.fixture
def told() -> list[str]:
    """What the page below says; a test changes it before it asks for it."""
    return [SOUND]


@pytest.fixture
def reader(told: list[str]) -> FlaskClient:
    """A browser in front of an application that has one page."""
    app = Flask(__name__)

    @app.get("/")
    def page() -> Response:
        policy = {"Cache-Control": "no-store", "Content-Security-Policy": "default-src 'none'"}
        return Response(told[0], headers=policy)

    return app.test_client()


def test_a_sound_page_passes(reader: FlaskClient) -> None:
    assert get_page(reader, "/").one("h1").get_text() == "Today"


@pytest.mark.parametrize("what", BROKEN)
def test_a_broken_rule_is_found_and_named(reader: FlaskClient, told: list[str], what: str) -> None:
    before, after, said = BROKEN[what]
    assert before in SOUND
    told[0] = SOUND.replace(before, after)
    with pytest.raises(AssertionError) as found:
        get_page(reader, "/")
    assert said in str(found.value)
