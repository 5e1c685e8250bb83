"""The pages of this package: a blueprint each."""

from flask import Blueprint

from assignments.views import (
    answers,
    assign,
    board,
    brief,
    check_in,
    couple,
    couple_plan,
    do,
    library,
    mine,
    plan_builder,
    plans,
    signs,
    thanks,
    today,
    together,
)

BLUEPRINTS: tuple[Blueprint, ...] = (
    today.blueprint,
    do.blueprint,
    check_in.blueprint,
    thanks.blueprint,
    together.blueprint,
    mine.blueprint,
    board.blueprint,
    couple.blueprint,
    assign.blueprint,
    library.blueprint,
    answers.blueprint,
    signs.blueprint,
    brief.blueprint,
    plans.blueprint,
    plan_builder.blueprint,
    couple_plan.blueprint,
)
