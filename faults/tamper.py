"""`tamper`: every kind of stored byte flipped, the tail cut, the log written anew and signed, an older copy restored.

Each round changes one thing of a small signed log as an owner of database and files could, lets the worker verify, and
lets it sign. What must hold: the right verdict each time, and nothing signed over it.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta

from app import audit
from app.audit import Finding
from app.core.db import session, transaction
from app.tlog.errors import Malformed, NotVerified
from app.tlog.note import Checkpoint, VerifierKey, open_checkpoint
from app.tlog.proof import Proof, verify_inclusion
from app.tlog.receipt import check_receipt
from app.tlog.tree import RightEdge, hash_leaf
from faults.tampered_log import ANCHORED, AT, ENTRIES, ORIGIN, Bench, a_bench, event_at, record_one


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
            record_one(f"another reason {number}")


def _rewrite_and_sign(bench: Bench) -> None:
    """With the key as well: what the anchor holds from before gives it away."""
    _rewrite(bench)
    growing = RightEdge(0, {})
    for idx in range(ANCHORED):
        growing.append(hash_leaf(event_at(idx).leaf))
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
    with a_bench(seed) as bench:
        yield _untouched(bench)
        for what, (tampering, right) in TAMPERINGS.items():
            yield _repeat(bench, what, tampering, right, rounds)
        yield _forge(bench, "a bit of a receipt flipped", bench.receipt, _check_receipt, rounds * 10)
        proof = replace(Proof.parse((audit.proof_for(event_at(3)) or b"").decode()), extra=b"").text
        yield _forge(bench, "a bit of a proof flipped", proof, _check_proof(event_at(3).leaf), rounds * 10)


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
