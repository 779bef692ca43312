"""One pass over the files of an import: read, checked, and held against what is stored. Pure but for what is loaded."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from app.deals.checks import contradictions
from app.deals.comparison import Comparing, Comparison
from app.deals.layouts import read_records
from app.deals.plan import Plan, Resting
from app.deals.records import Records
from app.deals.request_pass import RequestPass, Sink
from app.deals.sheets import Problems, Sheets
from app.deals.stored import Stored, StoredRequest

EVERY = 2000
Tell = Callable[[int], None]
StoredRequests = Mapping[str, Mapping[str, StoredRequest]]


@dataclass(frozen=True)
class Storage:
    """How to look up what is stored already: of all sheets but requests, and the requests of some deals."""

    load: Callable[[Records], Stored]
    load_requests: Callable[[Iterable[str]], StoredRequests]


@dataclass(frozen=True)
class Examined:
    """Everything but the requests: read, checked and compared; and the pass that is still to go over them."""

    sheets: Sheets
    found: Comparison
    stored: StoredRequests
    requests: RequestPass
    problems: Problems
    plan: Plan

    def read_requests(self, sink: Sink | None, tell: Tell) -> None:
        """Read every request; the sink hears of them as long as nothing is wrong, `tell` of every 2,000th."""
        for count, row in enumerate(self.sheets.tables["requests"].rows(self.problems)):
            self.requests.read(row, None if self.problems.count else sink)
            if count % EVERY == 0:
                tell(count)
        self.requests.finish(None if self.problems.count else sink)


def examine(sheets: Sheets, resting: Resting, storage: Storage) -> Examined:
    """Hold everything but the requests against itself and against what is stored.

    Raises BadRows when rows cannot be read at all: nothing follows from what was not read.
    """
    problems, unreadable, plan = Problems(), Problems(), Plan(sheets.digest)
    problems.extend(sheets.problems)
    problems.refuse_any()
    records = read_records(sheets, problems, unreadable)
    problems.refuse_any()
    problems.take(unreadable)
    problems.extend(contradictions(records))
    stored = storage.load(records)
    found = Comparing(stored, resting, plan, problems).compare(records)
    requests = storage.load_requests(records.ids["deals"])
    currencies = {deal_id: stored.currency_of(deal_id) for deal_id in requests}
    reading = RequestPass(
        records, requests, stored_currencies=currencies, resting=resting, plan=plan, problems=problems
    )
    return Examined(sheets, found, requests, reading, problems, plan)
