"""Pages of the support area; the factory registers `blueprints`."""

from flask import Blueprint

blueprints: list[Blueprint] = []
