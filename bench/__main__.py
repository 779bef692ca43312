"""`python -m bench [NAME…]`: run the comparisons, print them and write bench/results.md."""

import multiprocessing
import os
import platform
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

from bench import (
    audit_append,
    audit_verify,
    booking,
    importing,
    mail,
    page,
    proration,
    proration_peers,
    publish,
    replaying,
    slots,
)
from bench.result import Result, report

BENCHMARKS = {
    "proration": proration.measure,
    "proration-peers": proration_peers.measure,
    "import": importing.measure,
    "replay": replaying.measure,
    "publish": publish.measure,
    "mail": mail.measure,
    "page": page.measure,
    "slots": slots.measure,
    "booking": booking.measure,
    "audit-append": audit_append.measure,
    "audit-verify": audit_verify.measure,
}
RESULTS = Path(__file__).parent / "results.md"


def main(names: Sequence[str]) -> int:
    """Run the named benchmarks, or all of them; each row carries its own date and commit. 1 when a goal is missed."""
    if unknown := set(names) - set(BENCHMARKS):
        print(f"There is no benchmark {', '.join(sorted(unknown))}. Use: {', '.join(BENCHMARKS)}.", file=sys.stderr)
        return 2
    reached = True
    for name in names or BENCHMARKS:
        results = _alone(name)
        reached = reached and all(result.reached for result in results)
        kept = RESULTS.read_text(encoding="utf-8") if RESULTS.exists() else ""
        RESULTS.write_text(report(kept, results, measured=_measured()), encoding="utf-8")
        print(report("", results, measured=_measured()))
    return 0 if reached else 1


def _alone(name: str) -> list[Result]:
    """Each benchmark has a fresh process, so that its memory is its own; it may start others."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(BENCHMARKS[name]).result()


def _measured() -> str:
    return f"{datetime.now(UTC):%Y-%m-%d}, {_commit()}, {_machine()}"


def _commit() -> str:
    said = subprocess.run(["git", "describe", "--always", "--dirty"], capture_output=True, text=True, check=False)
    return said.stdout.strip() or "unknown"


def _machine() -> str:
    cores = os.cpu_count()
    return f"{platform.system()} {platform.machine()}, {cores} cores, Python {platform.python_version()}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
