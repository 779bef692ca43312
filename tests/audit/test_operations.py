"""Recording: an event stands or falls with its transaction, and the tree has no gap."""

import json
import re
from contextlib import suppress
from hashlib import sha256

import pytest
from flask import Flask
from sqlalchemy import select

from app import audit
from app.audit import AuditEvent
from app.audit.catalogue import ACTIONS
from app.audit.models import AuditLeaf, AuditNode, AuditOpening
from app.core.db import session, transaction
from app.tlog.errors import Malformed
from tests.audit.builders import AT, Thing, an_event, committed_events
from tests.tlog.trees import stored_nodes


class _GivenUpError(Exception):
    """Ends a transaction without a commit."""


def _record_and_give_up() -> None:
    an_event()
    session.flush()
    raise _GivenUpError


def leaves_in_order() -> list[bytes]:
    return list(session.scalars(select(AuditEvent.leaf).join(AuditLeaf).order_by(AuditLeaf.idx)))


def inner_nodes() -> dict[tuple[int, int], bytes]:
    return {(row.level, row.idx): row.hash for row in session.scalars(select(AuditNode))}


def expected_nodes() -> dict[tuple[int, int], bytes]:
    return {node: found for node, found in stored_nodes(leaves_in_order()).items() if node.level > 0}


@pytest.mark.both_databases
def test_events_stand_in_the_tree_in_the_order_they_were_recorded(app: Flask) -> None:
    ids = committed_events(3)
    with transaction():
        ids += [an_event().id for _ in range(6)]
    with transaction():
        ids += [an_event().id for _ in range(4)]

    assert [json.loads(leaf)["id"] for leaf in leaves_in_order()] == ids
    assert audit.log_size() == 13
    assert inner_nodes() == expected_nodes()


@pytest.mark.both_databases
def test_a_rollback_leaves_no_event_and_no_gap(app: Flask) -> None:
    committed_events(1)
    with suppress(_GivenUpError), transaction():
        _record_and_give_up()
    committed_events(2)

    assert audit.log_size() == len(leaves_in_order()) == 3
    assert session.scalars(select(AuditLeaf.idx).order_by(AuditLeaf.idx)).all() == [0, 1, 2]
    assert inner_nodes() == expected_nodes()


@pytest.mark.both_databases
def test_an_event_of_a_lost_savepoint_is_forgotten_and_the_others_stay(app: Flask) -> None:
    with transaction():
        first = an_event().id
        with session.begin_nested():
            kept = an_event().id
        with suppress(_GivenUpError), session.begin_nested():
            _record_and_give_up()
        last = an_event().id

    assert [json.loads(leaf)["id"] for leaf in leaves_in_order()] == [first, kept, last]
    assert audit.log_size() == 3


def test_an_event_is_recorded_inside_a_transaction(app: Flask) -> None:
    with pytest.raises(RuntimeError, match="inside a transaction"):
        an_event()


def test_a_transaction_without_events_does_not_touch_the_log(app: Flask) -> None:
    with transaction():
        an_event()
    with transaction():
        session.delete(session.scalars(select(AuditOpening)).one())

    assert audit.log_size() == 1


def test_the_leaf_is_the_canonical_form_of_the_event(app: Flask) -> None:
    person, incident = Thing("person"), Thing("incident")
    with transaction():
        event = audit.record(
            action="proposal.approved", actor=person, subject=incident, at=AT, role="legal", note="Cafe\u0301"
        )

    assert event.entry == {
        "v": 1,
        "log": "portal.example/audit/1",
        "id": event.id,
        "at": "2026-11-22T15:00:00.000000Z",
        "action": "proposal.approved",
        "actor": person.audit_name,
        "subject": incident.audit_name,
        "c": event.entry["c"],
    }
    assert event.leaf == json.dumps(event.entry, separators=(",", ":"), sort_keys=True).encode()
    assert event.leaf_hash == sha256(b"\0" + event.leaf).digest()
    assert event.said == {"note": "Caf\u00e9", "role": "legal"}
    assert event.at == AT


def test_a_leaf_holds_only_words_of_the_catalogue_identifiers_numbers_and_hashes(app: Flask) -> None:
    with transaction():
        for action, parts in ACTIONS.items():
            said = {part: f"private {part}" for part in parts}
            audit.record(action=action, actor=Thing("person"), subject=Thing("person"), at=AT, **said)

    uuid = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
    allowed = re.compile(
        r'\{"action":"[a-z]+\.[a-z_]+","actor":"person:UUID","at":"[0-9T:.-]+Z","c":\{("[a-z0-9_]+":"[A-Za-z0-9+/]{43}=",?)*\},'
        r'"id":"UUID","log":"portal\.example/audit/1","subject":"person:UUID","v":1\}'.replace("UUID", uuid)
    )
    assert audit.log_size() == len(ACTIONS)
    assert [leaf for leaf in leaves_in_order() if not allowed.fullmatch(leaf.decode())] == []


def test_actions_are_named_noun_and_past_tense() -> None:
    irregular = {"bound", "begun", "made", "held", "sent", "told", "given", "withdrawn", "due", "taken", "out"}
    irregular |= {"chosen", "reset", "paid", "overridden", "seen", "go", "forgotten"}
    verbs = {action: re.fullmatch(r"[a-z]+\.(?:[a-z]+_)*([a-z]+)", action) for action in ACTIONS}
    odd = [
        action
        for action, match in verbs.items()
        if match is None or not (match[1].endswith("ed") or match[1] in irregular or match[1] in {"live", "in"})
    ]

    assert odd == []


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"action": "incident.deleted"}, "not in the audit catalogue"),
        ({"colour": "red"}, "no part named colour"),
        ({"actor": "grace@example.com"}, "an actor is"),
        ({"actor": "shell:Grace Hopper"}, "an actor is"),
        ({"at": AT.replace(tzinfo=None)}, "naive"),
    ],
)
def test_what_does_not_belong_in_a_leaf_is_refused(tx: None, changed: dict[str, object], said: str) -> None:
    words: dict[str, object] = {
        "action": "staff.disabled",
        "actor": "system:worker",
        "subject": Thing(),
        "at": AT,
        **changed,
    }
    with pytest.raises(ValueError, match=said):
        audit.record(**words)  # type: ignore[arg-type]  # one of them is wrong on purpose


def test_a_subject_with_a_name_of_its_own_is_refused(tx: None) -> None:
    named = Thing()
    named.audit_name = "person:grace-hopper"

    with pytest.raises(ValueError, match="a subject is"):
        an_event(subject=named)


def test_an_amount_with_a_binary_fraction_is_refused(tx: None) -> None:
    with pytest.raises(Malformed, match="write it as an integer"):
        an_event(reason=1.5)  # type: ignore[arg-type]  # the type checker refuses it too


def test_a_command_is_recorded_under_the_user_of_the_machine(tx: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOGNAME", "BANK\\grace hopper")

    assert audit.shell_actor() == "shell:BANK_grace_hopper"
