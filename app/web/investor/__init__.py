"""Pages of the investor area; the factory registers `blueprints`."""

from flask import Blueprint

blueprints: list[Blueprint] = []
