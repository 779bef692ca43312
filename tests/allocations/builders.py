"""Requests and deals for the tests of proration."""

import csv
import json
from fractions import Fraction
from pathlib import Path

from hypothesis import strategies as st

from app.allocations.terms import Asked, Rule, Tie, ZeroBasis

TESTS = Path(__file__).parent.parent
DEMO = TESTS.parent / "app" / "demo" / "data"
PUBLISHED = {case["name"]: case for case in json.loads((TESTS / "data" / "published_cases.json").read_text())}


def asked(*pairs: tuple[int, int | Fraction]) -> list[Asked]:
    """Requests from (requested, basis) pairs in minor units."""
    return [Asked(requested, basis) for requested, basis in pairs]


def the_demo_deal(deal_id: str) -> tuple[int, list[Asked], list[int]]:
    """Available cents, the requests and the recorded cents of one deal of the demo."""
    deals = {row["deal_id"]: row for row in _rows("deals.csv")}
    rows = [row for row in _rows("requests.csv") if row["deal_id"] == deal_id]
    requests = [Asked(cents(row["requested"]), cents(row["basis"])) for row in rows]
    return cents(deals[deal_id]["allocation_available"]), requests, [cents(row["recorded_allocation"]) for row in rows]


def _rows(name: str) -> list[dict[str, str]]:
    with (DEMO / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def cents(text: str) -> int:
    """Minor units of a plain amount with two digits."""
    return int(Fraction(text) * 100)


small_bases = st.integers(0, 50) | st.fractions(0, 50, max_denominator=7)
requests = st.lists(st.builds(Asked, st.integers(0, 60), small_bases), min_size=1, max_size=9)
amounts = st.integers(0, 300)
rules = st.builds(
    Rule,
    zero_basis=st.sampled_from(ZeroBasis),
    tie=st.sampled_from(Tie),
    minimum=st.sampled_from([0, 0, 1, 5, 20]),
)
