"""Forms of the assignments pages, by noun: they check shape and hand values on; they never query."""

from assignments.forms.assignment import AssignForm, ChangeForm
from assignments.forms.checkin import CheckinForm, checkin_form
from assignments.forms.finding import FindForm
from assignments.forms.instruments import instrument_form, wording_form
from assignments.forms.pause import PauseForm
from assignments.forms.review import (
    BOTH,
    AsideForm,
    CommentForm,
    DecisionForm,
    DecisionNoteForm,
    JudgementForm,
    OwnRowForm,
    SavedLineForm,
    SeenForm,
    SeenPartsForm,
    TopicsForm,
    TurnCommentForm,
    UsefulForm,
    whole,
)
from assignments.forms.sharing import ShareForm, SharingForm
from assignments.forms.steps import StepForm, step_form, step_form_class, turn_form
from assignments.forms.thanks import ThanksForm
from assignments.forms.turn import HardForm, LaterForm, OnePhoneForm, OutcomeForm, SendForm, outcome_form

__all__ = [
    "BOTH",
    "AsideForm",
    "AssignForm",
    "ChangeForm",
    "CheckinForm",
    "CommentForm",
    "DecisionForm",
    "DecisionNoteForm",
    "FindForm",
    "HardForm",
    "JudgementForm",
    "LaterForm",
    "OnePhoneForm",
    "OutcomeForm",
    "OwnRowForm",
    "PauseForm",
    "SavedLineForm",
    "SeenForm",
    "SeenPartsForm",
    "SendForm",
    "ShareForm",
    "SharingForm",
    "StepForm",
    "ThanksForm",
    "TopicsForm",
    "TurnCommentForm",
    "UsefulForm",
    "checkin_form",
    "instrument_form",
    "outcome_form",
    "step_form",
    "step_form_class",
    "turn_form",
    "whole",
    "wording_form",
]
