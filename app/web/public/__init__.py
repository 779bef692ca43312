"""Pages of the public area; the factory registers `blueprints`."""

from app.web.public import allocation, audit, brand, front, health

blueprints = [health.bp, brand.bp, front.bp, audit.bp, allocation.bp]
