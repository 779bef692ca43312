"""A story that was told to its end can be forgotten: every migration goes down from a filled database."""

import pytest
from sqlalchemy import func, select

from app.core import schema
from app.core.db import db, session
from app.demo.story import Stage
from app.identity import Person
from app.settings import Settings
from tests.demo.telling import Shelf


@pytest.mark.both_databases
def test_the_last_stage_is_forgotten_and_the_database_is_as_new(settings: Settings, shelf: Shelf) -> None:
    with shelf.story(settings, Stage.PUBLISHED):
        session.remove()
        db.engine.dispose()
        schema.downgrade(settings.database_url)
        schema.upgrade(settings.database_url)

        assert schema.is_at_head(settings.database_url)
        assert session.scalars(select(func.count()).select_from(Person)).one() == 0
