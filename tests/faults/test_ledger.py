"""The campaign over the money, small; `make faults` plays five thousand sequences."""

from faults import ledger


def test_no_sequence_unbalances_the_ledger_pays_twice_or_loses_a_cent() -> None:
    (tally,) = ledger.campaign(sequences=6)

    assert tally.slipped == 0, str(tally)
    for act in ("prepare", "release", "take", "settled", "returned", "decline", "renew"):
        assert tally.seen[f"{act} done"] > 0
