"""One question a page. Continue saves; so does the draft address, which the page's script sends to."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from assignments.actions.responding import NewerCopy, save_answer
from assignments.domain.exercises import (
    DEPTH_NAMES,
    DEPTHS,
    AgreementStep,
    AnswerError,
    AnswerValue,
    CardsStep,
    Depth,
    EntriesStep,
    ISentenceStep,
    TimerStep,
    blame_hint,
    entry_in_writing,
    entry_taken_out,
    kept_entries,
    lines_of,
    sentence_of,
    with_changed_entry,
    with_entry,
    with_entry_put_back,
    with_writing,
    without_entry,
)
from assignments.domain.timers import running_timer, start_mark
from assignments.forms import StepForm, step_form
from assignments.queries.agreements import is_joint
from assignments.queries.doing import Doing, DoingPage, as_said
from assignments.views.do.blueprint import blueprint, doing, doing_afresh, page_url
from clinic import clock
from clinic.access import needs, signed_in
from clinic.domain.roles import Permission
from clinic.errors import Conflict
from clinic.queries.people import practice_of
from clinic.times import clock_time
from clinic.web import notice, page


@blueprint.route("/<step>", methods=["GET", "POST"])
@needs(Permission.DRAFT_WRITE)
def step(assignment_id: UUID, step: str) -> ResponseReturnValue:
    """One question: shown, and saved by Continue, by "Save and finish later" and by every other button."""
    mine = doing(assignment_id)
    here = mine.page(step, request.args.get("part"))
    if isinstance(here.step, AgreementStep) and is_joint(mine.place.couple, mine.assignment):
        return redirect(url_for("agreements.agreement", assignment_id=assignment_id, step=step))
    if mine.is_sent:
        return redirect(url_for("do.done", assignment_id=assignment_id))
    form = _form(mine, here)
    newer = None
    if "start" in request.form:
        mark = start_mark(clock.now())
        return redirect(url_for("do.step", assignment_id=assignment_id, step=step, began=mark))
    if form.validate_on_submit():
        try:
            _save(mine, here, _value(mine, here, form))
            return redirect(_where_next(mine, here))
        except AnswerError as problem:
            form.form_errors.append(str(problem))
        except NewerCopy as problem:
            newer, mine = problem, doing_afresh(assignment_id)
            form.form_errors.append(problem.sentence)
    return page(
        "assignments/do/step.html",
        form,
        doing=mine,
        here=here,
        newer=newer,
        newer_lines=as_said(here, newer.value) if newer else [],
        version=newer.version if newer else mine.version(step),
        timer=running_timer(here.step.minutes, request.args.get("began"), clock.now())
        if isinstance(here.step, TimerStep)
        else None,
        back_url=page_url(mine, before) if (before := mine.beside(here, -1)) else None,
        **cards_on_table(
            mine, here, _depth(request.args.get("depth")), _number(request.args.get("draw", "0"))
        ),
        **_log(mine, here),
        **_so_far(here, mine.values.get(step)),
    )


@blueprint.post("/<step>/draft")
@needs(Permission.DRAFT_WRITE)
def draft(assignment_id: UUID, step: str) -> ResponseReturnValue:
    """The same save without leaving the page, answered for the page's script."""
    mine = doing(assignment_id)
    here = mine.page(step, request.args.get("part"))
    form = _form(mine, here)
    if not form.validate_on_submit():
        return {"problem": _first_problem(form)}, 422
    try:
        value = _value(mine, here, form, finished=False)
        version = _save(mine, here, value)
    except NewerCopy as problem:
        return {"version": problem.version, "text": "\n".join(as_said(here, problem.value))}, 409
    except (AnswerError, Conflict) as problem:
        return {"problem": str(problem)}, 422
    return {"version": version, "saved_at": clock_time(clock.now()), **_so_far(here, value)}


def _form(mine: Doing, here: DoingPage) -> StepForm:
    value = mine.values.get(here.step.key)
    if isinstance(here.step, EntriesStep):
        changing = kept_entries(value).get(_entry_key())
        form = step_form(here.step, changing or entry_in_writing(value))
        form.offer_days(clock.today(practice_of(signed_in()).timezone), is_new=changing is None)
        return form
    return step_form(here.step, value, part=here.part)


def _entry_key() -> str:
    """The key of the entry that is being changed, or nothing where a new one is written."""
    return request.form.get("entry", "") if request.form else request.args.get("entry", "")


def _value(mine: Doing, here: DoingPage, form: StepForm, *, finished: bool = True) -> AnswerValue | None:
    """What is to be kept: the form's own value, or all entries with this one among them."""
    if not isinstance(here.step, EntriesStep):
        return form.value()
    kept = mine.values.get(here.step.key)
    if "remove" in request.form:
        return without_entry(kept, request.form["remove"])
    if "restore" in request.form:
        return with_entry_put_back(kept)
    if _entry_key():
        return with_changed_entry(kept, _entry_key(), form.value())
    if not finished:
        return with_writing(kept, form.value())
    # The key is made here, because the words around it are sealed as one.
    return with_entry(kept, uuid4().hex[:12], form.value())


def _save(mine: Doing, here: DoingPage, value: AnswerValue | None) -> int:
    """Keep it, unless there is nothing to keep: leaving a page out begins nothing."""
    key = here.step.key
    if value is None and mine.answer(key) is None:
        return 0
    version = _number(request.form.get("version", ""))
    if isinstance(here.step, EntriesStep) and _adds_to_what_is_kept(mine, here, value):
        version = mine.version(key)
    kept = save_answer(
        actor=signed_in(), assignment_id=mine.assignment.id, step=key, value=value, version=version
    )
    return kept.version


def _adds_to_what_is_kept(mine: Doing, here: DoingPage, value: AnswerValue | None) -> bool:
    """Adding or removing an entry cannot overwrite another, unless one is half written in another window."""
    if "remove" in request.form or "restore" in request.form:
        return True
    if _entry_key():
        return False
    begun = entry_in_writing(mine.values.get(here.step.key))
    return begun is None or begun in (*kept_entries(value).values(), entry_in_writing(value))


def _where_next(mine: Doing, here: DoingPage) -> str:
    """On to the next page, back to Today, or the same page again for the next entry or other cards."""
    if "later" in request.form or "pause" in request.form:
        notice("Saved. It is here when you come back.")
        return url_for("pause.pause" if "pause" in request.form else "today.today")
    if "draw" in request.form or "depth" in request.form:
        draw = _number(request.form.get("draw", "0"))
        return url_for(
            "do.step",
            assignment_id=mine.assignment.id,
            step=here.step.key,
            depth=_depth(request.form.get("depth") or request.args.get("depth")),
            draw=draw or None,
        )
    if _entry_key() or not request.form.keys().isdisjoint(("add", "remove", "restore")):
        return page_url(mine, here)
    return page_url(mine, mine.beside(here, 1))


def cards_on_table(mine: Doing, here: DoingPage, depth: Depth | None = None, draw: int = 0) -> dict[str, Any]:
    """The cards on the table, where the page has cards."""
    if not isinstance(here.step, CardsStep):
        return {}
    hand = mine.hand(here.step, draw, depth)
    on_offer = {card.depth for card in here.step.cards}
    return {
        "hand": hand,
        "depth": depth,
        "depths": [(one, DEPTH_NAMES[one]) for one in DEPTHS if one in on_offer],
        "depth_of": {card.key: DEPTH_NAMES[card.depth] for card in hand.cards},
    }


def _log(mine: Doing, here: DoingPage) -> dict[str, Any]:
    """The entries written so far, where the page is a log."""
    if not isinstance(here.step, EntriesStep):
        return {}
    value = mine.values.get(here.step.key)
    out = entry_taken_out(value)
    today = clock.today(practice_of(signed_in()).timezone)
    return {
        "changing": _entry_key() if _entry_key() in kept_entries(value) else "",
        "this_week": mine.entries_this_week(here.step, today),
        "taken_out": lines_of(here.step, out[1]) if out else [],
    }


def _so_far(here: DoingPage, value: AnswerValue | None) -> dict[str, str]:
    """How an I-sentence reads by now, and a soft hint where it may land as blame."""
    if not isinstance(here.step, ISentenceStep):
        return {}
    reads = sentence_of(here.step, value)
    return {"reads": reads, "hint": blame_hint(reads) or ""}


def _depth(sent: str | None) -> Depth | None:
    return next((depth for depth in DEPTHS if depth == sent), None)


def _number(sent: str) -> int:
    return int(sent) if sent.isascii() and sent.isdigit() and len(sent) < 9 else 0


def _first_problem(form: StepForm) -> str:
    problems = [error for errors in form.errors.values() for error in errors]
    return str(problems[0]) if problems else ""
