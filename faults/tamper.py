"""`tamper`: every kind of stored byte flipped, the tail cut, the log written anew and signed, an older copy restored.

Each round changes one thing of a small signed log as an owner of database and files could, lets the worker verify, and
lets it sign. What must hold: the right verdict each time, and nothing signed over it.
"""

import random
import shutil
import sqlite3
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from flask import Flask
from sqlalchemy import text

from app import audit, worker
from app.audit import Finding
from app.audit.triggers import statements
from app.core import schema
from app.core.db import db, session, transaction
from app.factory import create_app
from app.settings import read_settings
from app.tlog.errors import Malformed, NotVerified
from app.tlog.note import Checkpoint, SignerKey, VerifierKey, open_checkpoint
from app.tlog.proof import Proof, verify_inclusion
from app.tlog.receipt import check_receipt
from app.tlog.tree import RightEdge, hash_leaf

AT = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)
ORIGIN = "localhost/audit/1"
ENTRIES, ANCHORED = 23, 17


@dataclass
class Outcome:
    """What came of one kind of tampering."""

    what: str
    rounds: int = 0
    slipped: int = 0
    signed: int = 0
    verdicts: Counter[str] = field(default_factory=Counter)

    def __str__(self) -> str:
        seen = ", ".join(f"{verdict} {count}" for verdict, count in sorted(self.verdicts.items()))
        return f"{self.what}: {self.rounds} rounds, {self.slipped} slipped, {self.signed} signed over; {seen}"


class Thing:
    """Something the log may name."""

    audit_name = f"incident:{uuid4()}"


class Bench:
    """A signed log on SQLite, put back as it was before every round; `numbers` choose what is changed."""

    def __init__(self, app: Flask, folder: Path, numbers: random.Random) -> None:
        self.app, self.folder, self.numbers = app, folder, numbers
        audit.make_key_file(path=folder / "key", origin=ORIGIN)
        self.key: SignerKey = audit.read_key_file(path=folder / "key", origin=ORIGIN)
        self.anchor = audit.FileAnchor(folder / "anchors")
        self._fill()
        self.receipt = (audit.receipt_for(_event(3)) or b"").decode()
        session.rollback()
        self._save("kept")

    def _fill(self) -> None:
        for number in range(ENTRIES):
            with transaction():
                _record(f"reason {number}")
            if number + 1 in (9, ANCHORED):
                audit.sign_checkpoint(key=self.key, anchor=self.anchor, at=AT)
            if number + 1 == 9:
                session.rollback()
                self._save("yesterday")

    def _save(self, name: str) -> None:
        source = db.engine.raw_connection()
        target = sqlite3.connect(self.folder / f"{name}.db")
        driver: Any = source.driver_connection
        driver.backup(target)
        target.close()
        source.close()
        if self.anchor.path.exists():
            shutil.copy(self.anchor.path, self.folder / f"{name}.anchors")

    def restore(self, name: str = "kept", *, with_anchors: bool = True) -> None:
        """Put the copy of that name in the database's place."""
        session.remove()
        source = db.engine.raw_connection()
        copy = sqlite3.connect(self.folder / f"{name}.db")
        driver: Any = source.driver_connection
        copy.backup(driver)
        copy.close()
        source.close()
        if with_anchors:
            shutil.copy(self.folder / f"{name}.anchors", self.anchor.path)

    def change(self, *changes: str) -> None:
        """Change rows with triggers and foreign keys out of the way."""
        session.remove()
        connection = db.engine.raw_connection()
        cursor = connection.cursor()
        cursor.execute("PRAGMA foreign_keys=OFF")
        for (name,) in cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            cursor.execute(f"DROP TRIGGER {name}")
        for statement in (*changes, *statements("sqlite"), "PRAGMA foreign_keys=ON"):
            cursor.execute(statement)
        connection.close()

    def flip(self, table: str, column: str, where: str) -> None:
        """Flip one bit of one byte of one value."""
        value = bytes(self.value(f"SELECT CAST({column} AS BLOB) FROM {table} WHERE {where}"))
        self.change(f"UPDATE {table} SET {column} = x'{self.flipped(value).hex()}' WHERE {where}")

    def flipped(self, value: bytes) -> bytes:
        """The bytes with one bit turned."""
        place = self.numbers.randrange(len(value))
        return value[:place] + bytes([value[place] ^ 1 << self.numbers.randrange(8)]) + value[place + 1 :]

    def value(self, asked: str) -> bytes:
        """One value."""
        with db.engine.connect() as connection:
            return bytes(connection.execute(text(asked)).scalar_one())

    def verdict(self, *, after: timedelta = timedelta(minutes=1)) -> Finding:
        """What verifying says, and the worker writes down."""
        verdict = audit.verify(key=self.key.verifier, anchor=self.anchor, at=AT + after)
        audit.keep_verdict(verdict, at=AT + after)
        return verdict.finding

    def is_signed(self) -> bool:
        """Whether the worker puts anything new into the anchor."""
        before = self._held()
        worker.sign()
        return self._held() != before

    def _held(self) -> bytes:
        return self.anchor.path.read_bytes() if self.anchor.path.exists() else b""


def _record(reason: str) -> None:
    audit.record(action="staff.disabled", actor="system:worker", subject=Thing(), at=AT, reason=reason)


def _event(idx: int) -> audit.AuditEvent:
    found = audit.find_event_at(idx)
    if found is None:
        raise RuntimeError(f"no entry {idx}")
    return found


def _entry(bench: Bench) -> str:
    return f"(SELECT event_id FROM audit_leaf WHERE idx = {bench.numbers.randrange(ENTRIES)})"


def _flip_leaf(bench: Bench) -> None:
    bench.flip("audit_event", "leaf", f"id = {_entry(bench)}")


def _flip_leaf_hash(bench: Bench) -> None:
    bench.flip("audit_event", "leaf_hash", f"id = {_entry(bench)}")


def _flip_node(bench: Bench) -> None:
    level = bench.numbers.randrange(1, 5)
    bench.flip("audit_node", "hash", f"level = {level} AND idx = {bench.numbers.randrange(ENTRIES >> level)}")


def _flip_opening(bench: Bench) -> None:
    bench.flip("audit_opening", bench.numbers.choice(["salt", "value"]), f"event_id = {_entry(bench)}")


def _delete_opening(bench: Bench) -> None:
    bench.change(f"DELETE FROM audit_opening WHERE event_id = {_entry(bench)}")


def _flip_note(bench: Bench) -> None:
    note = bench.value("SELECT CAST(note AS BLOB) FROM audit_checkpoint WHERE size = 17")
    bench.change(f"UPDATE audit_checkpoint SET note = CAST(x'{bench.flipped(note).hex()}' AS TEXT) WHERE size = 17")


def _flip_anchor(bench: Bench) -> None:
    text_ = bench.anchor.path.read_bytes()
    bench.anchor.path.write_bytes(bench.flipped(text_[:-1]) + text_[-1:])


def _remove_entry(bench: Bench) -> None:
    bench.change(f"DELETE FROM audit_leaf WHERE idx = {bench.numbers.randrange(ENTRIES - 1)}")


def _cut_tail(bench: Bench) -> None:
    left = bench.numbers.randrange(1, ANCHORED)
    bench.change(f"DELETE FROM audit_leaf WHERE idx >= {left}", f"UPDATE audit_head SET size = {left}")


def _rewrite(bench: Bench) -> None:
    tables = ("anchor", "checkpoint", "node", "leaf", "opening", "event")
    bench.change(*(f"DELETE FROM audit_{table}" for table in tables), "UPDATE audit_head SET size = 0")
    for number in range(ENTRIES):
        with transaction():
            _record(f"another reason {number}")


def _rewrite_and_sign(bench: Bench) -> None:
    """With the key as well: what the anchor holds from before gives it away."""
    _rewrite(bench)
    growing = RightEdge(0, {})
    for idx in range(ANCHORED):
        growing.append(hash_leaf(_event(idx).leaf))
    session.rollback()
    note = bench.key.sign(Checkpoint(ORIGIN, ANCHORED, growing.root()).text)
    with transaction():
        session.add(audit.AuditCheckpoint(size=ANCHORED, note=note, made_at=AT))


def _restore_yesterday(bench: Bench) -> None:
    bench.restore("yesterday", with_anchors=False)


def _lose_anchor(bench: Bench) -> None:
    bench.anchor.path.unlink()


TAMPERINGS: Mapping[str, tuple[Callable[[Bench], None], frozenset[Finding]]] = {
    "a bit of a leaf flipped": (_flip_leaf, frozenset({Finding.TAMPERED})),
    "a bit of a leaf hash flipped": (_flip_leaf_hash, frozenset({Finding.TAMPERED})),
    "a bit of a node flipped": (_flip_node, frozenset({Finding.NODE_MISMATCH})),
    "a bit of an opening flipped": (_flip_opening, frozenset({Finding.OPENING})),
    "an opening deleted": (_delete_opening, frozenset({Finding.OPENING})),
    "a bit of a stored note flipped": (_flip_note, frozenset({Finding.UNREADABLE})),
    "a bit of the anchor flipped": (_flip_anchor, frozenset({Finding.UNREADABLE, Finding.UNANCHORED})),
    "an entry removed": (_remove_entry, frozenset({Finding.MISSING})),
    "the tail cut": (_cut_tail, frozenset({Finding.TRUNCATED})),
    "the log written anew": (_rewrite, frozenset({Finding.FORKED})),
    "the log written anew and signed": (_rewrite_and_sign, frozenset({Finding.FORKED})),
    "yesterday's copy restored": (_restore_yesterday, frozenset({Finding.TRUNCATED})),
    "the anchor lost": (_lose_anchor, frozenset({Finding.UNANCHORED})),
}
"""What is done, and the verdicts that are right for it."""


def campaign(*, rounds: int, seed: int = 2026) -> Iterator[Outcome]:
    """Each kind of tampering so many times, then proofs and receipts; the same seed does the same."""
    with _bench(seed) as bench:
        yield _untouched(bench)
        for what, (tampering, right) in TAMPERINGS.items():
            yield _repeat(bench, what, tampering, right, rounds)
        yield _forge(bench, "a bit of a receipt flipped", bench.receipt, _check_receipt, rounds * 10)
        proof = replace(Proof.parse((audit.proof_for(_event(3)) or b"").decode()), extra=b"").text
        yield _forge(bench, "a bit of a proof flipped", proof, _check_proof(_event(3).leaf), rounds * 10)


def _repeat(
    bench: Bench, what: str, tampering: Callable[[Bench], None], right: frozenset[Finding], rounds: int
) -> Outcome:
    outcome = Outcome(what)
    for _ in range(rounds):
        bench.restore()
        tampering(bench)
        found = bench.verdict()
        signed = bench.is_signed()
        outcome.rounds += 1
        outcome.verdicts[found] += 1
        outcome.signed += signed
        outcome.slipped += found not in right or signed
    bench.restore()
    return outcome


def _untouched(bench: Bench) -> Outcome:
    """The other two verdicts: OK as it stands, UNANCHORED when nothing was signed for a day."""
    fresh, stale = bench.verdict(), bench.verdict(after=timedelta(hours=25))
    wrong = (fresh is not Finding.OK) + (stale is not Finding.UNANCHORED)
    return Outcome("nothing changed, now and a day later", 2, wrong, 0, Counter([fresh, stale]))


def _forge(bench: Bench, what: str, good: str, check: Callable[[str, VerifierKey], None], rounds: int) -> Outcome:
    outcome = Outcome(what)
    check(good, bench.key.verifier)
    for _ in range(rounds):
        outcome.rounds += 1
        try:
            check(bench.flipped(good.encode()).decode(), bench.key.verifier)
            outcome.slipped += 1
        except (Malformed, NotVerified, UnicodeDecodeError) as refused:
            outcome.verdicts[type(refused).__name__] += 1
    return outcome


def _check_receipt(text_: str, key: VerifierKey) -> None:
    check_receipt(text_, key)


def _check_proof(leaf: bytes) -> Callable[[str, VerifierKey], None]:
    """A bare proof for an entry that the reader holds. `extra` counts for nothing, so it has none here."""

    def check(text_: str, key: VerifierKey) -> None:
        proof = Proof.parse(text_)
        head = open_checkpoint(proof.checkpoint, key)
        verify_inclusion(leaf_hash=hash_leaf(leaf), index=proof.index, size=head.size, path=proof.path, root=head.root)

    return check


@contextmanager
def _bench(seed: int) -> Iterator[Bench]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        url = f"sqlite:///{folder}/portal.db"
        schema.upgrade(url)
        given = {
            "SECRET_KEY": "an-unguessable-key-for-the-faults-0123456789",
            "PUBLIC_BASE_URL": "http://localhost",
            "MAIL_DEFAULT_SENDER": "Example Support <support@portal.example>",
            "DATABASE_URL": url,
            "QUEUE_URL": str(folder / "queue.db"),
            "AUDIT_KEY_FILE": str(folder / "key"),
            "AUDIT_ANCHORS": str(folder / "anchors"),
        }
        app = create_app(read_settings(given, Path("/nonexistent")))
        with app.app_context():
            yield Bench(app, folder, random.Random(seed))
            session.remove()
            db.engine.dispose()
