"""Taking in deals with their people and accounts. Callers own the transaction; see `app.core.db`."""

from datetime import datetime

from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from app import audit
from app.core.db import session
from app.core.errors import DomainError
from app.deals.examining import Storage, Tell, examine
from app.deals.models import Import
from app.deals.plan import Plan, Resting
from app.deals.request_writing import RequestWriter
from app.deals.sheets import Sheets
from app.deals.stored import load_requests, load_stored
from app.deals.upload_models import ImportChange
from app.deals.writing import write_rows
from app.identity import Person
from app.tlog.encoding import JSON

NOTHING_RESTS = Resting()
STORAGE = Storage(load_stored, load_requests)


class NothingNew(DomainError):
    """Every row of the files is stored already, unchanged."""


class ImportCrossed(DomainError):
    """Somebody else imported the same rows at the same moment."""


class PlanChanged(DomainError):
    """What the import would do is no longer what was confirmed."""


def check(sheets: Sheets, *, resting: Resting = NOTHING_RESTS, tell: Tell = lambda _: None) -> Plan:
    """What importing these files would do; nothing is written. `tell` hears now and then how many requests were read.

    Raises BadRows when anything stands in the way.
    """
    examined = examine(sheets, resting, STORAGE)
    examined.read_requests(None, tell)
    examined.problems.refuse_any()
    return examined.plan


def import_sheets(
    *,
    sheets: Sheets,
    by: Person | str,
    at: datetime,
    named: Person | None = None,
    resting: Resting = NOTHING_RESTS,
    confirmed: str | None = None,
) -> Import:
    """Add, change and remove rows as the files say, or do nothing. `by` is a person, or `shell:USER` who named one.

    `resting` says which stored rows may not change any more; `confirmed` is the digest of the plan that somebody
    confirmed. Raises BadRows when anything is wrong, NothingNew when there is nothing to do, PlanChanged when that
    would be something else than was confirmed, ImportCrossed when another import wrote some of the rows meanwhile.
    """
    done = _begun(sheets, by, named, at)
    try:
        with session.begin_nested():
            plan = _write(sheets, done, resting)
            if confirmed not in (None, plan.digest):
                raise PlanChanged("The data changed after the preview was made, so nothing was imported.")
    except IntegrityError as error:
        raise ImportCrossed("Somebody imported some of these rows at the same moment. Import once more.") from error
    _seal(done, plan, by, at, named)
    return done


def _begun(sheets: Sheets, by: Person | str, named: Person | None, at: datetime) -> Import:
    person = by if isinstance(by, Person) else named
    return Import(
        digest=sheets.digest,
        files=dict(sheets.files),
        added={},
        changed={},
        removed={},
        unchanged={},
        imported_at=at,
        imported_by_id=person.id if person else None,
    )


def _write(sheets: Sheets, done: Import, resting: Resting) -> Plan:
    examined = examine(sheets, resting, STORAGE)
    plan = examined.plan
    writer = None
    if not examined.problems.count:
        session.add(done)
        session.flush()
        deals, accounts = write_rows(examined.found, done)
        writer = RequestWriter(deals, accounts, examined.stored)
    examined.read_requests(writer, lambda _: None)
    examined.problems.refuse_any()
    if plan.is_empty:
        raise NothingNew("Everything in these files was imported before and is unchanged. Nothing was written.")
    if writer:
        writer.finish()
    done.added, done.changed, done.removed, done.unchanged = plan.added, plan.changed, plan.removed, plan.unchanged
    _keep_changes(plan, done)
    session.flush()
    return plan


def _keep_changes(plan: Plan, done: Import) -> None:
    rows = [
        {
            "import_id": done.id,
            "sheet": change.sheet,
            "key": change.key,
            "column": change.column,
            "old": change.old,
            "new": change.new,
        }
        for change in plan.changes
    ]
    if rows:
        session.execute(insert(ImportChange), rows)


def _seal(done: Import, plan: Plan, by: Person | str, at: datetime, named: Person | None) -> None:
    counts = {"added": plan.added, "changed": plan.changed, "removed": plan.removed, "unchanged": plan.unchanged}
    parts: dict[str, JSON] = {"digest": done.digest, "source": done.files, "counts": counts}
    if plan.changes:
        parts["changes"] = plan.changes_digest
    if named:
        parts["as_email"] = named.email
    audit.record(action="import.sealed", actor=by, subject=done, at=at, **parts)
