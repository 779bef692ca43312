"""What a dossier says of the releases, of who stopped and fixed them, and of every file that shows it."""

from dataclasses import dataclass
from datetime import date, datetime

from app.deals import Release, RuleName
from app.incidents.models import Evidence, Statement
from app.incidents.papers.press import Press

LONGEST_TEXT = 8_000


@dataclass(frozen=True)
class ReleaseFact:
    """A release and the rule it ran."""

    name: str
    deployed_on: date
    rule: RuleName
    note: str


@dataclass(frozen=True)
class StatementFact:
    """Somebody's word with its evidence. `text` is the file where it is text, `is_cut` where only its beginning.

    `size_bytes` is None where the file is gone or no longer what was stated: `problem` says so.
    """

    kind: str
    release: ReleaseFact
    done_by: str
    done_on: date
    note: str
    recorded_by: str
    recorded_at: datetime
    evidence: str
    sha256: str
    size_bytes: int | None
    text: str | None
    is_cut: bool
    problem: str | None


@dataclass(frozen=True)
class EvidenceFact:
    """A file that was added beside the statements, and what it `shows`; the rest as of a statement's file."""

    kind: str
    shows: str
    name: str
    added_by: str
    added_at: datetime
    sha256: str
    size_bytes: int | None
    text: str | None
    is_cut: bool
    problem: str | None


@dataclass(frozen=True)
class _Read:
    """A file as it is stored now."""

    size_bytes: int | None
    text: str | None
    is_cut: bool
    problem: str | None


def describe_release(release: Release) -> ReleaseFact:
    """A release with its rule."""
    return ReleaseFact(release.name, release.deployed_on, release.rule, release.note)


def describe_statement(statement: Statement, press: Press) -> StatementFact:
    """A statement with its file."""
    return StatementFact(
        kind=statement.kind,
        release=describe_release(statement.release),
        done_by=statement.done_by,
        done_on=statement.done_on,
        note=statement.note,
        recorded_by=statement.recorded_by.full_name,
        recorded_at=statement.recorded_at,
        evidence=statement.evidence_name,
        sha256=statement.evidence_sha256,
        **vars(_read(statement.evidence_sha256, press)),
    )


def describe_evidence(evidence: Evidence, press: Press) -> EvidenceFact:
    """A further file of evidence, such as the diff, or the test that tells the releases apart."""
    return EvidenceFact(
        kind=evidence.kind,
        shows=evidence.kind.label,
        name=evidence.name,
        added_by=evidence.added_by.full_name,
        added_at=evidence.added_at,
        sha256=evidence.sha256,
        **vars(_read(evidence.sha256, press)),
    )


def _read(sha256: str, press: Press) -> _Read:
    try:
        content = press.read(sha256)
    except FileNotFoundError:
        return _Read(None, None, is_cut=False, problem="The file is gone.")
    except ValueError:
        changed = "The file is no longer the one that was stated: its SHA-256 differs."
        return _Read(None, None, is_cut=False, problem=changed)
    text = _text(content)
    return _Read(len(content), text and text[:LONGEST_TEXT], is_cut=len(text or "") > LONGEST_TEXT, problem=None)


def _text(content: bytes) -> str | None:
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return None
    return None if "\0" in text else text
