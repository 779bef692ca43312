"""Pages of the support area; the factory registers `blueprints`."""

from app.web.support import availability, calendars, call_types, calls

blueprints = [calls.bp, availability.bp, calendars.bp, call_types.bp]
