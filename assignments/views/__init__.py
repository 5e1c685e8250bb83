"""The pages of this package: a blueprint each."""

from flask import Blueprint

from assignments.views import check_in, mine, thanks, together

BLUEPRINTS: tuple[Blueprint, ...] = (
    check_in.blueprint,
    thanks.blueprint,
    together.blueprint,
    mine.blueprint,
)
