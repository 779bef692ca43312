"""Pages of the public area; the factory registers `blueprints`."""

from app.web.public import audit, brand, health

blueprints = [health.bp, brand.bp, audit.bp]
