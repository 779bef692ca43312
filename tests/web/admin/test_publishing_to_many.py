"""The page of publishing before thousands are written to."""

from collections.abc import Callable

from flask import Flask
from sqlalchemy import event, select

from app.core.db import db, session, transaction
from app.incidents import Proposal
from tests.incidents.crowds import add_people
from tests.web.admin.office import CASE, an_office

PAGE = f"{CASE}/publish"


def test_the_page_asks_the_database_no_more_for_more_people(app: Flask) -> None:
    office = an_office(app, stage="approved")
    few = count_questions(lambda: office.admin.get(PAGE))
    with transaction():
        proposal = session.scalars(select(Proposal)).one()
        add_people(proposal, 0, 40)
    many = count_questions(lambda: office.admin.get(PAGE))

    assert many <= few


def count_questions(ask: Callable[[], object]) -> int:
    """How often the database was asked meanwhile."""
    asked: list[object] = []

    def note(*statement: object) -> None:
        asked.append(statement)

    session.expunge_all()
    event.listen(db.engine, "before_cursor_execute", note)
    try:
        ask()
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    return len(asked)
