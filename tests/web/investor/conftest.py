"""An investor at their browser, and an agent who never sleeps."""

import pytest
from flask import Flask

from app.core.db import transaction
from app.identity import Person, SessionKind
from app.scheduling import Window
from tests.scheduling.builders import an_agent, an_investor
from tests.web.browsers import a_browser
from tests.web.browsing import Browser

EVERY_DAY = tuple(range(7))


@pytest.fixture
def grace(app: Flask) -> Person:
    with transaction():
        return an_investor()


@pytest.fixture
def agent(app: Flask) -> Person:
    with transaction():
        return an_agent(days=EVERY_DAY, windows=(Window(0, 1440),))


@pytest.fixture
def browser(app: Flask, grace: Person) -> Browser:
    return a_browser(app, grace, SessionKind.INVESTOR)
