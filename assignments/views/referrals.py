"""Referring on: the practice's directory, a letter with what was ticked, and what has become of it."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from assignments.actions import referring
from assignments.domain.referrals import KINDS, Step, Whom
from assignments.domain.signs import DecisionState
from assignments.forms.referral import ContactChangeForm, ContactForm, ReferralForm, StepForm
from assignments.queries.decisions import decision_of
from assignments.queries.referrals import LEADS_OUTSIDE, contact_of, contacts_of, referral_of, referrals_of
from clinic import clock
from clinic.access import fresh_pass_phrase, needs, signed_in
from clinic.domain.roles import Permission
from clinic.errors import Conflict, NotFound
from clinic.models import Couple
from clinic.queries.couples import couple_for
from clinic.queries.people import practice_of
from clinic.web import notice, page

blueprint = Blueprint("referrals", __name__)


@blueprint.route("/p/contacts", methods=["GET", "POST"])
@needs(Permission.CONTACTS_WRITE)
def contacts() -> ResponseReturnValue:
    """The directory, and a form to add to it."""
    form = ContactForm()
    if form.validate_on_submit():
        referring.add_contact(actor=signed_in(), words=form.value())
        notice("Added to the directory.")
        return redirect(url_for("referrals.contacts"))
    return page("assignments/referrals/contacts.html", form, found=contacts_of(signed_in()), kinds=KINDS)


@blueprint.route("/p/contacts/<uuid:contact_id>", methods=["GET", "POST"])
@needs(Permission.CONTACTS_WRITE)
def contact(contact_id: UUID) -> ResponseReturnValue:
    """Change one entry."""
    row = contact_of(signed_in(), contact_id)
    kept = {key: getattr(row, key) for key in ("name", "kind", "phone", "address", "note")}
    form = ContactChangeForm(data={**kept, "version": str(row.version)})
    if form.validate_on_submit():
        try:
            referring.change_contact(
                actor=signed_in(), contact_id=contact_id, words=form.value(), version=form.version.data
            )
        except Conflict as problem:
            form.form_errors.append(problem.sentence)
        else:
            notice("Saved. Letters already written stay as they are.")
            return redirect(url_for("referrals.contacts"))
    return page("assignments/referrals/contact.html", form, row=row)


@blueprint.post("/p/contacts/<uuid:contact_id>/remove")
@needs(Permission.CONTACTS_WRITE)
def remove(contact_id: UUID) -> ResponseReturnValue:
    """Take an entry out of the directory."""
    referring.remove_contact(actor=signed_in(), contact_id=contact_id)
    notice("Taken out of the directory.")
    return redirect(url_for("referrals.contacts"))


@blueprint.route(
    "/c/couples/<uuid:couple_id>/signs/decisions/<uuid:decision_id>/referral", methods=["GET", "POST"]
)
@needs(Permission.REFERRAL_WRITE)
@fresh_pass_phrase(before_writing=True)
def new(couple_id: UUID, decision_id: UUID) -> ResponseReturnValue:
    """Choose a contact and write the letter, after a decision that leads outside."""
    couple = couple_for(signed_in(), couple_id)
    decided = decision_of(signed_in(), couple, decision_id)
    if DecisionState(decided.state) not in LEADS_OUTSIDE:
        raise NotFound
    found, form = contacts_of(signed_in()), ReferralForm()
    form.offer(
        [(str(row.id), f"{row.name} ({KINDS.get(row.kind, row.kind)})") for row in found],
        (couple.partner("A").name, couple.partner("B").name),
    )
    if form.validate_on_submit():
        try:
            kept = referring.refer(
                actor=signed_in(),
                couple_id=couple_id,
                decision_id=decision_id,
                contact_id=UUID(form.contact.data),
                whom=Whom(form.whom.data),
                words=form.words.data,
                facts=form.ticked(),
                consents=form.consents(),
                follow_up_on=form.follow_up_on.data,
            )
        except referring.NoConsent as problem:
            (form.consent_a if problem.slot == "A" else form.consent_b).errors = [problem.sentence]
        except Conflict as problem:
            form.form_errors.append(problem.sentence)
        else:
            notice("The letter is kept. Print it, or copy it from here.")
            return redirect(url_for("referrals.referral", couple_id=couple_id, referral_id=kept.id))
    notes = {str(row.id): row.note for row in found if row.note}
    return page("assignments/referrals/new.html", form, couple=couple, notes=notes, decided=decided)


@blueprint.get("/c/couples/<uuid:couple_id>/referrals")
@needs(Permission.REFERRAL_READ)
def for_couple(couple_id: UUID) -> ResponseReturnValue:
    """Every referral of a couple and where it stands."""
    couple = couple_for(signed_in(), couple_id)
    return render_template(
        "assignments/referrals/couple.html", couple=couple, found=referrals_of(signed_in(), couple)
    )


@blueprint.get("/c/couples/<uuid:couple_id>/referrals/<uuid:referral_id>")
@needs(Permission.REFERRAL_READ)
def referral(couple_id: UUID, referral_id: UUID) -> ResponseReturnValue:
    """One letter as it was kept, ready for paper, and the steps until somebody has been seen."""
    return _referral(couple_for(signed_in(), couple_id), referral_id)


def _referral(couple: Couple, referral_id: UUID, sent: StepForm | None = None) -> ResponseReturnValue:
    found = referral_of(signed_in(), couple, referral_id)
    today = clock.today(practice_of(signed_in()).timezone)
    form = sent or StepForm(formdata=None, on=today)
    form.offer(found.next_steps)
    return page(
        "assignments/referrals/referral.html", form if sent else None, couple=couple, one=found, steps=form
    )


@blueprint.post("/c/couples/<uuid:couple_id>/referrals/<uuid:referral_id>/steps")
@needs(Permission.REFERRAL_WRITE)
def step(couple_id: UUID, referral_id: UUID) -> ResponseReturnValue:
    """Note what has become of it."""
    couple = couple_for(signed_in(), couple_id)
    form = StepForm()
    form.offer(referral_of(signed_in(), couple, referral_id).next_steps)
    if form.validate_on_submit():
        try:
            referring.take_step(
                actor=signed_in(),
                couple_id=couple_id,
                referral_id=referral_id,
                step=Step(form.step.data),
                on=form.on.data,
            )
        except Conflict as problem:
            form.on.errors = [problem.sentence]
        else:
            notice("Noted.")
            return redirect(url_for("referrals.referral", couple_id=couple_id, referral_id=referral_id))
    return _referral(couple, referral_id, form)
