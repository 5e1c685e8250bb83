"""The pages of this package: a blueprint each."""

from flask import Blueprint

from clinic.views import (
    account,
    appointments,
    break_glass,
    calendars,
    couples,
    health,
    help,
    holds,
    join,
    leave,
    me,
    passkeys,
    practice,
    practice_admin,
    reminders,
    sign_in,
    talks,
)

BLUEPRINTS: tuple[Blueprint, ...] = (
    sign_in.blueprint,
    leave.blueprint,
    join.blueprint,
    help.blueprint,
    health.blueprint,
    me.blueprint,
    account.blueprint,
    passkeys.blueprint,
    couples.blueprint,
    appointments.blueprint,
    calendars.blueprint,
    break_glass.blueprint,
    practice.blueprint,
    practice_admin.blueprint,
    holds.blueprint,
    talks.blueprint,
    reminders.blueprint,
)
