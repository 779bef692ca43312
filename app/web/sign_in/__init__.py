"""Pages of signing in and out; the factory registers `blueprints`."""

from app.web.sign_in import asking, links, sessions, staff

blueprints = [asking.bp, links.bp, staff.bp, sessions.bp]
