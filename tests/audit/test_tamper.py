"""The tamper campaign at its smallest size; `make faults` runs it in full."""

from app.audit import Finding
from faults.tamper import campaign


def test_each_kind_of_tampering_is_seen_and_never_signed_over() -> None:
    outcomes = list(campaign(rounds=1))

    assert [str(outcome) for outcome in outcomes if outcome.slipped or outcome.signed] == []
    assert {verdict for outcome in outcomes for verdict in outcome.verdicts} >= set(Finding)
