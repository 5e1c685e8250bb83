"""What templates and style sheets say of each other: a class that nothing knows is a slip of the pen or a leftover."""

from __future__ import annotations

import re
from pathlib import Path

# What is worked out when the page is made. A class that is put together from parts is left out whole.
EXPRESSION = re.compile(r"\{[{%].*?[%}]\}", re.DOTALL)
CLASSES = re.compile(r'\bclass="((?:\{[{%].*?[%}]\}|[^"])*)"', re.DOTALL)


def named_in(project: Path, pattern: str, *endings: str) -> set[str]:
    files = [file for ending in endings for file in (project / "clinic/static").glob(f"*.{ending}")]
    assert files
    return {name for file in files for name in re.findall(pattern, file.read_text(encoding="utf-8"))}


def test_every_class_in_a_template_is_known_to_a_style_or_a_script(project: Path) -> None:
    known = named_in(project, r"\.(-?[A-Za-z][\w-]*)", "css") | named_in(project, r"[\w-]+", "js")
    strange = [
        f"{file.relative_to(project)}: {name}"
        for file in sorted((project / "templates").rglob("*.html"))
        for written in CLASSES.findall(file.read_text(encoding="utf-8"))
        for name in EXPRESSION.sub("…", written).split()
        if "…" not in name and name not in known
    ]
    assert not strange, "\n".join(strange)
