"""The pages of this package: a blueprint each."""

from flask import Blueprint

from assignments.views import do, today

BLUEPRINTS: tuple[Blueprint, ...] = (
    today.blueprint,
    do.blueprint,
)
