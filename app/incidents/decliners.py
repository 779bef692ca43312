"""When some decline an offer they keep what they have, and the rule is run again among the rest. Pure."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

ShareAmong = Callable[[int, Sequence[int]], Sequence[int]]
"""Shares minor units among the holders at these places, by the rule of the agreement; amounts in the same order."""


@dataclass(frozen=True, slots=True)
class Settled:
    """What everybody holds in the end, by place; who is held at what was recorded; in how many rounds."""

    shares: Sequence[int]
    held: Sequence[int]
    rounds: int


def hold_decliners(available: int, recorded: Sequence[int], declining: Collection[int], share: ShareAmong) -> Settled:
    """Hold those who decline at what they have, and share the rest again until nobody who declines is offered more.

    `declining` are places in `recorded`. Someone who declines and is offered nothing is not held: a refund is not
    declined by it. Whoever is held stays so, hence it ends after at most as many rounds as there are decliners, and
    what is left never falls below 0, since each is held at less than the share they declined.
    """
    held: set[int] = set()
    rounds = 0
    while True:
        rounds += 1
        rest = [place for place in range(len(recorded)) if place not in held]
        shares = dict(zip(rest, share(available - sum(recorded[place] for place in held), rest), strict=True))
        offered = {place for place in rest if place in declining and shares[place] > recorded[place]}
        if not offered:
            break
        held |= offered
    final = [shares.get(place, recorded[place]) for place in range(len(recorded))]
    return Settled(final, sorted(held), rounds)
