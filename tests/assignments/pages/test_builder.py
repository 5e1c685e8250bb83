"""The builder as a counsellor uses it without script: copy, change, move, look, publish, put away."""

from __future__ import annotations

import json
from urllib.parse import urljoin

import pytest
from bs4 import Tag
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from assignments.actions.library import copy_exercise, new_exercise, publish, save_draft
from assignments.domain.exercises import STEP_TYPES, blank_draft, draft_of, finished
from assignments.domain.exercises.building import sketch, steps_of
from assignments.domain.turns import strand_of
from assignments.forms.builder import builder_form, draft_from, shape_of
from assignments.forms.builder_boxes import STEP_KINDS
from assignments.library.loader import load_library
from assignments.queries.library import library_for, own_exercise, own_exercises
from tests.assignments.given import exercise
from tests.cast import AS, Cast
from tests.conftest import CountQueries
from tests.page import Fields, Page, get_page, read_page, submit, submit_and_follow

BUILDER = "form#builder"


@pytest.fixture
def copied(app: Flask, cast: Cast) -> str:
    """The slug of a copy of an exercise with several types of steps, made by Priya."""
    with app.app_context():
        return copy_exercise(actor=cast.priya, slug="reflect-and-check").slug


def draft(app: Flask, cast: Cast, slug: str) -> dict[str, object]:
    with app.app_context():
        return own_exercise(cast.priya, slug).draft


def the(page: Page, selector: str) -> Tag:
    """The one element that a selector finds."""
    found = page.select(selector)
    assert len(found) == 1, f"{selector} finds {len(found)}"
    return found[0]


def keys(page: Page) -> list[str]:
    return [str(one["value"]) for one in page.select("input[name=steps]")]


def press(client: FlaskClient, page: Page, value: str, **fields: str) -> Page:
    """Press the button of the builder that carries this value, and read where it leads."""
    answer = press_only(client, page, value, fields)
    assert answer.location
    return get_page(client, urljoin(page.address, answer.location))


def press_only(
    client: FlaskClient, page: Page, value: str, fields: Fields, status: int = 302
) -> TestResponse:
    """Press that button, and nothing more."""
    form = the(page, BUILDER)
    assert form is not None
    assert form.select(f'button[name=do][value="{value}"]'), f"no button does {value}"
    hidden = page.new_tag("input", attrs={"type": "hidden", "name": "do", "value": value})
    form.append(hidden)
    answer = submit(client, page, fields, form=BUILDER, status=status)
    hidden.extract()
    return answer


def test_every_type_of_step_has_its_line_in_the_table() -> None:
    assert set(STEP_KINDS) == set(STEP_TYPES)


@pytest.mark.parametrize("slug", [one.slug for one in load_library().all()])
def test_every_shipped_exercise_goes_through_the_form_and_comes_out_the_same(
    app: Flask, cast: Cast, slug: str
) -> None:
    original = exercise(slug)
    begun = json.loads(json.dumps(draft_of(original)))
    shape = shape_of(begun)
    with app.test_request_context("/"):
        shown = builder_form(shape, begun, sent=False)
        sent = [(one.name, one.data) for one in shown]
    data = [(name, value) for name, value in sent if value not in (None, False, [])]
    flat = [(n, v) for n, value in data for v in (value if isinstance(value, list) else [value])]
    with app.test_request_context("/", method="POST", data=_as_browser(flat)):
        form = builder_form(shape, begun, sent=True)
        assert finished(draft_from(form, shape, begun), slug=slug, version=original.version) == original


def _as_browser(pairs: list[tuple[str, object]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        found.setdefault(name, []).append("y" if value is True else str(value).replace("\n", "\r\n"))
    return found


@pytest.mark.parametrize("kind", sorted(STEP_TYPES))
def test_an_empty_step_of_every_type_can_be_shown_and_has_a_page(
    app: Flask, cast: Cast, as_: AS, copied: str, kind: str
) -> None:
    client = as_(cast.priya)
    page = get_page(client, f"/c/library/{copied}/edit")
    page = press(client, page, "add", add_type=kind)
    added = steps_of(draft(app, cast, copied))[-1]
    assert added["type"] == kind
    assert sketch(draft(app, cast, copied)).steps[-1].key == added["key"]
    phones = get_page(client, f"/c/library/{copied}/preview").select("iframe")
    assert len(phones) > len(keys(page)) - 2
    page = press(client, page, "save")
    assert not page.select(".error-summary")


def test_copying_leads_to_the_draft_and_publishes_nothing(app: Flask, cast: Cast, as_: AS) -> None:
    client = as_(cast.priya)
    page = get_page(client, "/c/library/validate-first")
    page = submit_and_follow(client, page, form="form[action$='/copy']")
    assert page.address == "/c/library/our-feeling-first/edit"
    assert "Copied. Change what you like." in page.words
    library = get_page(client, "/c/library")
    assert "Not published yet" in library.words
    assert len(library.select("#ours")) == 0


def test_what_was_typed_stays_when_a_step_moves(app: Flask, cast: Cast, as_: AS, copied: str) -> None:
    client = as_(cast.priya)
    page = get_page(client, f"/c/library/{copied}/edit")
    before = keys(page)
    answer = press_only(client, page, f"down:{before[0]}", {"name": "Slowly", "summary": "A new line"})
    assert answer.location is not None
    assert answer.location.endswith(f"?at={before[0]}#step-{before[0]}")
    page = get_page(client, urljoin(page.address, answer.location))
    assert keys(page) == [before[1], before[0], *before[2:]]
    assert the(page, "#name")["value"] == "Slowly"
    assert the(page, "#summary")["value"] == "A new line"
    page = press(client, page, f"up:{before[0]}")
    assert keys(page) == before


def test_a_step_is_taken_out_and_comes_back(app: Flask, cast: Cast, as_: AS, copied: str) -> None:
    client = as_(cast.priya)
    page = get_page(client, f"/c/library/{copied}/edit")
    before, whole = keys(page), draft(app, cast, copied)
    page = press(client, page, f"remove:{before[1]}")
    assert keys(page) == [before[0], *before[2:]]
    page = press(client, page, "bring_back")
    assert keys(page) == before
    assert draft(app, cast, copied) == whole


def test_a_step_is_added_where_it_is_wanted(app: Flask, cast: Cast, as_: AS, copied: str) -> None:
    client = as_(cast.priya)
    page = get_page(client, f"/c/library/{copied}/edit")
    before = keys(page)
    page = press(client, page, "add", add_type="rating", add_after=before[0])
    assert keys(page) == [before[0], "step-1", *before[1:]]
    assert the(page, "#step-1__usual").has_attr("checked")
    assert "Step 2" in str(the(page, "#step-step-1"))


def test_a_label_that_stays_keeps_its_key(app: Flask, cast: Cast, as_: AS, copied: str) -> None:
    client = as_(cast.priya)
    page = get_page(client, f"/c/library/{copied}/edit")
    chosen = next(step for step in steps_of(draft(app, cast, copied)) if step["type"] == "choose_one")
    old = chosen["options"]
    lines = "\n".join(["Something new", *(one["label"] for one in reversed(old))])
    press(client, page, "save", **{f"{chosen['key']}__options": lines})
    now = next(step for step in steps_of(draft(app, cast, copied)) if step["key"] == chosen["key"])
    assert now["options"] == [{"key": "something-new", "label": "Something new"}, *reversed(old)]


def test_a_half_finished_draft_is_kept_and_told_what_is_left(app: Flask, cast: Cast, as_: AS) -> None:
    client = as_(cast.priya)
    page = get_page(client, "/c/library/new")
    page = submit_and_follow(client, page, {"name": "Kitchen talk", "family": "rituals", "who": "each"})
    assert page.address == "/c/library/our-kitchen-talk/edit"
    page = press(client, page, "save", minutes="a while")
    assert the(page, "#minutes")["value"] == "a while"
    assert "This takes: whole minutes, from 1 to 90." in the(page, "#minutes-todo").get_text()
    assert "Still to fill in" in the(page, "#why-todo").get_text()
    assert not page.select(".error-summary")


def test_the_reading_line_says_nothing_of_nothing_and_names_the_hard_line(
    app: Flask, cast: Cast, as_: AS
) -> None:
    with app.app_context():
        slug = new_exercise(actor=cast.priya, draft=blank_draft("Kitchen talk")).slug
    client = as_(cast.priya)
    assert "There is too little to read yet." in get_page(client, f"/c/library/{slug}/edit").words
    hard = "Communication deteriorates considerably whenever conversational reciprocity is insufficient."
    page = press(client, get_page(client, f"/c/library/{slug}/edit"), "save", **{**WRITTEN, "why": hard})
    advice = the(page, ".advice").get_text(" ")
    assert "Aim for 7 or less." in advice
    assert "Shorter words would help." in advice


WRITTEN = {
    "summary": "Two cups of tea, and ten minutes.",
    "why": "A warm cup slows us both down.",
    "how": "Put the kettle on.",
    "dos": "Sit down.",
    "donts": "Bring the post.",
    "step-1__title": "Who made the tea?",
}


def test_what_a_practice_wrote_itself_needs_no_source_and_says_so(app: Flask, cast: Cast, as_: AS) -> None:
    with app.app_context():
        slug = new_exercise(actor=cast.priya, draft=blank_draft("Kitchen talk")).slug
    client = as_(cast.priya)
    page = get_page(client, f"/c/library/{slug}/edit")
    # An idea alone says too little of where a thing comes from.
    told = read_page(press_only(client, page, "publish", {**WRITTEN, "sources": "I3"}, status=422), 422)
    assert "Tick at least one practice that this comes from." in the(told, ".error-summary").get_text(" ")
    page = get_page(client, f"/c/library/{slug}/edit")
    press_only(client, page, "publish", {**WRITTEN, "sources": []})
    published = get_page(client, f"/c/library/{slug}")
    assert "Written by your practice." in published.words


def test_publishing_what_is_not_ready_says_where_and_keeps_the_draft(app: Flask, cast: Cast, as_: AS) -> None:
    with app.app_context():
        slug = new_exercise(actor=cast.priya, draft=blank_draft("Kitchen talk")).slug
    client = as_(cast.priya)
    page = get_page(client, f"/c/library/{slug}/edit")
    refused = read_page(
        press_only(client, page, "publish", {"why": "Because it is warm there."}, status=422), 422
    )
    told = the(refused, ".error-summary").get_text(" ")
    assert "The draft is saved." in told
    assert "Step 1" in told
    assert the(refused, "#step-1__title")["aria-invalid"] == "true"
    assert draft(app, cast, slug)["why"] == "Because it is warm there."
    with app.app_context():
        assert library_for(cast.priya).get(slug) is None
    # Pressing the same button again leads to the draft, and nothing is kept twice.
    again = press_only(client, page, "publish", {"why": "Because it is warm there."})
    assert again.location == f"/c/library/{slug}/edit"
    # And the page that was refused can be sent on.
    assert press_only(client, refused, "save", {}).location


def test_publishing_makes_it_ours_for_everybody_in_the_practice(
    app: Flask, cast: Cast, as_: AS, copied: str
) -> None:
    client = as_(cast.priya)
    page = get_page(client, f"/c/library/{copied}/edit")
    page = press(client, page, "publish", name="Our way of saying it back")
    assert "Version 1 is published." in page.words
    for person in (cast.marcus, cast.sofia):
        library = get_page(as_(person), "/c/library")
        ours = the(library, "section[aria-labelledby=ours]")
        assert "Our way of saying it back" in ours.get_text()
    assert "Our way" not in get_page(as_(cast.hana), "/c/library").words
    offered = get_page(client, f"/c/assign?couple={cast.sam_and_jo.id}")
    assert "Our way of saying it back Ours" in offered.words


def test_earlier_versions_can_be_read(app: Flask, cast: Cast, as_: AS, copied: str) -> None:
    client = as_(cast.priya)
    page = get_page(client, f"/c/library/{copied}/edit")
    press(client, page, "publish", name="First way")
    page = get_page(client, f"/c/library/{copied}/edit")
    page = press(client, page, "publish", name="Second way")
    assert the(page, "h1").get_text() == "Second way"
    old = get_page(client, f"/c/library/{copied}/versions/1")
    assert the(old, "h1").get_text() == "First way"
    assert "This is how it stood then." in old.words
    get_page(client, f"/c/library/{copied}/versions/3", 404)


def test_a_newer_draft_is_shown_and_not_overwritten(app: Flask, cast: Cast, as_: AS, copied: str) -> None:
    client = as_(cast.priya)
    page = get_page(client, f"/c/library/{copied}/edit")
    with app.app_context():
        other = {**own_exercise(cast.marcus, copied).draft, "summary": "From Marcus"}
        save_draft(actor=cast.marcus, slug=copied, draft=other, version=1)
    read_page(press_only(client, page, "add", {"name": "From Priya"}, status=422), 422)
    refused = read_page(press_only(client, page, "save", {"name": "From Priya"}, status=422), 422)
    assert "There is a newer draft" in refused.words
    assert "In one line: “From Marcus”" in refused.words
    assert the(refused, "#name")["value"] == "From Priya"
    assert draft(app, cast, copied)["summary"] == "From Marcus"
    submit(client, refused, form=BUILDER, button="Save mine instead")
    assert draft(app, cast, copied)["name"] == "From Priya"
    assert draft(app, cast, copied)["summary"] != "From Marcus"


def test_a_form_no_page_makes_is_refused(app: Flask, cast: Cast, as_: AS, copied: str) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    client, before = as_(cast.priya), draft(app, cast, copied)
    for steps in (["a b"], ["step-1", "step-1"], ["step-1"] * 30, ["<b>"]):
        data = {"steps": steps, **{f"{step}__type": "text" for step in steps}, "version": "1"}
        assert client.post(f"/c/library/{copied}/edit", data=data).status_code == 409
    data = {"steps": ["step-1"], "step-1__type": "spell", "version": "1"}
    assert client.post(f"/c/library/{copied}/edit", data=data).status_code == 409
    assert client.post(f"/c/library/{copied}/edit", data={"version": "x"}).status_code == 422
    data = {"version": "1", "family": "magic", "add_type": "spell"}
    for path in ("edit", "look"):
        assert client.post(f"/c/library/{copied}/{path}", data=data).status_code == 422
    assert draft(app, cast, copied) == before


def test_markup_is_read_as_words(app: Flask, cast: Cast, as_: AS, copied: str) -> None:
    client = as_(cast.priya)
    page = get_page(client, f"/c/library/{copied}/edit")
    first = keys(page)[0]
    mark = '"><script>alert(1)</script>'
    page = press(client, page, "save", **{"name": mark, f"{first}__title": mark})
    assert not [tag for tag in page.select("script") if "alert" in tag.get_text()]
    frame = str(the(page, "iframe")["srcdoc"])
    assert "<script>alert" not in frame
    assert "&lt;script&gt;alert" in frame


def test_the_preview_is_the_partners_own_page_and_leads_nowhere(cast: Cast, as_: AS, copied: str) -> None:
    for size, fewer in (("small", True), ("longer", False)):
        page = get_page(as_(cast.sofia), f"/c/library/{copied}/preview?size={size}")
        frames = page.select("iframe")
        assert {" ".join(frame["sandbox"]) for frame in frames} == {"allow-same-origin"}
        inside = Page(str(frames[-1]["srcdoc"]), "html.parser")
        assert "runner" in the(inside, "body")["class"]
        assert not inside.select("script")
        assert {a["href"] for a in inside.select("a")} <= {"#", "#main"}
        between = [frame for frame in frames if "Two phones" in str(frame["title"])]
        assert (len(frames) - len(between) - 1 < len(exercise("reflect-and-check").steps)) is fewer


def test_listening_turns_are_previewed_as_each_of_the_two_meets_them(
    cast: Cast, as_: AS, copied: str
) -> None:
    page = get_page(as_(cast.priya), f"/c/library/{copied}/preview")
    frames = [frame for frame in page.select("iframe") if "Two phones" in str(frame["title"])]
    assert len(frames) == len(strand_of(exercise("reflect-and-check")))
    assert "the speaker writes" in str(frames[0]["title"])
    insides = [Page(str(frame["srcdoc"]), "html.parser") for frame in frames]
    assert [the(one, "h1").get_text(strip=True) for one in insides] == [
        step.title.replace("{partner}", "Jo") for step in strand_of(exercise("reflect-and-check"))
    ]
    assert any("Jo" in the(one, "main").get_text(" ") for one in insides[1:])


def test_the_fragment_for_the_script_keeps_nothing(app: Flask, cast: Cast, as_: AS, copied: str) -> None:
    client, before = as_(cast.priya), draft(app, cast, copied)
    page = get_page(client, f"/c/library/{copied}/edit")
    first = keys(page)[0]
    form = the(page, BUILDER)
    form["action"] = form["data-look"]
    answer = submit(
        client, page, {f"{first}__title": "Why do you always do that?", "at": first}, form=BUILDER, status=200
    )
    assert "Why do you always do that?" in answer.text
    assert "this may land as blame" in answer.text
    assert draft(app, cast, copied) == before


def test_hints_advise_and_never_block(app: Flask, cast: Cast, as_: AS, copied: str) -> None:
    client = as_(cast.priya)
    page = get_page(client, f"/c/library/{copied}/edit")
    why = "You always say that, and I never know what I am meant to do about all of it at once."
    page = press(client, page, "save", why=why)
    assert "Hints only. They stop nothing." in page.words
    assert "Version 1 is published." in press(client, page, "publish").words


def test_archived_means_gone_from_the_library_and_not_from_the_list(
    app: Flask, cast: Cast, as_: AS, copied: str
) -> None:
    client = as_(cast.priya)
    press(client, get_page(client, f"/c/library/{copied}/edit"), "publish")
    page = get_page(client, f"/c/library/{copied}")
    page = submit_and_follow(client, page, form="form[action$='/archive']")
    assert "Couples who have it keep it." in page.words
    get_page(client, f"/c/assign/{copied}", 404)
    library = get_page(client, "/c/library")
    assert not library.select("#ours")
    assert library.select(f"details a[href='/c/library/{copied}']")
    assert client.get(f"/c/library/{copied}/edit").location == f"/c/library/{copied}"
    page = submit_and_follow(client, page, form="form[action$='/restore']")
    assert "It is back in the library." in page.words


def test_another_practice_and_a_reader_find_no_builder(cast: Cast, as_: AS, copied: str) -> None:
    made_up = get_page(as_(cast.hana), "/c/library/our-made-up/edit", 404).get_text()
    for path in ("", "/edit", "/preview", "/versions/1"):
        assert get_page(as_(cast.hana), f"/c/library/{copied}{path}", 404).get_text() == made_up
    get_page(as_(cast.sofia), f"/c/library/{copied}/edit", 404)
    get_page(as_(cast.sofia), "/c/library/new", 404)
    for person in (cast.sam, cast.ada):
        get_page(as_(person), f"/c/library/{copied}/preview", 404)
    assert "Change the draft" not in get_page(as_(cast.sofia), f"/c/library/{copied}").words


def test_pages_cost_the_same_however_much_the_practice_has_written(
    app: Flask, cast: Cast, as_: AS, copied: str, count_queries: CountQueries
) -> None:
    client = as_(cast.priya)
    pages = ["/c/library", f"/c/library/{copied}", f"/c/library/{copied}/edit", "/c/assign"]
    pages.append(f"/c/assign?couple={cast.sam_and_jo.id}")

    def costs() -> list[int]:
        found = []
        for path in pages:
            with count_queries() as statements:
                get_page(client, path)
            found.append(len(statements))
        return found

    with app.app_context():
        publish(actor=cast.priya, slug=copied, version=1)
    before = costs()
    with app.app_context():
        for _ in range(4):
            publish(
                actor=cast.priya, slug=copy_exercise(actor=cast.priya, slug="validate-first").slug, version=1
            )
        assert len(own_exercises(cast.priya)) == 5
    assert costs() == before


def test_the_assign_page_saves_ones_own_version(cast: Cast, as_: AS) -> None:
    client = as_(cast.priya)
    page = get_page(client, f"/c/assign/gentle-questions?couple={cast.sam_and_jo.id}")
    page = submit_and_follow(client, page, form="main form.post", button="Save as my version")
    assert page.address.startswith("/c/library/our-")
    assert page.address.endswith("/edit")
