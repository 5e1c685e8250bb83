"""House rules that can be read off the tree (house rule 25): a rule that nothing checks is a wish."""

from __future__ import annotations

import gzip
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
TOP_LEVEL = {
    "clinic", "assignments", "templates", "tests", "config.py", "wsgi.py", "pyproject.toml", "README.md",
    "Makefile", "requirements", "docs",
}  # fmt: skip
# What running and testing leave behind; git ignores it.
LEFT_BEHIND = {"instance", "test-results", "__pycache__", "build"}
TEXT = {".py", ".html", ".md", ".toml", ".css", ".js", ".txt", ".csv", ".svg", ".ini", ".mako", ".yml", ""}
DEFINED = re.compile(r"^(?:class|def|async def) (\w+)", re.MULTILINE)


def files(*suffixes: str, under: str = "") -> Iterator[Path]:
    """The project's own files, in a steady order."""
    tops = [ROOT / under] if under else [*(ROOT / name for name in sorted(TOP_LEVEL)), ROOT / ".ci"]
    for top in tops:
        for path in [top] if top.is_file() else sorted(top.rglob("*")):
            if (
                path.is_file()
                and "__pycache__" not in path.parts
                and (not suffixes or path.suffix in suffixes)
            ):
                yield path


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def places(pattern: str, *suffixes: str, under: str = "", flags: int = re.IGNORECASE) -> list[str]:
    """Where a pattern occurs, as file:line: text."""
    found = re.compile(pattern, flags)
    return [
        f"{name_of(path)}:{number}: {line.strip()[:100]}"
        for path in files(*suffixes, under=under)
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if found.search(line)
    ]


# --- The shape of the tree.


def test_the_top_level_holds_what_was_agreed_and_nothing_else() -> None:
    seen = {path.name for path in ROOT.iterdir() if not path.name.startswith(".")}
    assert seen - LEFT_BEHIND - {name for name in seen if name.endswith(".egg-info")} <= TOP_LEVEL
    assert TOP_LEVEL - {"docs"} <= seen


def test_no_module_grows_past_its_limit() -> None:
    """A module that does is split by noun into a folder of the same name (decision 2). A test may tell more."""
    too_long = {
        name_of(path): lines
        for path in files(".py")
        if "versions" not in path.parts
        and (lines := len(path.read_text(encoding="utf-8").splitlines()))
        > (800 if "tests" in path.parts else 500)
    }
    assert not too_long


def test_no_module_is_a_drawer_for_everything() -> None:
    drawers = {"utils", "util", "helpers", "helper", "common", "core", "misc", "shared"}
    assert not [name_of(path) for path in files(".py") if drawers & {path.stem, *path.parent.parts}]


def test_no_test_folder_is_a_package() -> None:
    """tests/clinic as a package would shadow the clinic that it tests."""
    assert not [name_of(path) for path in files(".py", under="tests") if path.name == "__init__.py"]


def test_no_package_file_hides_imports_or_code_at_its_door() -> None:
    """A package's first file is its map, its public names, and at most the function that binds it to the app."""
    for package in ("clinic", "assignments"):
        source = (ROOT / package / "__init__.py").read_text(encoding="utf-8")
        assert source.lstrip().startswith('"""'), f"{package}/__init__.py has no map"
        assert set(DEFINED.findall(source)) <= {"init_app"}, f"{package}/__init__.py does more than bind"


# --- What no file may say.


def test_no_file_names_a_place_on_somebodys_machine() -> None:
    pattern = r"(?<![\w.\-}>/])/(?:home|root|Users|work|workspace|mnt|opt|tmp|var/tmp)/[\w.]"
    assert not [
        place for place in places(pattern, *TEXT, flags=0) if not place.startswith("tests/test_project.py")
    ]


def test_no_file_names_a_package_registry() -> None:
    """A lock or a script with a registry's address would ignore the one that the machine's owner set."""
    assert not places(r"pypi\.org|pythonhosted\.org|npmjs\.(?:org|com)", *TEXT)


def test_every_exception_to_a_rule_says_its_reason() -> None:
    """Beside it, in words: what a linter or the checker of types is told to let pass."""
    bare = r"(?:type: ignore|noqa)(?:\[[\w, -]+\]|: [A-Z0-9, ]+)?\s*$"
    assert not places(bare, ".py", flags=0)


def test_nothing_is_skipped() -> None:
    """A skipped test is a promise nobody keeps. Mark it xfail with a reason and a date, or mend it."""
    skipping = r"\b(?:pytest|unittest|mark)\.(?:skip|skipif|importorskip)\b"
    assert not places(skipping, ".py", under="tests")


def test_there_is_no_third_party_style_or_font_or_script() -> None:
    assert not [name_of(path) for path in files(".woff", ".woff2", ".ttf", ".otf", ".map")]
    assert not [name_of(path) for path in files(".js", ".css") if ".min." in path.name]


# --- Templates.


@pytest.mark.parametrize(
    ("fault", "pattern"),
    [
        ("words marked as safe", r"\|\s*safe\b"),
        ("escaping switched off", r"autoescape\s+false"),
        ("inline style", r"\sstyle\s*="),
        ("inline style sheet", r"<style\b(?![^>]*nonce)"),
        ("inline script", r"<script\b(?![^>]*\bsrc\s*=)"),
        ("inline handler", r"<[^>]*\son[a-z]+\s*="),
        ("script in a link", r"javascript:"),
        (
            "something loaded from elsewhere",
            r"<(?:script|link|img|iframe|source)\b[^>]*\s(?:src|href|srcset)\s*=\s*[\"'](?:https?:)?//",
        ),
        ("a role compared in a template", r"\.role\s*[!=]="),
    ],
)
def test_no_template_holds(fault: str, pattern: str) -> None:
    # Plain-text mails have no tags, and may say where the practice is.
    assert not places(pattern, ".html", under="templates"), fault


def test_a_template_lies_where_its_view_does() -> None:
    """templates/<package>/<blueprint>/<view>.html belongs to <package>/views/<blueprint>."""
    for package in ("clinic", "assignments"):
        for path in files(".html", under=f"templates/{package}"):
            blueprint = path.relative_to(ROOT / "templates" / package).parts[0]
            views = ROOT / package / "views"
            assert (views / f"{blueprint}.py").exists() or (views / blueprint).is_dir(), (
                f"{name_of(path)} belongs to no view"
            )


def test_every_template_that_is_named_exists() -> None:
    named = re.compile(r"""["']([a-z_]+/[a-z_/]+\.(?:html|txt))["']""")
    missing = [
        f"{name_of(path)}: {template}"
        for path in [*files(".py"), *files(".html", under="templates")]
        if "tests" not in path.parts
        for template in named.findall(path.read_text(encoding="utf-8"))
        if not (ROOT / "templates" / template).exists() and not template.startswith("bootstrap")
    ]
    assert not missing


def test_no_markup_is_written_in_python() -> None:
    assert not places(r"\bMarkup\(|mark_safe", ".py", under="clinic")
    assert not places(r"\bMarkup\(|mark_safe", ".py", under="assignments")


def test_all_script_together_is_small() -> None:
    """Fifteen kilobytes are what a counsellor's page may load; here they are all of it, packed one by one."""
    scripts = sorted((ROOT / "clinic" / "static").glob("*.js"))
    assert scripts
    assert sum(len(gzip.compress(path.read_bytes(), 9)) for path in scripts) <= 15_000


# --- Decisions.


def test_decisions_are_numbered_in_one_series() -> None:
    numbers = [path.name[:4] for path in sorted((ROOT / "docs" / "decisions").glob("*.md"))]
    assert numbers == [f"{number:04}" for number in range(1, len(numbers) + 1)]


def test_every_decision_is_indexed_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    indexed = set(re.findall(r"\(docs/decisions/([\w.-]+\.md)\)", readme))
    assert indexed == {path.name for path in (ROOT / "docs" / "decisions").glob("*.md")}


def test_every_link_of_a_page_leads_somewhere() -> None:
    broken = [
        f"{name_of(page)}: {target}"
        for page in files(".md")
        for target in re.findall(r"\]\((?!\w+:|#)([^)#\s]+)", page.read_text(encoding="utf-8"))
        if not (page.parent / target).exists()
    ]
    assert not broken


# --- What is installed.


def pinned(name: str) -> dict[str, set[str]]:
    """The pins of a lock: package to versions. A package may differ by Python version."""
    pins: dict[str, set[str]] = {}
    for line in (ROOT / "requirements" / name).read_text(encoding="utf-8").splitlines():
        if found := re.match(r"([\w.-]+)(?:\[[\w,]+\])?==([\w.+!-]+)", line):
            pins.setdefault(found[1].lower(), set()).add(found[2])
    return pins


def wanted(items: list[object]) -> set[str]:
    """The names in a list of requirements."""
    return {re.split(r"[\[<>=~! ;]", item)[0].lower() for item in items if isinstance(item, str)}


def test_the_locks_hold_what_the_project_asks_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    needed = wanted(project["project"]["dependencies"])
    tools = wanted(project["dependency-groups"]["test"]) | wanted(project["dependency-groups"]["lint"])
    assert needed <= set(pinned("run.txt"))
    assert tools <= set(pinned("dev.txt"))
    assert not tools & set(pinned("run.txt")), "a tool for tests would be installed in production"


def test_the_dev_lock_contains_the_run_lock() -> None:
    run, dev = pinned("run.txt"), pinned("dev.txt")
    assert {name: dev.get(name) for name in run} == run


@pytest.mark.parametrize("lock", ["run.txt", "dev.txt", "uv.txt"])
def test_every_pin_has_a_hash(lock: str) -> None:
    source = (ROOT / "requirements" / lock).read_text(encoding="utf-8")
    pins = re.split(r"(?m)^(?=[\w.-]+(?:\[[\w,]+\])?==)", source)
    assert pins[1:]
    assert all("--hash=sha256:" in pin for pin in pins[1:])
