"""What templates and style sheets say of each other: a class that nothing knows is a slip of the pen or a leftover."""

from __future__ import annotations

import re
from pathlib import Path

from clinic.assets import assets

# What is worked out when the page is made. A class that is put together from parts is left out whole.
EXPRESSION = re.compile(r"\{[{%].*?[%}]\}", re.DOTALL)
CLASSES = re.compile(r'\bclass="((?:\{[{%].*?[%}]\}|[^"])*)"', re.DOTALL)


def known() -> set[str]:
    """Every class in a style sheet as it is sent, the library's with ours, and every word of a script."""
    styles, scripts = (
        [one.plain.decode() for one in assets().values() if one.kind == kind]
        for kind in ("text/css", "text/javascript")
    )
    assert styles
    assert scripts
    return {name for text in styles for name in re.findall(r"\.(-?[A-Za-z][\w-]*)", text)} | {
        name for text in scripts for name in re.findall(r"[\w-]+", text)
    }


def test_every_class_in_a_template_is_known_to_a_style_or_a_script(project: Path) -> None:
    names = known()
    strange = [
        f"{file.relative_to(project)}: {name}"
        for file in sorted((project / "templates").rglob("*.html"))
        for written in CLASSES.findall(file.read_text(encoding="utf-8"))
        for name in EXPRESSION.sub("…", written).split()
        if "…" not in name and name not in names
    ]
    assert not strange, "\n".join(strange)
