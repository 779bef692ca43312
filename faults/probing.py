"""`probing`: asking `/sign-in` and `/staff/sign-in` about addresses that are on file and ones that are not.

What must hold: the same status, headers and bytes, and times that a statistical test cannot tell apart. The test is the
rank-sum test of Mann and Whitney over pairs asked in random order; it says with which chance a known address takes
longer than an unknown one (0.5 = no difference). Below P = 0.001 it counts as slipped, so one run in a thousand
slips by chance; the figure itself is printed.
"""

import math
import random
import re
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter_ns

from app.core.db import transaction
from faults.links import TOKEN
from faults.outcome import Tally
from faults.serving import Answer, Client, Served, a_served_portal, address_of
from tests.identity.builders import a_member_of_staff, an_investor

DIFFERS_ANYWAY = re.compile(rb'value="[^"]*"|say the number \S+')
"""The token of a form, the address typed, and the number of the request."""
SIGNIFICANT = 0.001


@dataclass
class Probe(Tally):
    """The tally, with how long each kind took."""

    chance: float = 0.5
    probability: float = 1.0

    def __str__(self) -> str:
        timed = f"a known address takes longer with chance {self.chance:.3f} (P = {self.probability:.3f})"
        return f"{super().__str__()}; {timed}"


@dataclass(frozen=True)
class Door:
    """A page that takes an address: its path, what else is typed, and how an address on file and another one begin."""

    path: str
    typed: dict[str, str]
    known: str
    unknown: str


INVESTORS = Door("/sign-in", {}, "known", "other")
STAFF = Door("/staff/sign-in", {"password": "not the password of anybody"}, "staff", "guest")


def campaign(*, pairs: int, staff_pairs: int) -> Iterator[Probe]:
    """Investors' and staff's addresses, each against as many that nobody has."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with a_served_portal(folder, f"sqlite:///{folder}/portal.db", workers=1, threads=1) as served:
            with transaction():
                for number in range(pairs):
                    an_investor(email=_address(INVESTORS.known, number))
                for number in range(staff_pairs):
                    a_member_of_staff(email=_address(STAFF.known, number))
            yield _probe(served, INVESTORS, pairs)
            yield _probe(served, STAFF, staff_pairs)


def rank_sum(known: Sequence[int], unknown: Sequence[int]) -> tuple[float, float]:
    """The chance that a known one is longer, and the two-sided P of a difference that size (normal approximation)."""
    both = sorted([(value, 1) for value in known] + [(value, 0) for value in unknown])
    ranks = sum(rank for rank, (_, is_known) in enumerate(both, 1) if is_known)
    n, m = len(known), len(unknown)
    wins = ranks - n * (n + 1) / 2
    deviations = (wins - n * m / 2) / math.sqrt(n * m * (n + m + 1) / 12)
    return wins / (n * m), math.erfc(abs(deviations) / math.sqrt(2))


def _probe(served: Served, door: Door, pairs: int) -> Probe:
    probe = Probe(f"{door.path}, addresses on file against others", rounds=pairs)
    numbers = random.Random(pairs)
    times: dict[str, list[int]] = {door.known: [], door.unknown: []}
    for number in range(pairs):
        order = numbers.sample((door.known, door.unknown), 2)
        shapes = set()
        for place, kind in enumerate(order):
            client = Client(served.port, address=address_of(2 * number + place))
            answer, nanoseconds = _ask(client, door, _address(kind, number))
            times[kind].append(nanoseconds)
            shapes.add(_shape(answer))
            probe.seen[str(answer.status)] += 1
        probe.slipped += len(shapes) != 1
    probe.chance, probe.probability = rank_sum(times[door.known], times[door.unknown])
    probe.slipped += probe.probability < SIGNIFICANT
    return probe


def _ask(client: Client, door: Door, email: str) -> tuple[Answer, int]:
    page = client.send("GET", door.path)
    found = TOKEN.search(page.body.decode())
    form = {"csrf_token": found[1] if found else "", "email": email, **door.typed}
    begun = perf_counter_ns()
    answer = client.send("POST", door.path, cookies=page.cookies, form=form)
    return answer, perf_counter_ns() - begun


def _shape(answer: Answer) -> tuple[object, ...]:
    """All that the asker sees, but for what is random in every answer."""
    headers = tuple(
        (name, value.split("=")[0] if name == "Set-Cookie" else value)
        for name, value in answer.headers
        if name not in ("Date", "X-Request-Id")
    )
    return answer.status, headers, DIFFERS_ANYWAY.sub(b"", answer.body)


def _address(kind: str, number: int) -> str:
    """Addresses of one length, whoever has them."""
    return f"{kind}{number:05d}@example.com"
