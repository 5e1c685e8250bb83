"""Doing one small thing: what it is, one question a page, checking, and what comes after."""

from assignments.views.do import finish, start, steps
from assignments.views.do.blueprint import blueprint

__all__ = ["blueprint", "finish", "start", "steps"]
