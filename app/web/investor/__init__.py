"""Pages of the investor area; the factory registers `blueprints`."""

from app.web.investor import call_changes, call_copies, call_me, calls, corrections

blueprints = [corrections.bp, call_me.bp, calls.bp, call_changes.bp, call_copies.bp]
