"""`import`: request rows from CSV, checked and imported, against reading and inserting the same rows unchecked.

`csv.reader` and a bare `executemany` of the very rows that we wrote, in one transaction with the same durability, is
the least that an import takes; everything above it is our own cost.
"""

import csv
import io
import math
import random
import resource
import sqlite3
import tempfile
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from statistics import median
from time import perf_counter

from app import deals
from app.core import clock, schema
from app.core.db import db, transaction
from app.factory import create_app
from app.settings import read_settings
from bench.result import Result

SIZES = (1_000, 10_000, 100_000)
ROUNDS = 3
ACCOUNTS = 1_000
MOST = 6
MOST_MEGABYTES = 300
STEEPEST = 1.1
TABLES = ("requests", "payments")


def measure() -> list[Result]:
    """The ratio at the largest size, and the slope of our own time over all sizes."""
    with tempfile.TemporaryDirectory() as folder:
        seconds = {}
        for size in SIZES:
            files = _files(size)
            rounds = [_round(files, Path(folder) / f"{size}-{number}") for number in range(ROUNDS)]
            seconds[size] = (median(ours for ours, _ in rounds), median(other for _, other in rounds))
            ratio = median(ours / other for ours, other in rounds)
        megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    ours, other = seconds[SIZES[-1]]
    slope = max(_slope(seconds, small, large) for small, large in pairwise(SIZES))
    return [
        Result(
            name="import",
            work=f"{SIZES[-1]:,} request rows from CSV, checked",
            against="csv.reader and bare executemany of the same rows",
            ours=ours,
            other=other,
            ratio=f"{ratio:.2f} x the time",
            goal=f"<= {MOST} x, < {MOST_MEGABYTES} MB",
            reached=ratio <= MOST and megabytes < MOST_MEGABYTES,
            peak_megabytes=megabytes,
        ),
        Result(
            name="import-growth",
            work=f"the same at {', '.join(f'{size:,}' for size in SIZES)}",
            against="itself at the smallest size",
            ours=ours,
            other=seconds[SIZES[0]][0],
            ratio=f"log-log slope {slope:.2f}",
            goal=f"<= {STEEPEST}",
            reached=slope <= STEEPEST,
            peak_megabytes=megabytes,
        ),
    ]


def _slope(seconds: Mapping[int, tuple[float, float]], small: int, large: int) -> float:
    return math.log(seconds[large][0] / seconds[small][0]) / math.log(large / small)


def _round(files: Mapping[str, bytes], folder: Path) -> tuple[float, float]:
    """Seconds of our import into a fresh database, and of the bare one into another."""
    folder.mkdir()
    url = f"sqlite:///{folder / 'ours.db'}"
    schema.upgrade(url)
    ours = _import(url, files)
    rows = _rows_of(folder / "ours.db")
    schema.upgrade(f"sqlite:///{folder / 'bare.db'}")
    return ours, _bare(folder / "bare.db", files["requests.csv"], rows)


def _import(url: str, files: Mapping[str, bytes]) -> float:
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
        start = perf_counter()
        with transaction():
            deals.import_sheets(sheets=deals.read_files(files), by="shell:bench", at=clock.now())
        seconds = perf_counter() - start
        db.session.remove()
        db.engine.dispose()
    return seconds


def _rows_of(path: Path) -> dict[str, list[tuple[object, ...]]]:
    connection = sqlite3.connect(path)
    rows = {table: connection.execute(f"SELECT * FROM {table}").fetchall() for table in TABLES}
    connection.close()
    return rows


def _bare(path: Path, content: bytes, rows: Mapping[str, Sequence[tuple[object, ...]]]) -> float:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA synchronous=FULL")
    start = perf_counter()
    for _ in csv.reader(io.StringIO(content.decode(), newline="")):
        pass
    connection.execute("BEGIN IMMEDIATE")
    for table in TABLES:
        marks = ", ".join("?" * len(rows[table][0]))
        connection.executemany(f"INSERT INTO {table} VALUES ({marks})", rows[table])
    connection.execute("COMMIT")
    seconds = perf_counter() - start
    connection.close()
    return seconds


def _files(size: int) -> dict[str, bytes]:
    """As many requests in deals of a thousand accounts each, amounts to the cent; the deals are in order."""
    numbers = random.Random(2026)
    accounts = [f"INV-{number:06d}" for number in range(min(ACCOUNTS, size))]
    ids = [f"deal-{number:04d}" for number in range(size // len(accounts))]
    requests = [_request(numbers, deal, account) for deal in ids for account in accounts]
    return {
        "releases.csv": _csv("releases", [("2024.08", "2024-08-05", "pro-rata-1", "")]),
        "deals.csv": _csv("deals", [_deal(number, deal) for number, deal in enumerate(ids)]),
        "accounts.csv": _csv("accounts", [_account(account) for account in accounts]),
        "requests.csv": _csv("requests", requests),
    }


def _deal(number: int, deal: str) -> tuple[str, ...]:
    day = f"2025-{number % 12 + 1:02d}-{number % 28 + 1:02d}"
    terms = ("2024.08", "pro-rata-1", "3.1", "4.2", "In proportion to the average.", "")
    return (deal, f"Deal {number}", "USD", "1000000000.00", day, f"{day}T17:00:00Z", *terms)


def _account(account: str) -> tuple[str, ...]:
    email = f"{account.lower()}@example.com"
    return (account, f"Holder {account}", "personal", f"Person {account}", email, "", "owner", "", "", "UTC", "1000")


def _request(numbers: random.Random, deal: str, account: str) -> tuple[str, ...]:
    requested, basis = numbers.randint(100, 10_000_000), numbers.randint(100, 10_000_000)
    recorded = _money(min(requested, basis))
    return (deal, account, "2024-12-01", _money(requested), _money(basis), "", recorded, recorded, "2025-12-31")


def _money(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02d}"


def _csv(sheet: str, rows: Sequence[Sequence[str]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(deals.COLUMNS[sheet])
    writer.writerows(rows)
    return text.getvalue().encode()
