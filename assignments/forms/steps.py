"""The form of one page of an exercise, built from its step.

A form for a step is built from the step. What counts as an answer is asked of the domain's one reader, so the rule
for a page, a draft and an import is the same rule.
"""

from datetime import date, timedelta
from functools import lru_cache
from typing import Any, ClassVar, cast

from flask_wtf import FlaskForm
from wtforms import (  # type: ignore[attr-defined]  # types-WTForms lacks SelectChoice
    BooleanField,
    Field,
    RadioField,
    SelectChoice,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.widgets import CheckboxInput, ListWidget

from assignments.domain.exercises import (
    OTHER,
    RATHER_NOT_SAY,
    AgreementStep,
    AnswerError,
    AnswerValue,
    AskedField,
    CardsStep,
    ChooseManyStep,
    ChooseOneStep,
    EntriesStep,
    FeelingsStep,
    ISentenceStep,
    Option,
    Part,
    RatingStep,
    Step,
    TextStep,
    TimerStep,
    day_in_words,
    merge_part,
    names_of_part,
    parts_of,
    read_answer,
)
from assignments.domain.turns import Act

RATHER_NOT_SAY_LABEL = "I’d rather not say"
OWN_WORDS_LABEL = "In your own words"
DAYS_OFFERED = 14

# The boxes of an entry or an agreement are named by the exercise; the prefix keeps a box called “data” or “errors”
# from hiding what a form has under that name.
_PREFIX = "box_"


class CheckboxesField(SelectMultipleField):
    """Several ticks, each a real checkbox."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class DayField(SelectField):
    """A day of the last two weeks, by its name; the days are put in when the form is made."""

    def __init__(self, label: str, **options: Any) -> None:
        super().__init__(label, choices=[], validate_choice=False, **options)

    def offer(self, today: date) -> None:
        """Today first and chosen beforehand, then back from there; a day saved longer ago stays on offer."""
        days = [(today - timedelta(days=back)).isoformat() for back in range(DAYS_OFFERED)]
        words = [f"Today, {day_in_words(days[0])}", f"Yesterday, {day_in_words(days[1])}"]
        words += [day_in_words(day) for day in days[2:]]
        older = [(self.data, day_in_words(self.data))] if self.data not in days and _is_day(self.data) else []
        self.choices = [*older, *zip(days, words, strict=True), ("", "Leave it out")]


def _is_day(text: str | None) -> bool:
    """Whether this can be offered as a day; what else was sent is refused beside the box."""
    try:
        return bool(text) and bool(date.fromisoformat(str(text)))
    except ValueError:
        return False


class StepForm(FlaskForm):
    """The form of one page of an exercise; made by step_form, never by hand."""

    step: ClassVar[Step]
    part: ClassVar[Part | None] = None
    boxes: ClassVar[tuple[tuple[str, str], ...]] = ()
    """Pairs of a name the answer uses and the name of its field, in reading order."""

    _saved: AnswerValue | None = None

    def load(self, value: AnswerValue | None) -> None:
        """Fill in what was saved, for coming back; what was typed in this request is never overwritten."""
        self._saved = value
        if self.is_submitted():
            return
        for name, field_name in self.boxes:
            if value is not None and name in value:
                self[field_name].process_data(value[name])

    def offer_days(self, today: date, *, is_new: bool) -> None:
        """Fill the day choosers; a new entry is about today until its writer says otherwise."""
        for field in self.answer_fields():
            if isinstance(field, DayField):
                if not self.is_submitted() and is_new and not field.data:
                    field.process_data(today.isoformat())
                field.offer(today)

    def answer_fields(self) -> list[Field]:
        """The fields a person fills in, in reading order, without the hidden ones."""
        return [self[field_name] for _, field_name in self.boxes]

    def value(self) -> AnswerValue | None:
        """What the person said, ready to be kept, or None where they left it out; AnswerError where it cannot be."""
        said = read_answer(self.step, self._raw())
        if self.part is not None:
            return (
                merge_part(cast(ISentenceStep | FeelingsStep, self.step), self._saved, self.part, said)
                or None
            )
        return said

    def validate(self, extra_validators: Any = None) -> bool:
        """The form's own checks, then the domain's; the domain's sentence goes beside the box it is about."""
        valid = super().validate(extra_validators)
        try:
            self.value()
        except AnswerError as error:
            field_name = dict(self.boxes).get(error.field)
            if field_name is None:
                self.form_errors.append(str(error))
            else:
                field = self[field_name]
                field.errors = [*field.errors, str(error)]
            return False
        return bool(valid)

    def _raw(self) -> dict[str, object]:
        return {name: self[field_name].data for name, field_name in self.boxes}


def step_form(
    step: Step,
    value: AnswerValue | None = None,
    *,
    part: Part | None = None,
    leave_out: tuple[str, ...] = (),
    **options: Any,
) -> StepForm:
    """A form for one step, with the saved value filled in; part asks only one part of a step that has parts.

    `leave_out` names what this page does not ask, such as the tick of an agreement that both sign elsewhere.
    """
    form = step_form_class(step, part, leave_out)(**options)
    form.load(value)
    return form


@lru_cache(maxsize=512)
def step_form_class(step: Step, part: Part | None = None, leave_out: tuple[str, ...] = ()) -> type[StepForm]:
    """The form class of a step: one field for each name its answer uses."""
    if part is not None and part not in parts_of(step):
        raise ValueError(f"“{step.key}” is a {step.type} step and has no part “{part}”")
    fields = _fields(step)
    names = [name for name in names_of_part(step, part) if name not in leave_out]
    boxes = tuple((name, f"{_PREFIX}{name}" if _is_named_by_exercise(step, name) else name) for name in names)
    return type(
        "StepForm",
        (StepForm,),
        {"step": step, "part": part, "boxes": boxes, **{box: fields[name] for name, box in boxes}},
    )


def turn_form(act: Act, value: AnswerValue | None = None) -> StepForm:
    """A form for one part of a listening turn. The check offers its lines alone; own words stand beside them."""
    step = act.step
    if isinstance(step, TextStep):
        # The hint stands under the heading, so that the box can say what helps in saying something back.
        own_words = step.label or (OWN_WORDS_LABEL if step.turn == "listener" else "A few lines are plenty")
        return step_form(step.model_copy(update={"label": own_words, "hint": None}), value)
    form = step_form(step.model_copy(update={"hint": None}), value)
    if act.choices:
        form["choice"].choices = [SelectChoice(option.key, option.label) for option in act.choices]
    return form


def _fields(step: Step) -> dict[str, Field]:
    match step:
        case TextStep():
            return {"text": _box(step.label or step.title, step.hint, step.max_chars)}
        case RatingStep():
            return {"rating": _tiles(step.title, step.hint)}
        case ChooseOneStep():
            return {
                "choice": _radios(step.title, step.hint, step.options, other=step.other),
                OTHER: _line(OWN_WORDS_LABEL, None, step.max_chars),
            }
        case ChooseManyStep():
            return {
                "choices": _ticks(step.title, step.hint, step.options),
                OTHER: _line(step.other or "", None, step.max_chars),
            }
        case ISentenceStep():
            return {
                "when": _box(step.when.title, step.when.hint, step.max_chars),
                "felt": _ticks(step.felt.title, step.felt.hint, step.feelings),
                "felt_other": _line(step.other, None, 100),
                "would_like": _box(step.would_like.title, step.would_like.hint, step.max_chars),
            }
        case CardsStep():
            return {
                "choice": _radios(step.title, step.hint, step.options, other=step.other),
                OTHER: _box(OWN_WORDS_LABEL, None, step.max_chars, rows=2),
            }
        case FeelingsStep():
            return {
                "felt": _ticks(step.felt.title, step.felt.hint, step.feelings),
                "felt_other": _line(step.other, None, 100),
                "strength": _tiles(step.strength.title, step.strength.hint),
                "body": _ticks(step.body.title, step.body.hint, step.body.options),
                "body_other": _line(step.body.other or "", None, 100),
            }
        case EntriesStep():
            return {field.key: _asked(field) for field in step.fields}
        case TimerStep():
            return {"done": BooleanField("We did it", false_values=("", "false"))}
        case AgreementStep():
            asked = {field.key: _asked(field) for field in step.fields}
            return {**asked, "agreed": BooleanField(step.agree, false_values=("", "false"))}
        case _:
            return {}


def _is_named_by_exercise(step: Step, name: str) -> bool:
    return isinstance(step, EntriesStep | AgreementStep) and any(field.key == name for field in step.fields)


def _asked(field: AskedField) -> Field:
    if field.kind == "choose_one":
        return _radios(field.label, field.hint, field.options)
    if field.kind == "day":
        return DayField(field.label, description=field.hint or "")
    if field.kind == "line":
        return _line(field.label, field.hint, field.max_chars)
    return _box(field.label, field.hint, field.max_chars, rows=2)


def _box(label: str, hint: str | None, most: int, rows: int = 5) -> Field:
    """Several lines. No maxlength: a browser would cut a pasted text in silence, so the reader says it instead."""
    marks = {"autocomplete": "off", "rows": str(rows), "dir": "auto", "data-most": str(most)}
    return TextAreaField(label, description=hint or "", render_kw=marks)


def _line(label: str, hint: str | None, most: int) -> Field:
    """One line."""
    marks = {"autocomplete": "off", "dir": "auto", "data-most": str(most)}
    return StringField(label, description=hint or "", render_kw=marks)


def _radios(label: str, hint: str | None, options: tuple[Option, ...], other: str | None = None) -> Field:
    choices = [SelectChoice(option.key, option.label) for option in options]
    if other is not None:
        choices.append(SelectChoice(OTHER, other))
    return RadioField(label, description=hint or "", choices=choices, validate_choice=False)


def _tiles(label: str, hint: str | None) -> Field:
    tiles = [SelectChoice(str(number), str(number)) for number in range(11)]
    tiles.append(SelectChoice(RATHER_NOT_SAY, RATHER_NOT_SAY_LABEL))
    return RadioField(label, description=hint or "", choices=tiles, validate_choice=False)


def _ticks(label: str, hint: str | None, options: tuple[Option, ...]) -> Field:
    choices = [SelectChoice(option.key, option.label) for option in options]
    return CheckboxesField(label, description=hint or "", choices=choices, validate_choice=False)
