"""Pages of the investor area; the factory registers `blueprints`."""

from app.web.investor import calls

blueprints = [calls.bp]
