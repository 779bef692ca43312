"""The campaign over the money, small; `make faults` plays five thousand sequences."""

from faults import ledger


def test_no_sequence_unbalances_the_ledger_pays_twice_or_loses_a_cent() -> None:
    tallies = list(ledger.campaign(sequences=16))

    assert sum(tally.slipped for tally in tallies) == 0, "\n".join(map(str, tallies))
    for act in (
        "onward",
        "settled",
        "returned",
        "paid",
        "dispute",
        "elect",
        "unclaim",
        "forgo",
        "proposed",
        "published",
    ):
        assert sum(tally.seen[f"{act} done"] for tally in tallies) > 0, act
