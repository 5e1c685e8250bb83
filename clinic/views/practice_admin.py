"""The practice's own pages: one colleague, couples and who has them, sharing, reminders, the log. Counts, never answers."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from clinic import clock
from clinic.access import fresh_pass_phrase, needs, signed_in
from clinic.actions.practice_policy import change_reminder_limits, change_sharing_policy
from clinic.actions.retention import change_retention
from clinic.actions.staffing import (
    close_staff_account,
    open_staff_account,
    reassign_couple,
    set_supervision,
)
from clinic.audit import Event
from clinic.domain.roles import Permission, Role
from clinic.errors import Conflict
from clinic.forms import EARLIEST, LATEST, EmptyForm
from clinic.forms.practice import (
    CounsellorForm,
    KeepForm,
    ReminderLimitsForm,
    SharingPolicyForm,
    SupervisionForm,
)
from clinic.models import Couple, Person
from clinic.queries.people import colleagues_of, practice_of, staff_member, staff_of
from clinic.queries.practices import LogFilter, all_couples, couple_of_practice, log_of
from clinic.queries.reminders import limits_of
from clinic.queries.retention import going_soon
from clinic.web import notice, page

blueprint = Blueprint("practice_admin", __name__)


# ---- people ----


@blueprint.get("/p/people/<uuid:person_id>")
@needs(Permission.STAFF_DISABLE)
def person(person_id: UUID) -> ResponseReturnValue:
    """One colleague: whose couples they see or have, and whether they can sign in."""
    return _person(staff_member(signed_in(), person_id), None)


def _person(found: Person, sent: SupervisionForm | None) -> ResponseReturnValue:
    colleague = next(one for one in colleagues_of(signed_in(), clock.now()) if one.person.id == found.id)
    supervision = sent or _supervision_form(colleague.supervised_ids)
    couples = [one for one in all_couples(signed_in()) if one.counsellor_id == found.id]
    return page(
        "clinic/practice/person.html",
        sent or EmptyForm(formdata=None),
        colleague=colleague,
        supervision=supervision,
        has_couples=found.kind is Role.COUNSELLOR,
        supervises=found.kind is Role.SUPERVISOR,
        couples=couples,
        going_on=[one for one in couples if one.closed_at is None],
    )


def _supervision_form(chosen: frozenset[UUID] | None = None) -> SupervisionForm:
    form = (
        SupervisionForm()
        if chosen is None
        else SupervisionForm(formdata=None, supervises=[str(one) for one in chosen])
    )
    form.offer(_counsellors(with_closed=True))
    return form


def _counsellors(*, with_closed: bool = False) -> list[tuple[str, str]]:
    return [
        (str(one.id), f"{one.name} {one.family_name}")
        for one in staff_of(signed_in())
        if one.kind is Role.COUNSELLOR and (with_closed or one.disabled_at is None)
    ]


@blueprint.post("/p/people/<uuid:person_id>")
@needs(Permission.SUPERVISION_ASSIGN)
@fresh_pass_phrase(stands_on="practice_admin.person")
def supervise(person_id: UUID) -> ResponseReturnValue:
    """Whose couples this supervisor sees from now on."""
    found, form = staff_member(signed_in(), person_id), _supervision_form()
    if form.validate_on_submit():
        try:
            chosen = [UUID(one) for one in form.supervises.data or []]
            set_supervision(actor=signed_in(), person_id=person_id, counsellor_ids=chosen)
        except Conflict as problem:
            form.supervises.errors = [problem.sentence]
        else:
            notice("Saved. It holds from now on.")
            return redirect(url_for("practice_admin.person", person_id=person_id))
    return _person(found, form)


@blueprint.route("/p/people/<uuid:person_id>/account", methods=["GET", "POST"])
@needs(Permission.STAFF_DISABLE)
@fresh_pass_phrase()
def account(person_id: UUID) -> ResponseReturnValue:
    """Close a colleague's account, or open it again: what it means, and doing it."""
    found, form = staff_member(signed_in(), person_id), EmptyForm()
    closing = found.disabled_at is None
    if form.validate_on_submit():
        act = close_staff_account if closing else open_staff_account
        try:
            act(actor=signed_in(), person_id=person_id)
        except Conflict as problem:
            form.form_errors.append(problem.sentence)
        else:
            notice(f"{found.name}’s account is {'closed' if closing else 'open again'}.")
            return redirect(url_for("practice.people"))
    return page("clinic/practice/account.html", form, person=found, closing=closing)


# ---- couples ----


@blueprint.get("/p/couples")
@needs(Permission.COUPLE_REASSIGN)
def couples() -> ResponseReturnValue:
    """Every couple by name and who has it. Nothing of what they do or write."""
    return render_template("clinic/practice/couples.html", couples=all_couples(signed_in()))


@blueprint.route("/p/couples/<uuid:couple_id>", methods=["GET", "POST"])
@needs(Permission.COUPLE_REASSIGN)
@fresh_pass_phrase()
def reassign(couple_id: UUID) -> ResponseReturnValue:
    """Give a couple to another counsellor."""
    couple, form = couple_of_practice(signed_in(), couple_id), CounsellorForm()
    form.offer([one for one in _counsellors() if one[0] != str(couple.counsellor_id)])
    if not form.validate_on_submit():
        return _reassign(couple, form)
    try:
        given = reassign_couple(
            actor=signed_in(), couple_id=couple_id, counsellor_id=UUID(form.counsellor.data)
        )
    except Conflict as problem:
        form.counsellor.errors = [problem.sentence]
        return _reassign(couple, form)
    notice(f"{given.name} are with {given.counsellor.name} now.")
    return redirect(url_for("practice_admin.couples"))


def _reassign(couple: Couple, form: CounsellorForm) -> ResponseReturnValue:
    return page("clinic/practice/reassign.html", form, couple=couple)


# ---- policies ----


@blueprint.route("/p/sharing", methods=["GET", "POST"])
@needs(Permission.PRACTICE_SETTINGS)
@fresh_pass_phrase(before_writing=True)
def sharing() -> ResponseReturnValue:
    """The sharing policy that clients read, and what it allows."""
    practice = practice_of(signed_in())
    form = SharingPolicyForm(
        policy=practice.sharing_policy,
        allows="yes" if practice.allows_counsellor_only else "no",
        wait=str(practice.widening_minutes),
    )
    form.offer_wait(practice.widening_minutes)
    if form.validate_on_submit():
        change_sharing_policy(
            actor=signed_in(),
            policy=form.policy.data,
            allows_counsellor_only=form.allows.data == "yes",
            widening_minutes=int(form.wait.data),
        )
        notice("Saved. What was sent already keeps its own setting.")
        return redirect(url_for("practice_admin.sharing"))
    return page("clinic/practice/sharing.html", form)


@blueprint.route("/p/reminders", methods=["GET", "POST"])
@needs(Permission.PRACTICE_SETTINGS)
@fresh_pass_phrase()
def reminders() -> ResponseReturnValue:
    """How often and when a reminder may go at most."""
    limits = limits_of(practice_of(signed_in()))
    form = ReminderLimitsForm(first=str(limits.first_hour), last=str(limits.last_hour), days=str(limits.days))
    if form.validate_on_submit():
        change_reminder_limits(actor=signed_in(), limits=form.limits)
        notice("Saved. It holds from the next reminder on.")
        return redirect(url_for("practice_admin.reminders"))
    return page("clinic/practice/reminders.html", form)


@blueprint.route("/p/keep", methods=["GET", "POST"])
@needs(Permission.PRACTICE_SETTINGS)
@fresh_pass_phrase()
def keep() -> ResponseReturnValue:
    """How long closed records are kept, and which go soon."""
    practice = practice_of(signed_in())
    form = KeepForm(keep=str(practice.keep_months or "good"))
    if form.validate_on_submit():
        change_retention(actor=signed_in(), keep_months=form.months)
        notice("Saved. Nothing goes in the next 30 days.")
        return redirect(url_for("practice_admin.keep"))
    going = going_soon(signed_in(), clock.now())
    return page("clinic/practice/keep.html", form, practice=practice, going=going)


# ---- the log ----


@blueprint.get("/p/log")
@needs(Permission.PRACTICE_LOG)
def log() -> ResponseReturnValue:
    """What was done here, by whom and when, without content; the newest first."""
    wanted = _asked_for()
    return render_template(
        "clinic/practice/log.html",
        log=log_of(signed_in(), wanted),
        wanted=wanted,
        events=sorted(event.value for event in Event),
        staff=staff_of(signed_in()),
    )


def _asked_for() -> LogFilter:
    """The filter in the address; whatever is no filter is left out."""
    asked = request.args
    event = asked.get("event", "")
    return LogFilter(
        event=event if event in {one.value for one in Event} else "",
        person_id=asked.get("person", type=UUID),
        since=_day(asked.get("since", "")),
        until=_day(asked.get("until", "")),
        page=_page_number(asked.get("page", "")),
    )


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if EARLIEST <= day < LATEST else None


def _page_number(text: str) -> int:
    return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 6 else 1
