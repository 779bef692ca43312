"""What becomes of an offer that is unpaid on its last day. Pure."""

from collections.abc import Mapping
from enum import StrEnum

from app.core.errors import DomainError


class Unpaid(StrEnum):
    """What becomes of it. Whichever: no interest and no fee, and silence is never read as a yes."""

    ENDS = "ends"
    OFFERED_AGAIN = "is offered again"
    STAYS_DUE = "stays due"

    @property
    def says(self) -> str:
        """In words for staff."""
        return SAYS[self]


SAYS: Mapping[Unpaid, str] = {
    Unpaid.ENDS: "It ends, and the allocation stays as it is",
    Unpaid.OFFERED_AGAIN: "It ends, the allocation stays, and the part is offered to the others in a new version",
    Unpaid.STAYS_DUE: "It stays due: a reminder and a call, never interest or a fee",
}
WHERE_DECLINABLE = (Unpaid.ENDS, Unpaid.OFFERED_AGAIN)
"""What may become of an offer that may be declined: nobody owes what they never took."""
WHERE_OBLIGED = (Unpaid.ENDS, Unpaid.STAYS_DUE)
"""What may become of an offer that the agreement obliges to take."""


class CannotBeUnpaid(DomainError):
    """This may not become of an unpaid offer."""


def check_unpaid(*, declinable: Unpaid, obliged: Unpaid, has_obliged: bool) -> None:
    """Raises CannotBeUnpaid, in words, where a choice does not fit the offers."""
    if declinable not in WHERE_DECLINABLE:
        raise CannotBeUnpaid("An offer that may be declined never stays due: silence is never a yes.")
    if obliged not in WHERE_OBLIGED:
        raise CannotBeUnpaid("What an agreement obliges one investor to take is not offered to the others.")
    if obliged is Unpaid.STAYS_DUE and not has_obliged:
        raise CannotBeUnpaid(
            "Only an offer that may not be declined can stay due: tick it for a deal whose clause legal named,"
            " or let offers end."
        )
