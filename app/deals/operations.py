"""Taking in deals with their people and accounts. Callers own the transaction; see `app.core.db`."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime

from sqlalchemy.exc import IntegrityError

from app import audit
from app.core.db import session
from app.core.errors import DomainError
from app.deals.checks import contradictions
from app.deals.comparison import Comparison, compare
from app.deals.layouts import read_records
from app.deals.models import Import
from app.deals.records import Records
from app.deals.sheets import COLUMNS, BadRow, BadRows, Sheets
from app.deals.stored import load_stored
from app.deals.writing import write_records
from app.identity import Person
from app.tlog.encoding import JSON


class NothingNew(DomainError):
    """Every row of the files is stored already, unchanged."""


class ImportCrossed(DomainError):
    """Somebody else imported the same rows at the same moment."""


def check(sheets: Sheets) -> list[BadRow]:
    """Everything that stands in the way of importing these files, in their order; empty when nothing does."""
    try:
        _examine(sheets)
    except BadRows as bad:
        return list(bad.rows)
    return []


def import_sheets(*, sheets: Sheets, by: Person | str, at: datetime, named: Person | None = None) -> Import:
    """Add every row that is not stored yet, or none. `by` is a person, or `shell:USER` who named one.

    Raises BadRows when anything is wrong, NothingNew when there is nothing to add, ImportCrossed when another
    import added some of the rows meanwhile.
    """
    comparison = _examine(sheets)
    added = {each.name: len(getattr(comparison.new, each.name)) for each in fields(comparison.new)}
    if not any(added.values()):
        raise NothingNew("Everything in these files was imported before and is unchanged. Nothing was written.")
    person = by if isinstance(by, Person) else named
    done = Import(
        digest=sheets.digest,
        files=dict(sheets.files),
        added=added,
        unchanged=dict(comparison.unchanged),
        imported_at=at,
        imported_by_id=person.id if person else None,
    )
    _write(comparison.new, done)
    _seal(done, by, at, named)
    return done


def _write(new: Records, done: Import) -> None:
    try:
        session.add(done)
        session.flush()
        write_records(new, done=done)
    except IntegrityError as error:
        raise ImportCrossed("Somebody imported some of these rows at the same moment. Import once more.") from error


def _seal(done: Import, by: Person | str, at: datetime, named: Person | None) -> None:
    parts: dict[str, JSON] = {
        "digest": done.digest,
        "source": done.files,
        "counts": {"added": done.added, "unchanged": done.unchanged},
    }
    if named:
        parts["as_email"] = named.email
    audit.record(action="import.sealed", actor=by, subject=done, at=at, **parts)


def _examine(sheets: Sheets) -> Comparison:
    """Hold the files against themselves and against what is stored. Raises BadRows with every problem, in order."""
    if sheets.problems:
        raise BadRows(sheets.problems)
    records, unreadable = read_records(sheets)
    comparison = compare(records, load_stored(records))
    problems = [*unreadable, *contradictions(sheets, records), *comparison.problems]
    if problems:
        raise BadRows(_in_order(problems))
    return comparison


def _in_order(problems: Sequence[BadRow]) -> list[BadRow]:
    sheets = list(COLUMNS)
    return sorted(problems, key=lambda bad: (sheets.index(bad.sheet), bad.row))
