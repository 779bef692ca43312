"""Pages of the sign_in area; the factory registers `blueprints`."""

from flask import Blueprint

blueprints: list[Blueprint] = []
