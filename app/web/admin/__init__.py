"""Pages of the admin area; the factory registers `blueprints`."""

from app.web.admin import data

blueprints = [data.bp]
