"""The pages of this package: a blueprint each."""

from flask import Blueprint

BLUEPRINTS: tuple[Blueprint, ...] = ()
