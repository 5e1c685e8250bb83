"""The pages of this package: a blueprint each."""

from flask import Blueprint

from assignments.views import (
    agreements,
    answers,
    assign,
    board,
    brief,
    builder,
    check_in,
    couple,
    couple_plan,
    do,
    library,
    mine,
    plans,
    rituals,
    signs,
    thanks,
    today,
    together,
    turns,
)

BLUEPRINTS: tuple[Blueprint, ...] = (
    today.blueprint,
    do.blueprint,
    turns.blueprint,
    check_in.blueprint,
    thanks.blueprint,
    together.blueprint,
    agreements.blueprint,
    rituals.blueprint,
    mine.blueprint,
    board.blueprint,
    couple.blueprint,
    assign.blueprint,
    library.blueprint,
    builder.blueprint,
    answers.blueprint,
    signs.blueprint,
    brief.blueprint,
    plans.blueprint,
    couple_plan.blueprint,
)
