"""The builder's one page form, made from the tables of `builder_boxes`.

It checks shape alone; whether a draft is an exercise is asked of the same reading that files go through.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from wtforms import (  # type: ignore[attr-defined]  # types-WTForms does not know SelectChoice yet
    BooleanField,
    HiddenField,
    SelectChoice,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length

from assignments.domain.exercises import FAMILY_NAMES, LEVEL_NAMES, STEP_TYPES, WHO_NAMES
from assignments.domain.exercises.building import (
    MOST_STEPS,
    cards_of,
    field_key,
    groups_of,
    in_sizes,
    keys_in,
    options_of,
    steps_of,
    written_groups,
)
from assignments.domain.exercises.decks import DEPTH_NAMES
from assignments.domain.exercises.drafts import Draft
from assignments.domain.material import MATERIAL, Kind, kind_of, label_of
from assignments.forms.builder_boxes import (
    ABOUT_BOXES,
    FIELD_KINDS,
    MOST_CHARACTERS,
    MOST_FIELDS,
    SHARING,
    STEP_KINDS,
    TURNS,
    Box,
    boxes_of,
    field_name,
)
from assignments.forms.steps import CheckboxesField
from clinic.errors import Conflict
from clinic.forms import Form, trimmed


def _menu(label: str, names: Mapping[Any, str], hint: str = "") -> Any:
    choices = [SelectChoice(value, words) for value, words in names.items()]
    return SelectField(label, description=hint, choices=choices, default=choices[0].value)


class NewForm(Form):
    """How an exercise of one's own begins."""

    name: Any = StringField(
        "Name",
        filters=[trimmed],
        validators=[
            InputRequired("Give it a name. You can change it later."),
            Length(max=60, message="Keep the name to 60 characters."),
        ],
        description="Couples read it. A few plain words.",
    )
    family: Any = _menu("Kind", FAMILY_NAMES)
    who: Any = _menu("Who", WHO_NAMES)


@dataclass(frozen=True)
class Shape:
    """Which steps a form has, in order, each with its type."""

    steps: tuple[tuple[str, str], ...]


def shape_of(draft: Mapping[str, Any]) -> Shape:
    """The steps of a draft."""
    return Shape(tuple((str(step.get("key")), str(step.get("type"))) for step in steps_of(draft)))


def shape_sent(keys: Sequence[str], types: Mapping[str, str]) -> Shape:
    """The steps of a form that was sent. Raises Conflict for one that no page of ours makes."""
    shape = Shape(tuple((key, types.get(f"{key}__type", "")) for key in keys))
    names = [key for key, _ in shape.steps]
    fits = len(set(names)) == len(names) <= MOST_STEPS
    if not fits or any(
        kind not in STEP_TYPES or not key.replace("-", "").isalnum() or not key.isascii() or len(key) > 60
        for key, kind in shape.steps
    ):
        raise Conflict("We could not read that form. Open the draft again.")
    return shape


def builder_form(shape: Shape, draft: Mapping[str, Any], *, sent: bool) -> Form:
    """The form of a draft: what was sent in this request, or else what the draft holds."""
    fields = _about_fields()
    for key, kind in shape.steps:
        fields |= _step_fields(key, kind, shape, draft)
    fields["add_type"] = _menu(
        "What it asks for", {key: f"{kind.name}: {kind.about}" for key, kind in STEP_KINDS.items()}
    )
    places = {key: f"After step {number}" for number, (key, _) in enumerate(shape.steps[:-1], start=1)}
    fields["add_after"] = _menu("Where", {"": "At the end", **places})
    fields["version"] = HiddenField()
    made = type("BuilderForm", (Form,), fields)
    return made() if sent else made(formdata=None, data=_values(shape, draft))


def draft_from(form: Any, shape: Shape, before: Mapping[str, Any]) -> Draft:
    """The draft a form holds. What the form has no box for, such as a limit of characters, stays as it was."""
    draft: Draft = dict(before)
    for box in ABOUT_BOXES:
        _put(draft, box, form[field_name(box.name)].data)
    for name in ("family", "who", "level", "sharing"):
        draft[name] = form[name].data
    for name in ("sources", "signs"):
        draft[name] = _in_known_order(form[name].data or [], before.get(name))
    known = {str(step.get("key")): step for step in steps_of(before)}
    draft["steps"] = [_step_from(form, key, kind, known.get(key, {})) for key, kind in shape.steps]
    ticked = {
        size: [key for key, _ in shape.steps if form[field_name(size, key)].data]
        for size in ("small", "usual")
    }
    draft = in_sizes(draft, small=ticked["small"], usual=ticked["usual"])
    # The usual size takes the exercise's own minutes: one number, asked for once.
    if "minutes" in draft:
        draft["sizes"]["usual"]["minutes"] = draft["minutes"]
    return draft


def _in_known_order(ticked: Sequence[str], before: Any) -> list[str]:
    """What was there before stays in its order; what is new comes after it."""
    held = [one for one in (before if isinstance(before, list) else []) if one in ticked]
    return [*held, *(one for one in MATERIAL if one in ticked and one not in held)]


def _about_fields() -> dict[str, Any]:
    fields = {field_name(box.name): _field(box) for box in ABOUT_BOXES}
    fields["family"] = _menu("Kind", FAMILY_NAMES)
    fields["who"] = _menu("Who", WHO_NAMES)
    fields["level"] = _menu("How deep", LEVEL_NAMES)
    fields["sharing"] = _menu("Most open", SHARING, "Couples may always choose less.")
    fields["sources"] = _ticks(
        "Practices, ideas and tips it comes from", (Kind.PRACTICE, Kind.IDEA, Kind.TIP)
    )
    fields["signs"] = _ticks("Signs it may help with", (Kind.AVOIDANCE_SIGN, Kind.THRESHOLD))
    return fields


def _step_fields(key: str, kind: str, shape: Shape, draft: Mapping[str, Any]) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for box in boxes_of(kind):
        if box.kind == "fields":
            for number in range(MOST_FIELDS):
                fields |= _asked_fields(f"{key}__fields__{number}", number + 1)
        elif box.kind == "cards":
            fields |= {
                f"{key}__cards__{depth}": _field(Box(depth, f"{words} cards", "options", "One on each line."))
                for depth, words in DEPTH_NAMES.items()
            }
        else:
            fields[field_name(box.name, key)] = _field(box)
    titles = {str(step.get("key")): str(step.get("title") or "") for step in steps_of(draft)}
    # Every other step is on offer, and one that no longer comes before is told beside the menu, not lost.
    others = {
        other: f"{number}. {titles.get(other) or 'no question yet'}"
        for number, (other, _) in enumerate(shape.steps, start=1)
        if other != key
    }
    held = next((str(step.get("quotes")) for step in steps_of(draft) if step.get("key") == key), "")
    if held not in ("", "None", *others):
        others[held] = "a step that is gone"
    fields[field_name("type", key)] = HiddenField()
    fields[field_name("quotes", key)] = _menu("Show above it the answer to", {"": "Nothing", **others})
    fields[field_name("turn", key)] = _menu("For", TURNS)
    fields[field_name("first_time_only", key)] = _tick("Ask only the first time")
    fields[field_name("small", key)] = _tick("Smaller")
    fields[field_name("usual", key)] = _tick("Usual")
    return fields


def _asked_fields(stem: str, number: int) -> dict[str, Any]:
    return {
        f"{stem}__key": HiddenField(),
        f"{stem}__label": _field(Box("label", f"Box {number}")),
        f"{stem}__kind": _menu("Kind", FIELD_KINDS),
        f"{stem}__hint": _field(Box("hint", "Hint", optional=True)),
        f"{stem}__options": _field(Box("options", "Choices, one on each line", "options", optional=True)),
    }


def _field(box: Box) -> Any:
    if box.kind == "tick":
        return _tick(box.label)
    if box.kind in ("line", "number"):
        marks = {"inputmode": "numeric"} if box.kind == "number" else {"dir": "auto"}
        return StringField(
            box.label,
            description=box.hint,
            filters=[trimmed],
            validators=[_fits()],
            render_kw={"autocomplete": "off", **marks},
        )
    return TextAreaField(
        box.label,
        description=box.hint,
        filters=[trimmed],
        validators=[_fits()],
        render_kw={"rows": "3", "autocomplete": "off", "dir": "auto"},
    )


def _fits() -> Length:
    return Length(max=MOST_CHARACTERS, message="That is too long. Make it shorter.")


def _tick(label: str) -> Any:
    return BooleanField(label, false_values=("", "false"))


def _ticks(label: str, kinds: tuple[Kind, ...]) -> Any:
    choices = [SelectChoice(one, f"{one} {label_of(one)}") for one in MATERIAL if kind_of(one) in kinds]
    return CheckboxesField(label, choices=choices)


def _values(shape: Shape, draft: Mapping[str, Any]) -> dict[str, Any]:
    """What the draft holds, under the names of the form."""
    values = {field_name(box.name): _shown(box, _get(draft, box.path)) for box in ABOUT_BOXES}
    for name in ("family", "who", "level", "sharing", "sources", "signs"):
        values[name] = draft.get(name)
    small, usual = keys_in(draft, "small"), keys_in(draft, "usual")
    for (key, kind), step in zip(shape.steps, steps_of(draft), strict=True):
        for box in boxes_of(kind):
            if box.kind == "fields":
                values |= _shown_fields(key, step.get("fields"))
            elif box.kind == "cards":
                values |= {f"{key}__cards__{depth}": _shown_cards(step, depth) for depth in DEPTH_NAMES}
            else:
                values[field_name(box.name, key)] = _shown(box, _get(step, box.path))
        values[field_name("type", key)] = kind
        values[field_name("quotes", key)] = step.get("quotes") or ""
        values[field_name("turn", key)] = step.get("turn") or ""
        values[field_name("first_time_only", key)] = bool(step.get("first_time_only"))
        values[field_name("small", key)], values[field_name("usual", key)] = key in small, key in usual
    return values


def _shown(box: Box, value: Any) -> Any:
    if box.kind == "tick":
        return value is True
    if box.kind == "groups":
        return written_groups(value if isinstance(value, list) else [])
    if box.kind == "options":
        return "\n".join(str(one.get("label", "")) for one in value) if isinstance(value, list) else ""
    if box.kind == "lines":
        return "\n".join(map(str, value)) if isinstance(value, list) else ""
    return "" if value is None else str(value)


def _shown_cards(step: Mapping[str, Any], depth: str) -> str:
    cards = step.get("cards")
    held = [one for one in cards if one.get("depth") == depth] if isinstance(cards, list) else []
    return "\n".join(str(one.get("question", "")) for one in held)


def _shown_fields(key: str, fields: Any) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for number, field in enumerate(fields if isinstance(fields, list) else []):
        stem = f"{key}__fields__{number}"
        for name in ("key", "label", "hint"):
            values[f"{stem}__{name}"] = field.get(name) or ""
        values[f"{stem}__kind"] = field.get("kind") or "line"
        values[f"{stem}__options"] = _shown(Box("options", "", "options"), field.get("options"))
    return values


def _step_from(form: Any, key: str, kind: str, before: Mapping[str, Any]) -> dict[str, Any]:
    step: dict[str, Any] = {**(before if before.get("type") == kind else {}), "key": key, "type": kind}
    for box in boxes_of(kind):
        if box.kind == "fields":
            step["fields"] = _fields_from(form, key, before.get("fields"))
        elif box.kind == "cards":
            sent = {str(depth): form[f"{key}__cards__{depth}"].data.splitlines() for depth in DEPTH_NAMES}
            step["cards"] = cards_of(sent, before.get("cards") or ())
        else:
            _put(step, box, form[field_name(box.name, key)].data)
    step.setdefault("title", "")
    for name in ("quotes", "turn", "first_time_only"):
        data, held = form[field_name(name, key)].data, step.pop(name, None)
        if data or held is False:
            step[name] = data
    return step


def _fields_from(form: Any, key: str, before: Any) -> list[dict[str, Any]]:
    known = {str(field.get("key")): field for field in (before if isinstance(before, list) else [])}
    found: list[dict[str, Any]] = []
    for number in range(MOST_FIELDS):
        stem = f"{key}__fields__{number}"
        label, kind = form[f"{stem}__label"].data, form[f"{stem}__kind"].data
        hint, labels = form[f"{stem}__hint"].data, form[f"{stem}__options"].data
        if not (label or hint or labels):
            continue
        taken = [str(field["key"]) for field in found]
        sent = form[f"{stem}__key"].data
        own = sent if sent in known and sent not in taken else field_key(label, [*taken, *known])
        held = known.get(own, {})
        field = {**held, "key": own, "label": label, "kind": kind}
        field.pop("hint", None)
        field.pop("options", None)
        if hint:
            field["hint"] = hint
        if labels or kind == "choose_one":
            field["options"] = options_of(labels.splitlines(), held.get("options") or ())
        found.append(field)
    return found


def _put(table: dict[str, Any], box: Box, data: Any) -> None:
    """Set one box in the table, or take it out where nothing was given."""
    *inwards, last = box.path
    for name in inwards:
        inner = table.get(name)
        table[name] = dict(inner) if isinstance(inner, Mapping) else {}
        table = table[name]
    value = _read(box, data, table.get(last))
    if value in (None, "") and (box.optional or box.kind == "number"):
        table.pop(last, None)
    else:
        table[last] = value


def _read(box: Box, data: Any, before: Any) -> Any:
    if box.kind == "tick":
        return bool(data)
    words = trimmed(data)
    if box.kind == "number":
        return int(words) if words.isascii() and words.isdigit() and len(words) < 6 else words
    if box.kind == "lines":
        lines = [line.strip() for line in words.splitlines() if line.strip()]
        return lines or (None if box.optional else [])
    if box.kind == "groups":
        return groups_of(words.splitlines(), before if isinstance(before, list) else ())
    if box.kind == "options":
        return options_of(words.splitlines(), before if isinstance(before, list) else ())
    return words.replace("\r\n", "\n")


def _get(table: Any, path: Sequence[str]) -> Any:
    for name in path:
        table = table.get(name) if isinstance(table, Mapping) else None
    return table
