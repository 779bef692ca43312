"""Pages of the investor area; the factory registers `blueprints`."""

from app.web.investor import calls, corrections

blueprints = [corrections.bp, calls.bp]
