"""Pages of the public area; the factory registers `blueprints`."""

from app.web.public import health

blueprints = [health.bp]
