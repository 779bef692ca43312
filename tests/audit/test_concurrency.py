"""Several processes write at once: no index is given twice, none is left out."""

import multiprocessing

import pytest
from flask import Flask
from sqlalchemy import select, text

from app import audit
from app.audit.models import AuditEvent, AuditLeaf, AuditNode
from app.core.db import db, session, transaction
from app.factory import create_app
from app.settings import Settings
from tests.audit.builders import an_event
from tests.tlog.trees import stored_nodes

WRITERS = 4
EACH = 30


def write(settings: Settings) -> None:
    """Commit events in transactions of one, two and three, and roll some back."""
    with create_app(settings).app_context():
        for round_ in range(EACH):
            with transaction():
                for _ in range(round_ % 3 + 1):
                    an_event()
                if round_ % 5 == 4:
                    session.rollback()
        session.remove()
        db.engine.dispose()


def make_transactions_strict() -> None:
    """A server whose administrator wants every transaction to be REPEATABLE READ unless it says otherwise."""
    if db.engine.dialect.name == "postgresql":
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            name = connection.scalar(text("SELECT quote_ident(current_database())"))
            connection.execute(text(f"ALTER DATABASE {name} SET default_transaction_isolation = 'repeatable read'"))


@pytest.mark.both_databases
def test_four_processes_leave_a_tree_without_gaps(app: Flask, settings: Settings) -> None:
    make_transactions_strict()
    spawn = multiprocessing.get_context("spawn")
    writers = [spawn.Process(target=write, args=(settings,)) for _ in range(WRITERS)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(120)

    expected = WRITERS * sum(round_ % 3 + 1 for round_ in range(EACH) if round_ % 5 != 4)
    leaves = session.scalars(select(AuditEvent.leaf).join(AuditLeaf).order_by(AuditLeaf.idx)).all()
    nodes = {(row.level, row.idx): row.hash for row in session.scalars(select(AuditNode))}
    assert [writer.exitcode for writer in writers] == [0] * WRITERS
    assert audit.log_size() == len(leaves) == expected
    assert nodes == {node: found for node, found in stored_nodes(list(leaves)).items() if node.level > 0}
