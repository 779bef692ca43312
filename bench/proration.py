"""`proration`: a million exact shares with their certificate, against sorting a million exact keys.

Sorting by `requested / basis` is the least that sharing by a cap takes; everything above it is our own cost.
"""

import random
import resource
from statistics import median
from time import perf_counter

from app.allocations.certificate import certify
from app.allocations.proration import prorate
from app.allocations.terms import Asked, Rule
from bench.result import Result

REQUESTS = 1_000_000
ROUNDS = 5
MOST = 8
MOST_MEGABYTES = 600


def measure() -> list[Result]:
    """One result; the memory is the peak of this process after sharing, requests included."""
    numbers = random.Random(2026)
    requests = [Asked(numbers.randint(1, 50_000_000), numbers.randint(1, 50_000_000)) for _ in range(REQUESTS)]
    available = sum(request.requested for request in requests) // 2
    _share(available, requests)
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    digits = 2 * max(basis for _, basis in requests).bit_length()
    keys = [(requested << digits) // basis for requested, basis in requests]
    rounds = [(_share(available, requests), _sort(keys)) for _ in range(ROUNDS)]
    ratio = median(ours / other for ours, other in rounds)
    return [
        Result(
            name="proration",
            work=f"{REQUESTS:,} exact shares with certificate",
            against="sorted() of the exact keys",
            ours=median(ours for ours, _ in rounds),
            other=median(other for _, other in rounds),
            ratio=f"{ratio:.2f} x the time",
            goal=f"<= {MOST} x, <= {MOST_MEGABYTES} MB",
            reached=ratio <= MOST and megabytes <= MOST_MEGABYTES,
            peak_megabytes=megabytes,
        )
    ]


def _share(available: int, requests: list[Asked]) -> float:
    start = perf_counter()
    outcome = prorate(available, requests, Rule())
    fault = certify(available, requests, outcome, Rule())
    seconds = perf_counter() - start
    if fault is not None:
        raise RuntimeError(fault)
    return seconds


def _sort(keys: list[int]) -> float:
    start = perf_counter()
    sorted(keys)
    return perf_counter() - start
