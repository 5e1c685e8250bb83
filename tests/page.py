"""Pages as a reader gets them: fetched, held against the house rules, and parsed.

Every page test goes through here, so a rule that is added here holds on every page (house rule 23).
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urljoin, urlsplit

from bs4 import BeautifulSoup, Tag
from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

Fields = Mapping[str, str | Sequence[str]]

TITLE = re.compile(r"^(Error: )?\S.* – Meanwhile$")
# Signing in and out is harmless when it arrives twice, and its form is a fixed contract.
WITHOUT_FORM_KEY = re.compile(r"^/(sign-in|sign-out)(/|$)")
UNTYPED = {"hidden", "submit", "button", "reset", "image"}


class Page(BeautifulSoup):
    """Parsed HTML that knows where it came from."""

    address: str
    response: TestResponse

    @property
    def words(self) -> str:
        """What the page says, with all white space made one space."""
        return " ".join(self.get_text(" ").split())

    def one(self, selector: str) -> Tag:
        """The first element a selector finds; a page without any is a failure that says which."""
        found = self.select_one(selector)
        assert found is not None, f"{self.address}: nothing fits {selector!r}"
        return found


def get_page(client: FlaskClient, url: str, status: int = 200) -> Page:
    """Fetch a page and hold it against the house rules."""
    return read_page(client.get(url), status)


def read_page(response: TestResponse, status: int = 200) -> Page:
    """Hold a reply against the house rules and parse it. Use it for what a POST answers with, too."""
    assert response.status_code == status, (
        f"{response.request.path}: {response.status}, expected {status}"
        + (f", going to {response.location}" if response.location else "")
    )
    page = Page(response.text, "html.parser")
    page.address = response.request.path
    page.response = response
    faults = [f"{page.address}: {fault}" for fault in house_faults(page)]
    assert not faults, "\n".join(faults)
    return page


def submit(
    client: FlaskClient,
    page: Page,
    fields: Fields | None = None,
    *,
    form: str = "main form[method=post]",
    button: str | None = None,
    status: int = 302,
) -> TestResponse:
    """Send a form of the page as a browser would: hidden fields and what was filled in already go along.

    `form` is a CSS selector that finds one form. `button` is the text of the button that is pressed,
    needed only where its name matters. A field that the form does not have is a mistake in the test.
    """
    found = page.select(form)
    assert len(found) == 1, f"{page.address}: {form!r} finds {len(found)} forms"
    element = found[0]
    values = MultiDict(_filled_in(element))
    for name, value in (fields or {}).items():
        assert element.select(f'[name="{name}"]'), f"{page.address}: the form has no field {name!r}"
        values.setlist(name, [value] if isinstance(value, str) else list(value))
    if button is not None:
        pressed = [b for b in element.select("button") if " ".join(b.get_text(" ").split()) == button]
        assert len(pressed) == 1, f"{page.address}: {len(pressed)} buttons say {button!r}"
        if pressed[0].get("name"):
            values.add(str(pressed[0]["name"]), str(pressed[0].get("value", "")))
        element = _with_action_of(pressed[0], element)
    target = urljoin(page.address, str(element.get("formaction") or element.get("action") or page.address))
    response = client.post(target, data=values)
    assert response.status_code in ({302, 303} if status == 302 else {status}), (
        f"{target}: {response.status}, expected {status}: {_what_went_wrong(response)}"
    )
    return response


def submit_and_follow(client: FlaskClient, page: Page, fields: Fields | None = None, **how: Any) -> Page:
    """Send a form that leads to another page, and read that page."""
    response = submit(client, page, fields, **how)
    assert response.location is not None
    return get_page(client, urljoin(page.address, response.location))


class Parts:
    """The elements of a page by name and by attribute, walked once: a selector for each rule would walk it each time,
    and every page of every test is held against the rules."""

    def __init__(self, page: Page) -> None:
        self.called: defaultdict[str, list[Tag]] = defaultdict(list)
        self.having: defaultdict[str, list[Tag]] = defaultdict(list)
        for tag in page.descendants:
            if isinstance(tag, Tag):
                self.called[tag.name].append(tag)
                for attribute in tag.attrs:
                    self.having[attribute].append(tag)

    def beginning(self, attribute: str, words: str) -> Iterator[Tag]:
        """The elements of which this attribute begins so."""
        return (tag for tag in self.having[attribute] if str(tag[attribute]).startswith(words))


def house_faults(page: Page) -> Iterator[str]:
    """Every way in which the page breaks a rule of the house."""
    parts = Parts(page)
    yield from _header_faults(page)
    yield from _outline_faults(page, parts)
    yield from _reference_faults(parts)
    yield from _label_faults(parts)
    yield from _form_faults(page, parts)
    yield from _inline_faults(parts)
    yield from _foreign_faults(parts)


def _header_faults(page: Page) -> Iterator[str]:
    headers = page.response.headers
    if not headers.get("Content-Type", "").startswith("text/html"):
        yield f"is {headers.get('Content-Type')}, not HTML"
    if "no-store" not in headers.get("Cache-Control", ""):
        yield "may be kept in a cache"
    policy = headers.get("Content-Security-Policy", "")
    if "default-src 'none'" not in policy:
        yield "has no closed content security policy"
    if "unsafe-" in policy:
        yield "has an unsafe content security policy"


def _outline_faults(page: Page, parts: Parts) -> Iterator[str]:
    if not page.response.text.lstrip().lower().startswith("<!doctype html>"):
        yield "has no doctype"
    if page.html is None or not str(page.html.get("lang", "")).startswith("en"):
        yield "does not name its language"
    title = " ".join(page.title.get_text().split()) if page.title else ""
    if not TITLE.match(title):
        yield f"has the title {title!r}"
    if (page.response.status_code == 422) != title.startswith("Error: "):
        yield f"answers {page.response.status_code} under the title {title!r}"
    if len(parts.called["h1"]) != 1:
        yield f"has {len(parts.called['h1'])} first headings"
    if len(parts.called["main"]) != 1:
        yield f"has {len(parts.called['main'])} main parts"


def _reference_faults(parts: Parts) -> Iterator[str]:
    ids = Counter(str(tag["id"]) for tag in parts.having["id"])
    for name, count in ids.items():
        if count > 1:
            yield f"uses the id {name!r} {count} times"
    for attribute in ("for", "aria-describedby", "aria-labelledby", "aria-controls", "aria-errormessage"):
        for tag in parts.having[attribute]:
            for name in str(tag[attribute]).split():
                if name not in ids:
                    yield f"{attribute}={name!r} points nowhere"
    for tag in parts.beginning("href", "#"):
        if tag.name == "a" and str(tag["href"])[1:] not in ids:
            yield f"the link {tag['href']!r} points nowhere"


def _label_faults(parts: Parts) -> Iterator[str]:
    labelled = {str(label["for"]) for label in parts.called["label"] if label.has_attr("for")}
    for control in parts.called["input"] + parts.called["select"] + parts.called["textarea"]:
        if control.name == "input" and control.get("type", "text") in UNTYPED:
            continue
        named = control.get("aria-label") or control.get("aria-labelledby") or control.find_parent("label")
        if not named and control.get("id") not in labelled:
            yield f"the field {control.get('name')!r} has no label"
    for tag in parts.called["button"] + [link for link in parts.called["a"] if link.has_attr("href")]:
        if not (tag.get_text(strip=True) or tag.get("aria-label") or tag.select("img[alt], svg title")):
            yield f"{tag.name} without a name: {str(tag)[:80]}"
    for image in parts.called["img"]:
        if not image.has_attr("alt"):
            yield f"the image {image.get('src')!r} has no alt"


def _form_faults(page: Page, parts: Parts) -> Iterator[str]:
    for form in parts.called["form"]:
        if str(form.get("method", "get")).lower() != "post":
            continue
        action = urlsplit(str(form.get("action") or page.address)).path
        hidden = {
            str(field.get("name")): field.get("value")
            for field in form.find_all("input")
            if field.get("type") == "hidden"
        }
        if not hidden.get("csrf_token"):
            yield f"the form to {action} has no csrf token"
        if not hidden.get("form_key") and not WITHOUT_FORM_KEY.match(action):
            yield f"the form to {action} has no form key, so a second click would count"


def _inline_faults(parts: Parts) -> Iterator[str]:
    for tag in parts.having["style"]:
        yield f"inline style on {tag.name}"
    for tag in parts.called["style"]:
        if not tag.get("nonce"):
            yield "an inline style sheet"
    for tag in parts.called["script"]:
        if not tag.has_attr("src"):
            yield f"an inline script: {tag.get_text()[:60]!r}"
    for attribute, tags in list(parts.having.items()):
        if attribute.startswith("on"):
            yield from (f"inline handler {attribute} on {tag.name}" for tag in tags)
    for tag in parts.beginning("href", "javascript:"):
        yield f"script in the link {tag.get_text(strip=True)!r}"


def _foreign_faults(parts: Parts) -> Iterator[str]:
    reaching = [
        (tag, str(tag[attribute]))
        for attribute in ("src", "srcset", "action", "formaction", "data")
        for tag in parts.having[attribute]
    ]
    reaching += [(link, str(link["href"])) for link in parts.called["link"] if link.has_attr("href")]
    for tag, address in reaching:
        if urlsplit(address).netloc:
            yield f"{tag.name} reaches outside: {address}"


def _filled_in(form: Tag) -> Iterator[tuple[str, str]]:
    for control in form.select("input[name], select[name], textarea[name]"):
        if control.has_attr("disabled"):
            continue
        name = str(control["name"])
        if control.name == "textarea":
            # A browser reads every line end as one character, and leaves out the one that begins the box.
            yield name, control.get_text().replace("\r\n", "\n").removeprefix("\n")
        elif control.name == "select":
            chosen = control.select("option[selected]") or control.select("option")[:1]
            for option in chosen:
                yield name, str(option.get("value", option.get_text(strip=True)))
        elif control.get("type") in ("checkbox", "radio"):
            if control.has_attr("checked"):
                yield name, str(control.get("value", "on"))
        elif control.get("type") not in ("submit", "button", "reset", "image", "file"):
            yield name, str(control.get("value", ""))


def _with_action_of(button: Tag, form: Tag) -> Tag:
    return button if button.get("formaction") else form


def _what_went_wrong(response: TestResponse) -> str:
    page = BeautifulSoup(response.text, "html.parser")
    told = page.select_one(".error-summary, [role=alert], main") or page
    return " ".join(told.get_text(" ").split())[:300]
