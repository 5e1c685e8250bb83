"""Working on a draft step by step: add, move, remove, bring back; and looking at one that is half finished."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from assignments.domain.exercises.definitions import FAMILY_NAMES, SIZE_NAMES, Dose, Exercise, Size, Sizes
from assignments.domain.exercises.drafts import Draft
from assignments.domain.exercises.parsing import STEP_TYPES, with_tuples
from assignments.domain.exercises.steps import Step

MOST_STEPS: Final = 20
REMOVED: Final = "removed"
"""Where a draft keeps the step that was taken out last, so that it can be brought back."""

_STEP: Final[TypeAdapter[Any]] = TypeAdapter(Step)
_TWO: Final = ({"key": "first", "label": "First choice"}, {"key": "second", "label": "Second choice"})
# What stands on the preview where nothing has been written yet.
_STAND_INS: Final[Mapping[str, Any]] = {
    "title": "What this page asks",
    "low": "not at all",
    "high": "fully",
    "entry": "an entry",
    "minutes": 5,
    "lines": ("What there is to read",),
    "options": _TWO,
    "feelings": (
        *_TWO,
        {"key": "third", "label": "Third feeling"},
        {"key": "fourth", "label": "Fourth feeling"},
    ),
    "fields": ({"key": "first", "label": "First box"},),
    "when": {"title": "When …"},
    "felt": {"title": "I felt …"},
    "would_like": {"title": "I’d like …"},
    "strength": {"title": "How strong is it?", "low": "faint", "high": "very strong"},
    "body": {"title": "Where in the body?", "options": _TWO},
    "groups": tuple(
        {
            "key": f"group-{name}",
            "label": f"Group {name}",
            "feelings": (
                {"key": f"{name}-one", "label": "A word"},
                {"key": f"{name}-two", "label": "A word"},
            ),
        }
        for name in ("a", "b")
    ),
    "cards": tuple(
        {"key": f"card-{depth}", "depth": depth, "question": "What a card asks"}
        for depth in ("light", "middle", "deep")
    ),
}


def steps_of(draft: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The steps of a draft, as far as they are any."""
    steps = draft.get("steps")
    return [step for step in steps if isinstance(step, dict)] if isinstance(steps, list) else []


def with_step(draft: Draft, kind: str, after: str = "") -> tuple[Draft, str]:
    """The draft with one empty step more, behind the one named or at the end; and the new step's key."""
    changed = deepcopy(draft)
    steps = steps_of(changed)
    keys = [str(step.get("key")) for step in steps]
    key = _new_key("step", [*keys, str(changed.get(REMOVED, {}).get("step", {}).get("key"))], joint="-")
    place = keys.index(after) + 1 if after in keys else len(steps)
    steps.insert(place, {"key": key, "type": kind, "title": ""})
    changed["steps"] = steps
    return in_sizes(changed, small=keys_in(changed, "small"), usual=[*keys_in(changed, "usual"), key]), key


def without_step(draft: Draft, key: str) -> Draft:
    """The draft without one step, which is kept aside to be brought back."""
    changed = deepcopy(draft)
    steps = steps_of(changed)
    place = next((number for number, step in enumerate(steps) if step.get("key") == key), None)
    if place is None:
        return changed
    sizes = [size for size in ("small", "usual") if key in keys_in(changed, size)]
    changed[REMOVED] = {"step": steps.pop(place), "place": place, "sizes": sizes}
    changed["steps"] = steps
    return in_sizes(changed, small=keys_in(changed, "small"), usual=keys_in(changed, "usual"))


def with_removed(draft: Draft) -> tuple[Draft, str]:
    """The draft with the step that was taken out last back in its place; and that step's key."""
    changed = deepcopy(draft)
    removed = changed.pop(REMOVED, None)
    if not removed:
        return changed, ""
    step, key = removed["step"], str(removed["step"].get("key"))
    steps = steps_of(changed)
    steps.insert(int(removed["place"]), step)
    changed["steps"] = steps
    held = {size: keys_in(changed, size) for size in ("small", "usual")}
    for size in removed["sizes"]:
        held[size].append(key)
    return in_sizes(changed, **held), key


def moved(draft: Draft, key: str, by: int) -> Draft:
    """The draft with one step so many places further on; at an end it stays where it is."""
    changed = deepcopy(draft)
    steps = steps_of(changed)
    place = next((number for number, step in enumerate(steps) if step.get("key") == key), None)
    if place is not None and 0 <= place + by < len(steps):
        steps.insert(place + by, steps.pop(place))
    changed["steps"] = steps
    return in_sizes(changed, small=keys_in(changed, "small"), usual=keys_in(changed, "usual"))


def worked_on(draft: Draft, act: str, *, kind: str, after: str) -> tuple[Draft, str]:
    """The draft after one press of a button such as “up:step-2”, and the step to go on with, if any.

    What is no act, or cannot be done, leaves the draft as it was.
    """
    name, _, key = act.partition(":")
    keys = [str(step.get("key")) for step in steps_of(draft)]
    if name == "add" and kind in STEP_TYPES and len(keys) < MOST_STEPS:
        return with_step(draft, kind, after)
    if name == "bring_back" and len(keys) < MOST_STEPS:
        return with_removed(draft)
    if key not in keys:
        return draft, ""
    if name in ("up", "down"):
        return moved(draft, key, -1 if name == "up" else 1), key
    if name == "remove":
        place = keys.index(key)
        beside = keys[place + 1 :][:1] or keys[:place][-1:]
        return without_step(draft, key), beside[0] if beside else ""
    return draft, ""


def in_sizes(draft: Draft, *, small: Sequence[str], usual: Sequence[str]) -> Draft:
    """The draft with these steps in its sizes, each in the order of the steps; the longer one keeps them all."""
    changed = dict(draft)
    order = [str(step.get("key")) for step in steps_of(changed)]
    wanted = {"small": small, "usual": usual, "longer": order}
    sizes = changed.get("sizes") if isinstance(changed.get("sizes"), dict) else {}
    changed["sizes"] = {
        name: {**_table(sizes, name), "steps": [key for key in order if key in wanted[name]]}
        for name in SIZE_NAMES
    }
    return changed


def keys_in(draft: Mapping[str, Any], size: str) -> list[str]:
    """The keys of the steps a size keeps."""
    keys = _table(draft.get("sizes"), size).get("steps")
    return [str(key) for key in keys] if isinstance(keys, list) else []


def options_of(labels: Iterable[str], before: Sequence[Mapping[str, Any]] = ()) -> list[dict[str, str]]:
    """Options from their labels. A label that was there before keeps its key, so old answers keep their meaning."""
    known = {str(option.get("label")): str(option.get("key")) for option in before}
    wanted = [label.strip() for label in labels if label.strip()]
    kept = {known[label] for label in wanted if label in known}
    options: list[dict[str, str]] = []
    for label in wanted:
        taken = [*(option["key"] for option in options), *kept, "other", "skip"]
        key = known.pop(label, "") or _key_for(label, taken, joint="-", otherwise="option")
        options.append({"key": key, "label": label})
    return options


def cards_of(
    questions: Mapping[str, Sequence[str]], before: Sequence[Mapping[str, Any]] = ()
) -> list[dict[str, str]]:
    """Cards from their questions by depth; a question that was there before keeps its key."""
    depth_of = {text.strip(): depth for depth, texts in questions.items() for text in texts if text.strip()}
    known = [{"key": card.get("key"), "label": card.get("question")} for card in before]
    return [
        {"key": option["key"], "depth": depth_of[option["label"]], "question": option["label"]}
        for option in options_of(depth_of, known)
    ]


def groups_of(lines: Iterable[str], before: Sequence[Mapping[str, Any]] = ()) -> list[dict[str, Any]]:
    """Groups of feeling words from lines such as “Sad: low, lonely”. Words and groups keep their keys."""
    halves = [half for half in (line.partition(":") for line in lines) if half[0].strip()]
    groups = options_of([name for name, _, _ in halves], before)
    known = [word for group in before for word in group.get("feelings", ())]
    # All words together, because no key may stand in two groups.
    words = options_of((word for _, _, rest in halves for word in rest.split(",")), known)
    coming = iter(words)
    counts = [sum(bool(word.strip()) for word in rest.split(",")) for _, _, rest in halves]
    return [
        {**group, "feelings": [next(coming) for _ in range(count)]}
        for group, count in zip(groups, counts, strict=True)
    ]


def written_groups(groups: Sequence[Mapping[str, Any]]) -> str:
    """The lines that `groups_of` reads."""
    return "\n".join(
        f"{group.get('label', '')}: {', '.join(str(word.get('label', '')) for word in group.get('feelings', ()))}"
        for group in groups
    )


def field_key(label: str, taken: Sequence[str]) -> str:
    """A key for a new box of an entry or an agreement."""
    return _key_for(label, [*taken, "agreed"], joint="_", otherwise="box")


def sketch(draft: Mapping[str, Any]) -> Exercise:
    """What a draft looks like so far, for a preview alone: it has been checked by nobody.

    Where words are missing others stand in; a step that cannot be shown yet is left out.
    """
    steps = tuple(step for step in map(_sketched, steps_of(draft)) if step is not None)
    shown = [step.key for step in steps]
    minutes = _whole(draft.get("minutes"), 8)
    sizes = {
        name: Size.model_construct(
            minutes=minutes
            if name == "usual"
            else _whole(_table(draft.get("sizes"), name).get("minutes"), 2),
            steps=tuple(key for key in keys_in(draft, name) if key in shown),
            timer=None,
            hint=None,
        )
        for name in SIZE_NAMES
    }
    who = draft.get("who")
    return Exercise.model_construct(
        slug="draft",
        version=1,
        name=_words(draft.get("name")) or "Not named yet",
        family=draft.get("family") if draft.get("family") in FAMILY_NAMES else "validation",
        who=who if who in ("each", "together", "turns", "one") else "each",
        minutes=minutes,
        level="easy",
        summary=_words(draft.get("summary")),
        why=_words(draft.get("why")),
        how=_lines(draft.get("how")),
        dos=_lines(draft.get("dos")),
        donts=_lines(draft.get("donts")),
        sharing="shared",
        reveal_together=False,
        sources=(),
        signs=(),
        dose=Dose.model_construct(text=_words(_table(draft, "dose").get("text"))),
        steps=steps,
        sizes=Sizes.model_construct(small=sizes["small"], usual=sizes["usual"], longer=sizes["longer"]),
    )


def _sketched(step: Mapping[str, Any]) -> Any:
    """One step as far as it can be shown, or None."""
    table = {name: with_tuples(value) for name, value in step.items() if value not in ("", [], None)}
    for _ in range(3):
        try:
            return _STEP.validate_python(table)
        except ValidationError as error:
            wrong = {str(detail["loc"][1]) for detail in error.errors() if len(detail["loc"]) > 1}
            # A rule about the whole step names no field; then the parts that have a stand-in are taken for it.
            wrong = wrong or {
                name
                for name in STEP_TYPES.get(str(step.get("type")), Exercise).model_fields
                if name in _STAND_INS and name != "title"
            }
            if not wrong or wrong & {"key", "type"}:
                return None
            for name in wrong:
                if name in _STAND_INS and table.get(name) != _STAND_INS[name]:
                    table[name] = _STAND_INS[name]
                else:
                    table.pop(name, None)
    return None


def _key_for(label: str, taken: Sequence[str], *, joint: str, otherwise: str) -> str:
    plain = unicodedata.normalize("NFKD", label).encode("ascii", "ignore").decode().lower()
    words = re.findall(r"[a-z0-9]+", plain.replace("'", ""))
    while words and words[0][0].isdigit():
        words = words[1:]
    stem = joint.join(words[:5])[:32].strip(joint)
    if stem and stem not in taken:
        return stem
    return _new_key(stem or otherwise, taken, joint=joint)


def _new_key(stem: str, taken: Iterable[str], *, joint: str) -> str:
    held, number = set(taken), 1
    while f"{stem}{joint}{number}" in held:
        number += 1
    return f"{stem}{joint}{number}"


def _table(of: Any, name: str) -> Mapping[str, Any]:
    found = of.get(name) if isinstance(of, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def _words(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _lines(value: Any) -> tuple[str, ...]:
    return tuple(line for line in value if isinstance(line, str)) if isinstance(value, list) else ()


def _whole(value: Any, otherwise: int) -> int:
    return value if isinstance(value, int) and 0 < value <= 90 else otherwise
