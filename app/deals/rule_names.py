"""The names of the rules that a release may have run. What they compute is `app.allocations`."""

from enum import StrEnum


class RuleName(StrEnum):
    """A named, versioned way of prorating; the names are the contract of the import and of the commands."""

    PRO_RATA_1 = "pro-rata-1"
    SINGLE_PASS = "single-pass"
    CLAMP_ONLY = "clamp-only"
    NO_CAP = "no-cap"
    ROUND_EACH = "round-each"
    CURRENT_BASIS = "current-basis"

    @property
    def is_defect(self) -> bool:
        """Kept only to reproduce a faulty release; no agreement names it."""
        return self is not RuleName.PRO_RATA_1
