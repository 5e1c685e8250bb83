"""Forms for what goes out and comes in as files. They look at no content; the library's reader does that."""

from __future__ import annotations

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

from flask_wtf.file import FileField, FileRequired
from wtforms import HiddenField, ValidationError
from wtforms.fields import Field

from assignments.library.reading import ZIP_BYTES
from clinic.forms import Form


class BringInForm(Form):
    """One file: an exercise, a plan, or a zip of several."""

    parcel: Any = FileField(
        "The file",
        description="A .toml file, or a .zip with several side by side. At most 360 KB.",
        validators=[FileRequired("Choose a file first.")],
        render_kw={"accept": ".toml,.zip"},
    )


CHOOSE_AGAIN = "Choose the file again."
LONGEST_NAME = 200


class KeepForm(Form):
    """The same file once more, after it was looked at. It comes back with the form, so that nothing is kept before."""

    name: Any = HiddenField()
    parcel: Any = HiddenField()

    @classmethod
    def holding(cls, name: str, content: bytes) -> KeepForm:
        """A form that carries a file."""
        return cls(formdata=None, name=name[:LONGEST_NAME], parcel=urlsafe_b64encode(content).decode())

    @property
    def content(self) -> bytes:
        """The file; nothing for what we did not write so."""
        try:
            return urlsafe_b64decode((self.parcel.data or "").encode("ascii"))
        except (binascii.Error, UnicodeEncodeError):
            return b""

    def validate_name(self, field: Field) -> None:
        """It only comes back to be shown in a sentence about the file."""
        if len(field.data or "") > LONGEST_NAME:
            raise ValidationError(CHOOSE_AGAIN)

    def validate_parcel(self, field: Field) -> None:
        """As we wrote it."""
        if not 0 < len(self.content) <= ZIP_BYTES:
            raise ValidationError(CHOOSE_AGAIN)
