"""Pages of signing in and out; the factory registers `blueprints`."""

from app.web.sign_in import asking, enrolling, links, own_factors, sessions, staff

blueprints = [asking.bp, links.bp, staff.bp, enrolling.bp, own_factors.bp, sessions.bp]
