"""Forms of the review pages: what was seen, a reply, the counsellor's own view of a sign, a decision."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from wtforms import (  # type: ignore[attr-defined]  # types-WTForms does not know SelectChoice yet
    BooleanField,
    DateField,
    HiddenField,
    RadioField,
    SelectChoice,
    StringField,
    TextAreaField,
)
from wtforms.validators import AnyOf, DataRequired, InputRequired, Length, Optional

from assignments.domain.lengths import COMMENT_CHARACTERS, NOTE_CHARACTERS, REASON_CHARACTERS, ROW_CHARACTERS
from assignments.domain.signs import DECISION_LABELS
from assignments.domain.signs.topics import TOPIC_LABELS
from assignments.queries.sign_rows import JUDGEMENT_LABELS
from clinic.forms import CheckboxesField, Form, in_reach, trimmed

OPEN_AGAIN = "Open this page again first."
# A turn of listening turns holds a few dozen parts at the very most.
MOST_PARTS = 200


def whole(text: str | None) -> int | None:
    """The version a page showed, carried along unseen; anything but plain digits is none."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else None


def _at_most(most: int) -> Length:
    return Length(max=most, message=f"Use at most {most} characters.")


class SeenForm(Form):
    """Which version of an answer, and of the one beside it, was on the page."""

    version: Any = HiddenField(filters=[whole], validators=[DataRequired(OPEN_AGAIN)])
    other_version: Any = HiddenField(filters=[whole])


BOTH = "both"


def versions(text: str | None) -> dict[UUID, int]:
    """Which rows a page showed, and in which version, carried along unseen; anything else is nothing."""
    found: dict[UUID, int] = {}
    for pair in (text or "").split(" ")[:MOST_PARTS]:
        name, _, number = pair.partition("=")
        version = whole(number)
        if version is None or len(name) != 36:
            return {}
        try:
            found[UUID(name)] = version
        except ValueError:
            return {}
    return found


class CommentForm(Form):
    """A short reply to the author of one answer, of the one beside it, or to both."""

    version: Any = HiddenField(filters=[whole], validators=[DataRequired(OPEN_AGAIN)])
    other_version: Any = HiddenField(filters=[whole])
    to: Any = RadioField("Reply to", validators=[InputRequired("Choose who this is for.")])
    words: Any = TextAreaField(
        "Your reply",
        filters=[trimmed],
        validators=[DataRequired("Write a line or two first."), _at_most(COMMENT_CHARACTERS)],
    )

    def offer(self, names: Mapping[str, str]) -> None:
        """Whose answers stand on the page, by slot; with two of them the reply may go to both."""
        offered = [*names.items(), *([(BOTH, "Both")] if len(names) > 1 else [])]
        self.to.choices = [SelectChoice(value, label) for value, label in offered]
        if len(names) == 1:
            # Nobody is asked to choose between one.
            self.to.data = self.to.data or next(iter(names))
            self.to.validators = []

    def validate(self, extra_validators: Any = None) -> bool:
        """One reader is no question on the page, so a wrong one is told of the whole form."""
        passed = super().validate(extra_validators)
        if len(self.to.choices) == 1 and self.to.errors:
            self.to.errors = []
            self.form_errors.append(OPEN_AGAIN)
        return passed


class SeenPartsForm(Form):
    """Which parts of a turn were on the page, and in which version."""

    seen: Any = HiddenField(filters=[versions], validators=[DataRequired(OPEN_AGAIN)])


class TurnCommentForm(CommentForm):
    """A reply about a turn of listening turns."""

    version: Any = None
    other_version: Any = None
    seen: Any = HiddenField(filters=[versions], validators=[DataRequired(OPEN_AGAIN)])


class SavedLineForm(Form):
    """One sentence to use again in replies."""

    words: Any = TextAreaField(
        "A line for replies",
        description="Up to 600 characters. Leave names out.",
        filters=[trimmed],
        validators=[DataRequired("Write a line first."), _at_most(COMMENT_CHARACTERS)],
    )


class JudgementForm(Form):
    """The counsellor's own yes, no or unsure on a sign that is never worked out."""

    judgement: Any = RadioField(
        "Your view",
        choices=[SelectChoice(value, label) for value, label in JUDGEMENT_LABELS.items()],
        validators=[InputRequired("Choose yes, no or unsure.")],
    )
    note: Any = TextAreaField("Note", filters=[trimmed], validators=[_at_most(NOTE_CHARACTERS)])

    def __init__(self, sign: str, **more: Any) -> None:
        super().__init__(**more)
        # The page shows one such form for each sign, and an id may stand on a page once.
        self.judgement.id, self.note.id = f"judgement-{sign}", f"note-{sign}"


class AsideForm(Form):
    """Why a row is set aside."""

    reason: Any = TextAreaField(
        "Why set it aside",
        description="It comes back when its state changes, and after four weeks at the latest.",
        filters=[trimmed],
        validators=[DataRequired("Say why, in a line."), _at_most(NOTE_CHARACTERS)],
    )

    def __init__(self, sign: str, **more: Any) -> None:
        super().__init__(**more)
        # The page shows one such form for each row, and an id may stand on a page once.
        self.reason.id = f"aside-{sign}"


class OwnRowForm(Form):
    """A row in the counsellor's own words."""

    title: Any = StringField(
        "What you want to watch",
        description="A short line, such as: talks about moving out. You judge it yourself.",
        filters=[trimmed],
        validators=[DataRequired("Write what you want to watch."), _at_most(ROW_CHARACTERS)],
    )


class TopicsForm(Form):
    """Which topics one partner was asked about, alone, and on which day."""

    slot: Any = RadioField("Whom", validators=[InputRequired("Choose whom you asked.")])
    topics: Any = CheckboxesField(
        "What you asked about",
        choices=[SelectChoice(topic.value, label) for topic, label in TOPIC_LABELS.items()],
        validators=[InputRequired("Choose at least one.")],
    )
    asked_on: Any = DateField("On", validators=[InputRequired("Enter a day."), in_reach])

    def name_partners(self, names: tuple[str, str]) -> None:
        """The two by their own names."""
        self.slot.choices = [
            SelectChoice(slot, f"{name}, alone") for slot, name in zip("AB", names, strict=True)
        ]


class UsefulForm(Form):
    """Whether a sign was of use, as one of two buttons says."""

    useful: Any = HiddenField(validators=[AnyOf(("yes", "no"), "Choose yes or no.")])


class DecisionNoteForm(Form):
    """A dated note beside one decision."""

    words: Any = TextAreaField(
        "Add a note",
        description="Dated, and kept beside the decision. The decision stays as it is.",
        filters=[trimmed],
        validators=[DataRequired("Write a line or two first."), _at_most(NOTE_CHARACTERS)],
    )

    def __init__(self, decision_id: UUID, **more: Any) -> None:
        super().__init__(**more)
        # The page shows one such form for each decision, and an id may stand on a page once.
        self.words.id = f"note-{decision_id}"


class DecisionForm(Form):
    """One of the seven states, with the reason. None is chosen beforehand."""

    state: Any = RadioField(
        "What you decide",
        choices=[SelectChoice(state.value, label) for state, label in DECISION_LABELS.items()],
        validators=[InputRequired("Choose what you decide.")],
    )
    reason: Any = TextAreaField(
        "Why",
        description="Two or three lines. Goes in the record.",
        filters=[trimmed],
        validators=[DataRequired("Say why, in a line or two."), _at_most(REASON_CHARACTERS)],
    )
    review_on: Any = DateField("Look again on", validators=[Optional(), in_reach])
    in_brief: Any = BooleanField("Add the reason to my brief")
    # What the evidence was when the page was shown, so that nobody decides on what they have not seen.
    evidence: Any = HiddenField()
