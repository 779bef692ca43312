"""`replay`: every deal again, on frozen and on recomputed bases with certificates, against reading the same rows.

One plain query for the very columns that a replay needs is the least it takes; everything above it is our own cost.
Nothing is stored. Every request counts earlier allocations, so that nearly every average is recomputed.
"""

import math
import random
import resource
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import median
from time import perf_counter

from sqlalchemy import insert, select

from app.allocations import Asked, Bucket, Rule, allocate, replay
from app.allocations.replay_reading import read_entered, read_range
from app.core import schema
from app.core.db import db, session, transaction
from app.deals import Agreement, Deal, Import, Release, Request, RuleName
from app.factory import create_app
from app.identity import Account, AccountType
from app.settings import read_settings
from bench.result import Result

ACCOUNTS = 100
DEALS = (10, 100, 1_000)
ROUNDS = 5
MOST = 12
STEEPEST = 1.1
AT = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)
COLUMNS = (
    Request.deal_id,
    Request.id,
    Request.account_id,
    Request.requested_cents,
    Request.basis,
    Request.basis_count,
    Request.recorded_cents,
)


def measure() -> list[Result]:
    """The ratio at the largest size, and the slope of our own time from the smallest size to it."""
    rounds: dict[int, list[tuple[float, float]]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for size in DEALS:
            with _portal(f"sqlite:///{folder}/{size}.db"):
                _fill(size)
                rounds[size] = [(_replay(size), _read(size)) for _ in range(ROUNDS)]
    ours = {size: median(mine for mine, _ in pairs) for size, pairs in rounds.items()}
    largest = rounds[DEALS[-1]]
    ratio = median(mine / other for mine, other in largest)
    slope = math.log(ours[DEALS[-1]] / ours[DEALS[0]]) / math.log(DEALS[-1] / DEALS[0])
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return [
        Result(
            name="replay",
            work=f"{DEALS[-1]:,} deals of {ACCOUNTS} accounts, both ways, with certificates",
            against="one plain query for the same rows",
            ours=ours[DEALS[-1]],
            other=median(other for _, other in largest),
            ratio=f"{ratio:.2f} x the time",
            goal=f"<= {MOST} x",
            reached=ratio <= MOST,
            peak_megabytes=megabytes,
        ),
        Result(
            name="replay-growth",
            work=f"the same at {', '.join(f'{size * ACCOUNTS:,}' for size in DEALS)} requests",
            against="itself at the smallest size",
            ours=ours[DEALS[-1]],
            other=ours[DEALS[0]],
            ratio=f"log-log slope {slope:.2f}",
            goal=f"<= {STEEPEST}",
            reached=slope <= STEEPEST,
            peak_megabytes=megabytes,
        ),
    ]


def _replay(size: int) -> float:
    session.rollback()
    start = perf_counter()
    counts = dict.fromkeys(Bucket, 0)
    for replayed in replay(read_entered(read_range(RuleName.SINGLE_PASS).heads)):
        for figure in replayed.figures:
            counts[figure.bucket] += 1
    seconds = perf_counter() - start
    if sum(counts.values()) != size * ACCOUNTS or counts[Bucket.NOT_CHECKABLE] or not counts[Bucket.KNOCK_ON]:
        raise RuntimeError(f"not the replay that was to be measured: {counts}")
    return seconds


def _read(size: int) -> float:
    session.rollback()
    start = perf_counter()
    rows = session.execute(select(*COLUMNS).order_by(Request.deal_id, Request.position)).all()
    seconds = perf_counter() - start
    if len(rows) != size * ACCOUNTS:
        raise RuntimeError(f"{len(rows)} rows")
    return seconds


@contextmanager
def _portal(url: str) -> Iterator[None]:
    schema.upgrade(url)
    settings = read_settings(
        {
            "SECRET_KEY": "an-unguessable-key-for-the-benchmark-0123456789",
            "PUBLIC_BASE_URL": "http://localhost",
            "MAIL_DEFAULT_SENDER": "Example Support <support@portal.example>",
            "DATABASE_URL": url,
            "AUDIT_ORIGIN": "portal.example/audit/1",
        },
        Path("/nonexistent"),
    )
    with create_app(settings).app_context():
        yield
        db.session.remove()
        db.engine.dispose()


def _fill(size: int) -> None:
    """Deals a day apart, every tenth allocated by `single-pass`, the others by the right rule, as recorded."""
    numbers = random.Random(2026)
    with transaction():
        faulty = Release(name="2024.08", deployed_on=date(2020, 1, 1), rule=RuleName.SINGLE_PASS, note="")
        right = Release(name="2024.09", deployed_on=date(2020, 1, 2), rule=RuleName.PRO_RATA_1, note="")
        agreement = Agreement(version="3.1", clause="4.2", clause_text="In proportion.")
        imported = Import(digest="0" * 64, files={}, added={}, unchanged={}, imported_at=AT)
        accounts = [
            Account(external_id=f"INV-{i}", name=f"Holder {i}", type=AccountType.PERSONAL, payment_last4="1000")
            for i in range(ACCOUNTS)
        ]
        session.add_all([faulty, right, agreement, imported, *accounts])
        session.flush()
        terms = {"agreement_id": agreement.id, "import_id": imported.id}
        holders = [account.id for account in accounts]
        for number in range(size):
            release = right if number % 10 else faulty
            _add_deal(number, terms | {"release_id": release.id}, holders, numbers)


def _add_deal(number: int, terms: dict[str, int], holders: list[int], numbers: random.Random) -> None:
    """Averages of 20,000 and more over two to eight allocations, so that no correction takes one below zero."""
    asked = [Asked(numbers.randint(100_000, 10_000_000), numbers.randint(2_000_000, 9_000_000)) for _ in holders]
    available = sum(one.requested for one in asked) * 6 // 10
    ran = RuleName.PRO_RATA_1 if number % 10 else RuleName.SINGLE_PASS
    shares = allocate(available, asked, Rule(ran)).shares
    deal = Deal(
        external_id=f"deal-{number:04d}",
        name=f"Deal {number}",
        currency="USD",
        available_cents=available,
        closed_on=date(2020, 2, 1) + timedelta(days=number),
        allocated_at=AT,
        rule=RuleName.PRO_RATA_1,
        **terms,
    )
    session.add(deal)
    session.flush()
    rows = [
        {
            "deal_id": deal.id,
            "account_id": account,
            "position": position,
            "agreement_signed_on": deal.closed_on,
            "requested_cents": one.requested,
            "basis": str(one.basis),
            "basis_count": numbers.randint(2, 8),
            "recorded_cents": share,
        }
        for position, (account, one, share) in enumerate(zip(holders, asked, shares, strict=True), 1)
    ]
    session.execute(insert(Request), rows)
