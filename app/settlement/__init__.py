"""How corrections are carried out in money: interest, refunds and offers."""

from app.settlement.interest import Interest, Line, in_whole_cents, interest
from app.settlement.interest_policies import INTEREST_POLICIES, CannotCalculate, InterestPolicy, get_policy
from app.settlement.models import Direction, Settlement, SettlementState
from app.settlement.operations import make_due
from app.settlement.queries import list_rates, list_settlements, rates_of, settlements_by_adjustment

__all__ = [
    "INTEREST_POLICIES",
    "CannotCalculate",
    "Direction",
    "Interest",
    "InterestPolicy",
    "Line",
    "Settlement",
    "SettlementState",
    "get_policy",
    "in_whole_cents",
    "interest",
    "list_rates",
    "list_settlements",
    "make_due",
    "rates_of",
    "settlements_by_adjustment",
]
