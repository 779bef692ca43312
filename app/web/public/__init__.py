"""Pages of the public area; the factory registers `blueprints`."""

from app.web.public import allocation, audit, brand, check_notice, front, health, verify

blueprints = [health.bp, brand.bp, front.bp, check_notice.bp, audit.bp, allocation.bp, verify.bp]
