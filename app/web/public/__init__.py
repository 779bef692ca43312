"""Pages of the public area; the factory registers `blueprints`."""

from flask import Blueprint

blueprints: list[Blueprint] = []
