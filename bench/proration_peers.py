"""`proration-peers`: 10,000 requests of which half are capped one a round, against a loop that passes again and again.

The loop caps the tightest request and works every share out anew, once in fractions and once in binary floating
point, which is not exact.
"""

import random
import resource
from collections.abc import Callable
from fractions import Fraction
from statistics import median
from time import perf_counter
from typing import Any

from app.allocations.certificate import certify
from app.allocations.proration import prorate
from app.allocations.terms import Asked, Rule
from bench.result import Result

CAPPED = 5_000
FIRST_ROUNDS = 100


def measure() -> list[Result]:
    """Two results: at least 100 times as fast as fractions, and no slower than binary fractions."""
    available, requests = half_are_capped()
    ours = median(_share(available, requests) for _ in range(5))
    exact = _pass_again_and_again(available, requests, Fraction, FIRST_ROUNDS)
    binary = _pass_again_and_again(available, requests, float, len(requests))
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return [
        Result(
            name="proration-peers",
            work=f"{len(requests):,} requests, certificate included",
            against=f"a repeated-pass loop in {name}",
            ours=ours,
            other=other,
            ratio=f"{other / ours:.1f} x as fast",
            goal=f">= {least} x",
            reached=other / ours >= least,
            peak_megabytes=megabytes,
        )
        for name, other, least in (
            (f"Fraction, its first {FIRST_ROUNDS} of {CAPPED:,} rounds alone", exact, 100),
            (f"float, {CAPPED:,} rounds", binary, 1),
        )
    ]


def half_are_capped() -> tuple[int, list[Asked]]:
    """Available units and requests: the rate comes out between the tight half and the wide half."""
    numbers = random.Random(2026)
    bases = [numbers.randint(1_000, 1_000_000) for _ in range(2 * CAPPED)]
    tight = [Asked(basis * numbers.randint(1, 999) // 1_000, basis) for basis in bases[:CAPPED]]
    wide = [Asked(basis * numbers.randint(2_000, 9_000) // 1_000, basis) for basis in bases[CAPPED:]]
    requests = tight + wide
    numbers.shuffle(requests)
    return sum(r.requested for r in tight) + sum(r.basis for r in wide), requests


def _share(available: int, requests: list[Asked]) -> float:
    start = perf_counter()
    outcome = prorate(available, requests, Rule())
    if certify(available, requests, outcome, Rule()) is not None:
        raise RuntimeError("the certificate fails")
    return perf_counter() - start


def _pass_again_and_again(available: int, requests: list[Asked], number: Callable[[int], Any], at_most: int) -> float:
    """Seconds of the loop: work out every share, cap the one furthest above its request, start over."""
    start = perf_counter()
    waiting = [(number(requested), number(basis)) for requested, basis in requests]
    left = number(available)
    for _ in range(at_most):
        weight = sum(basis for _, basis in waiting)
        excess, i = max((left * basis / weight - requested, i) for i, (requested, basis) in enumerate(waiting))
        if excess < 0:
            break
        left -= waiting.pop(i)[0]
    return perf_counter() - start
