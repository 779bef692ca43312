"""Pages of the admin area; the factory registers `blueprints`."""

from flask import Blueprint

blueprints: list[Blueprint] = []
