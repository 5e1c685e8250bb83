"""Forms for what goes out and comes in as files. They look at no content; the library's reader does that."""

from __future__ import annotations

from typing import Any

from flask_wtf.file import FileField, FileRequired

from clinic.forms import Form


class BringInForm(Form):
    """One file: an exercise, a plan, or a zip of several."""

    parcel: Any = FileField(
        "The file",
        description="A .toml file, or a .zip with several side by side. At most 400 KB.",
        validators=[FileRequired("Choose a file first.")],
        render_kw={"accept": ".toml,.zip"},
    )
