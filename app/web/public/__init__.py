"""Pages of the public area; the factory registers `blueprints`."""

from app.web.public import allocation, audit, brand, front, health, verify

blueprints = [health.bp, brand.bp, front.bp, audit.bp, allocation.bp, verify.bp]
