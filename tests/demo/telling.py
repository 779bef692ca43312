"""The demo story, ready to be told in a test, with a mail server that takes everything."""

import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from socket import create_server

from aiosmtpd.controller import Controller

from app.core.db import db, session
from app.demo.bouncing import Bouncing
from app.demo.setting_up import set_up
from app.demo.story import Stage, Story
from app.factory import create_app
from app.settings import Settings
from tests.postgresql import a_postgresql_database, copy_database

AT = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)


@contextmanager
def a_story(settings: Settings) -> Iterator[Story]:
    """A story about to be told into the empty database of the settings, inside an application context."""
    with create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    controller = Controller(Bouncing(None, settings.files_dir.parent / "bounces"), hostname="127.0.0.1", port=port)
    controller.start()
    app = create_app(replace(settings, mail_server="127.0.0.1", mail_port=port, mail_rate_per_second=1000))
    with app.app_context():
        set_up(settings)
        yield Story(settings, app.extensions["office"], AT)
        session.remove()
        db.engine.dispose()
    controller.stop()


class Shelf:
    """Stories told once a run for each stage and kind of database, and copied for every test that starts there."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._told: dict[tuple[Stage, bool], Settings] = {}
        self._databases = ExitStack()

    @contextmanager
    def story(self, settings: Settings, stage: Stage) -> Iterator[Story]:
        """The story as it stands at the stage, in the empty database of the settings."""
        kind = (stage, settings.database_url.startswith("postgresql"))
        if kind not in self._told:
            self._told[kind] = self._tell(settings, *kind)
        _copy(self._told[kind], settings)
        with a_story(settings) as story:
            yield story

    def close(self) -> None:
        """Drop what was told."""
        self._databases.close()

    def _tell(self, settings: Settings, stage: Stage, is_postgresql: bool) -> Settings:
        folder = self._folder / f"{stage}-{'postgresql' if is_postgresql else 'sqlite'}"
        folder.mkdir()
        database = f"sqlite:///{folder / 'portal.db'}"
        if is_postgresql:
            database = self._databases.enter_context(a_postgresql_database())
        own = replace(
            settings,
            database_url=database,
            queue_url=str(folder / "queue.db"),
            files_dir=folder / "files",
            audit_anchors=folder / "anchors",
            audit_key_file=folder / "audit.key",
        )
        with a_story(own) as story:
            story.tell(stage)
        return own


def _copy(told: Settings, settings: Settings) -> None:
    if told.database_url.startswith("postgresql"):
        copy_database(told.database_url, settings.database_url)
    else:
        shutil.copy(told.database_url.removeprefix("sqlite:///"), settings.database_url.removeprefix("sqlite:///"))
    if told.files_dir.exists():
        shutil.copytree(told.files_dir, settings.files_dir)
    for name in ("audit_anchors", "audit_key_file"):
        shutil.copy(getattr(told, name), getattr(settings, name))
