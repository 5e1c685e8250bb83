"""The pages of this package: a blueprint each."""

from flask import Blueprint

from assignments.views import assign, board, couple, library

BLUEPRINTS: tuple[Blueprint, ...] = (
    board.blueprint,
    couple.blueprint,
    assign.blueprint,
    library.blueprint,
)
