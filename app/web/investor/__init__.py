"""Pages of the investor area; the factory registers `blueprints`."""

from app.web.investor import (
    accounts,
    call_changes,
    call_copies,
    call_me,
    calls,
    confirming,
    corrections,
    disputes,
    election_receipts,
    elections,
    statement,
)

blueprints = [
    corrections.bp,
    disputes.bp,
    elections.bp,
    election_receipts.bp,
    call_me.bp,
    calls.bp,
    call_changes.bp,
    call_copies.bp,
    confirming.bp,
    accounts.bp,
    statement.bp,
]
