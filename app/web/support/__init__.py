"""Pages of the support area; the factory registers `blueprints`."""

from app.web.support import availability, calls

blueprints = [calls.bp, availability.bp]
