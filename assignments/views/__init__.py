"""The pages of this package: a blueprint each."""

from flask import Blueprint

from assignments.views import (
    board,
    check_in,
    do,
    mine,
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
)
