"""Reading a couple's answers and replying to them. Only what was sent to the counsellor, or looser, is here."""

from assignments.views.answers import one, replies, turns
from assignments.views.answers.blueprint import blueprint

__all__ = ["blueprint", "one", "replies", "turns"]
