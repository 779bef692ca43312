"""What a later version says of what an earlier notice said. Facts only, in minor units of the currency. Pure."""

from dataclasses import dataclass
from datetime import date

from app.notices.outcomes import InDeal


@dataclass(frozen=True, kw_only=True)
class Replaced(InDeal):
    """An allocation of which we wrote something else on `written_on`.

    `correct_cents` is None where the allocation stays as recorded, since its holder left the missing part. Before this
    `repaid_cents` were paid to the reader and `taken_cents` by them; of the former `left_cents` were too much, which
    they keep. `ends_invoice`: what the earlier notice asked or offered them to pay is no longer to be paid.
    """

    written_on: date
    was_correct_cents: int
    correct_cents: int | None
    repaid_cents: int = 0
    taken_cents: int = 0
    left_cents: int = 0
    ends_invoice: bool = False
