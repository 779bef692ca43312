"""Which decisions have words: what nobody has written to investors about yet cannot be proposed. Pure."""

from collections.abc import Collection, Mapping
from types import MappingProxyType

from app.incidents.distributions import Distributions
from app.incidents.remedies import Remedy
from app.incidents.unpaid import Unpaid

REMEDY_TEXTS: Mapping[Remedy, str] = MappingProxyType(
    {
        Remedy.NEW_ROUND: "correction/new_round.txt",
        Remedy.REDISTRIBUTION: "correction/refunds.txt",
        Remedy.CASH: "correction/cash.txt",
        Remedy.NONE: "correction/no_action.txt",
    }
)
"""The notice template, by the name it is signed under, that says what a remedy does."""

TRUED_UP_TEXT = "correction/distributions.txt"
CLAIMED_TEXT = "correction/claims.txt"
HELD_TEXT = "correction/held.txt"
WAIVED_TEXT = "correction/waived.txt"
UNPAID_TEXT = "correction/unpaid.txt"
REPLACED_TEXT = "correction/replaced.txt"


def find_missing_words(
    texts: Collection[str],
    *,
    remedy: Remedy,
    distributions: Distributions,
    has_held: bool,
    waives_payment: bool,
    unpaid: Unpaid,
    replaces: bool = False,
) -> str | None:
    """What a decision would do without a text that says so; none when every text is there."""
    needed = {
        f"remedy {remedy.label}": REMEDY_TEXTS[remedy],
        "true-up of distributions": TRUED_UP_TEXT if distributions is Distributions.TRUED_UP else None,
        "claim of distributions": CLAIMED_TEXT if distributions is Distributions.CLAIMED else None,
        "holding of those who declined": HELD_TEXT if has_held else None,
        "waiver of a payment": WAIVED_TEXT if waives_payment else None,
        f"offer that {unpaid} when it is unpaid": UNPAID_TEXT if unpaid is not Unpaid.ENDS else None,
        "replacing of what was published": REPLACED_TEXT if replaces else None,
    }
    return next((what for what, text in needed.items() if text and text not in texts), None)


def list_unworded(texts: Collection[str]) -> list[Remedy]:
    """The remedies that no text speaks of yet."""
    return [remedy for remedy, text in REMEDY_TEXTS.items() if text not in texts]
