"""Taking out: a couple's record and a caseload, for the counsellor; what may go along, for each partner."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from assignments.actions.exporting import choose_record_consent, take_caseload, take_record
from assignments.domain.checkins import ITEMS
from assignments.domain.visibility import Consent
from assignments.forms.export import FILES, ConsentForm, RecordForm
from assignments.queries.consents import consents_of, own_consent
from assignments.queries.record_copy import AGREED
from assignments.queries.record_files import files_of
from clinic.access import fresh_pass_phrase, needs, signed_in
from clinic.domain.roles import Permission
from clinic.files import as_csv, as_file, zipped
from clinic.forms import Form
from clinic.paper import PDF, pages, paper_of
from clinic.queries.couples import couple_for
from clinic.web import at_most, keep_form_open, notice, page

blueprint = Blueprint("export", __name__)

FILE_NAME = "notes"


@blueprint.route("/c/couples/<uuid:couple_id>/export", methods=["GET", "POST"])
@needs(Permission.EXPORT_COUPLE)
@fresh_pass_phrase()
@at_most("20 per hour")
def record(couple_id: UUID) -> ResponseReturnValue:
    """What a record would hold, and the record as a file. Nothing of it stays here."""
    couple, form = couple_for(signed_in(), couple_id), RecordForm()
    if form.validate_on_submit():
        # It may be asked for again from the same page: it changes nothing, and the first may not have arrived.
        keep_form_open()
        chosen = form.form.data
        made = take_record(
            actor=signed_in(), couple_id=couple_id, form=chosen, with_decisions=form.decisions.data
        )
        if chosen == FILES:
            return as_file(zipped(files_of(made)), f"{FILE_NAME}.zip", "application/zip")
        html = render_template("assignments/export/record_paper.html", record=made, checkin_items=ITEMS)
        return as_file(pages(html, paper_of(chosen)), f"{FILE_NAME}.pdf", PDF)
    agreed = {slot: AGREED[consent] for slot, consent in consents_of(couple).items()}
    return page("assignments/export/record.html", form, couple=couple, agreed=agreed)


@blueprint.route("/c/export", methods=["GET", "POST"])
@needs(Permission.EXPORT_CASELOAD)
@fresh_pass_phrase()
@at_most("20 per hour")
def caseload() -> ResponseReturnValue:
    """All couples in numbers, as one table."""
    form = Form()
    if form.validate_on_submit():
        keep_form_open()
        made = take_caseload(actor=signed_in())
        return as_file(as_csv(made.columns, made.rows).encode(), f"{FILE_NAME}.csv", "text/csv")
    return page("assignments/export/caseload.html", form)


@blueprint.route("/me/data/record", methods=["GET", "POST"])
@needs(Permission.RECORD_CONSENT)
@fresh_pass_phrase()
@at_most("30 per hour")
def consent() -> ResponseReturnValue:
    """What of one's own may go into a record that is handed on. The other partner is never told."""
    place = g.place
    form = ConsentForm(choice=own_consent(place).value)
    names = {
        "partner": place.couple.partner(place.place.other).name,
        "counsellor": place.couple.counsellor.name,
    }
    form.name_readers(**names)
    if form.validate_on_submit():
        choose_record_consent(actor=signed_in(), choice=Consent(form.choice.data))
        notice("Saved. You can change this at any time.")
        return redirect(url_for("export.consent"))
    return page("assignments/export/consent.html", form, **names)
