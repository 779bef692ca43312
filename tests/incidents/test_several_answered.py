"""One file of the payment system may answer for several incidents: none of them is closed while it is booked."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError

from app import settlement
from app.core.db import db, session, transaction
from app.factory import create_app
from app.incidents import Incident, money
from app.settings import Settings
from app.settlement import Settlement, SettlementState
from tests.allocations.rows import AT, a_demo_deal
from tests.postgresql import a_postgresql_database
from tests.settlement.builders import an_incident
from tests.settlement.house import House

CHANGE = text("SELECT id FROM incidents WHERE id = :id FOR NO KEY UPDATE NOWAIT")


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    """On PostgreSQL, where others may write while a transaction is open; on SQLite nobody can."""
    with a_postgresql_database() as url:
        app = create_app(replace(settings, database_url=url))
        with app.app_context():
            yield app
            db.session.remove()
            db.engine.dispose()


def others_may_change(app: Flask, incident_id: int) -> bool:
    """Whether somebody else could close the incident at this moment."""
    engine = create_engine(app.extensions["settings"].database_url)
    try:
        with engine.begin() as other:
            other.execute(CHANGE, {"id": incident_id})
    except OperationalError:
        return False
    finally:
        engine.dispose()
    return True


def test_a_file_that_answers_for_another_incident_locks_that_one_too(app: Flask) -> None:
    with transaction():
        house = House()
        batch = house.prepare(house.refunds[0])
        house.release(batch)
        settlement.take_file(batch=batch, by=house.maker, at=AT)
        asked, bystander = (an_incident(a_demo_deal(), f"INC-2026-00{number}") for number in (4, 5))
        session.add_all([asked, bystander])
        session.flush()
        asked_id, named_id, bystander_id = asked.id, house.incident_id, bystander.id
        refund_id, reference, by = house.refunds[0].id, batch.items[0].reference, house.maker
    content = f"reference,state,date,code\n{reference},settled,2026-12-10,\n".encode()

    with transaction():
        incident = session.get_one(Incident, asked_id)
        file = money.take_answer(incident=incident, name="a.csv", content=content, by=by, at=AT)
        may = [others_may_change(app, id_) for id_ in (asked_id, named_id, bystander_id)]

    assert file.booked == 1
    assert session.get_one(Settlement, refund_id).state is SettlementState.SETTLED
    assert may == [False, False, True]
