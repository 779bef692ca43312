"""How corrections are carried out in money: interest, refunds and offers."""

from app.settlement.interest import DAYS_A_YEAR, CannotCalculate, Interest, Line, interest
from app.settlement.models import Direction, Settlement, SettlementState
from app.settlement.operations import make_due
from app.settlement.queries import list_settlements, rates_of, settlements_by_adjustment

__all__ = [
    "DAYS_A_YEAR",
    "CannotCalculate",
    "Direction",
    "Interest",
    "Line",
    "Settlement",
    "SettlementState",
    "interest",
    "list_settlements",
    "make_due",
    "rates_of",
    "settlements_by_adjustment",
]
