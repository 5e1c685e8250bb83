"""How the signs did, for a counsellor on her own caseload, and the practice's numbers in their rules."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from assignments.actions.tuning import change_rule
from assignments.domain.signs.tuning import RULES, RuleError, checked, value_of
from assignments.forms.tuning import RuleForm, TryForm
from assignments.queries.practice_counts import told, told_at_all
from assignments.queries.sign_rules import limits_on, rule_changes
from assignments.queries.tuning import alerts_of_caseload, effect_on_practice, replayed, usefulness
from clinic import clock
from clinic.access import fresh_pass_phrase, needs, signed_in
from clinic.domain.roles import Permission
from clinic.errors import Conflict, NotFound
from clinic.queries.people import practice_of
from clinic.web import notice, page

blueprint = Blueprint("tuning", __name__)


@blueprint.get("/c/signs")
@needs(Permission.SIGNS_CASELOAD)
def caseload() -> ResponseReturnValue:
    """What asked for a decision over the last weeks, what was of use, and another number tried on the past."""
    reader, now = signed_in(), clock.now()
    form = TryForm(request.args if "rule" in request.args else None)
    asked = "rule" in request.args and form.validate()
    found = replayed(reader, now, RULES[form.rule.data], form.value.data) if asked else None
    couples, count = alerts_of_caseload(reader, now)
    return _page(
        "assignments/tuning/caseload.html",
        form,
        found=found,
        couples=couples,
        count=count,
        useful=usefulness(reader),
        limits=limits_on(reader.practice_id, clock.today(practice_of(reader).timezone)),
        rules=RULES,
        value_of=value_of,
    )


def _page(template: str, form: TryForm, **values: Any) -> ResponseReturnValue:
    """A page whose form is asked by GET: what it does not take is told beside its field all the same."""
    return render_template(template, form=form, **values), 422 if form.errors else 200


@blueprint.get("/p/rules/signs")
@needs(Permission.SIGNS_RULES)
def rules() -> ResponseReturnValue:
    """Every number a practice may set, where it stands, and every change of one; a number to try leads on."""
    reader, form = signed_in(), TryForm(request.args if "rule" in request.args else None)
    if "rule" in request.args and form.validate():
        return redirect(url_for("tuning.change", rule=form.rule.data, value=form.value.data))
    today = clock.today(practice_of(reader).timezone)
    return _page(
        "assignments/tuning/rules.html",
        form,
        rules=RULES,
        limits=limits_on(reader.practice_id, today),
        coming=limits_on(reader.practice_id, today + timedelta(days=1)),
        changes=rule_changes(reader),
        useful=usefulness(reader),
        value_of=value_of,
        told=told,
        told_at_all=told_at_all,
    )


@blueprint.route("/p/rules/signs/<rule>/<int:value>", methods=["GET", "POST"])
@needs(Permission.SIGNS_RULES)
@fresh_pass_phrase(before_writing=True)
def change(rule: str, value: int) -> ResponseReturnValue:
    """What one number would change, and setting it from tomorrow on."""
    reader, now, form = signed_in(), clock.now(), RuleForm()
    try:
        found = checked(rule, value)
    except RuleError:
        raise NotFound from None
    if form.validate_on_submit():
        try:
            kept = change_rule(actor=reader, rule=rule, value=value, reason=form.reason.data)
        except Conflict as problem:
            form.reason.errors = [problem.sentence]
        else:
            notice(
                f"From tomorrow. Couples that change group on the board: {told_at_all(kept.couples_moved)}."
            )
            return redirect(url_for("tuning.rules"))
    effect = effect_on_practice(reader, now, found, value)
    return page("assignments/tuning/change.html", form, effect=effect, useful=usefulness(reader), told=told)
