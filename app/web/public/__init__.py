"""Pages of the public area; the factory registers `blueprints`."""

from app.web.public import brand, health

blueprints = [health.bp, brand.bp]
