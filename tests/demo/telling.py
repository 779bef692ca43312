"""The demo story, ready to be told in a test, with a mail server that takes everything."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from socket import create_server

from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Sink

from app.core.db import db, session
from app.demo.setting_up import set_up
from app.demo.story import Story
from app.factory import create_app
from app.settings import Settings

AT = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)


@contextmanager
def a_story(settings: Settings) -> Iterator[Story]:
    """A story about to be told into the empty database of the settings, inside an application context."""
    with create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    controller = Controller(Sink(), hostname="127.0.0.1", port=port)
    controller.start()
    app = create_app(replace(settings, mail_server="127.0.0.1", mail_port=port, mail_rate_per_second=1000))
    with app.app_context():
        set_up(settings)
        yield Story(settings, app.extensions["office"], AT)
        session.remove()
        db.engine.dispose()
    controller.stop()
