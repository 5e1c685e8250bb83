"""The pages of this package: a blueprint each."""

from flask import Blueprint

from assignments.views import (
    answers,
    assign,
    board,
    brief,
    check_in,
    couple,
    do,
    library,
    mine,
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
    mine.blueprint,
    board.blueprint,
    couple.blueprint,
    assign.blueprint,
    library.blueprint,
    answers.blueprint,
    signs.blueprint,
    brief.blueprint,
)
