"""The pages of this package: a blueprint each."""

from flask import Blueprint

from assignments.views import answers, brief, check_in, mine, signs, thanks, together

BLUEPRINTS: tuple[Blueprint, ...] = (
    check_in.blueprint,
    thanks.blueprint,
    together.blueprint,
    mine.blueprint,
    answers.blueprint,
    signs.blueprint,
    brief.blueprint,
)
