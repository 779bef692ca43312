"""What a journey stands on: an installation at a stage of the demo's story, its postbox, and browsers to visit it."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from app.core import clock
from app.demo.story import PAYABLE_AFTER, Stage
from tests.journeys.portal import PATIENCE_MILLISECONDS, Portal, a_portal
from tests.journeys.postbox import Mail, Postbox, an_open_postbox
from tests.journeys.processes import Installation
from tests.notices.smtp import free_port

QUIET_CHROMIUM = [
    "--no-sandbox",  # Chromium refuses to run as root with it
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

expect.set_options(timeout=PATIENCE_MILLISECONDS)


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Chromium, from CHROMIUM or the path. Where there is none the journeys are skipped, unless REQUIRE_BROWSER=1."""
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if chromium is None:
        says = "The journeys need Chromium: apt-get install chromium"
        pytest.fail(says) if os.environ.get("REQUIRE_BROWSER") == "1" else pytest.skip(says)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=QUIET_CHROMIUM)
        yield browser
        browser.close()


@dataclass
class Stages:
    """The story as far as each stage, told once by `flask demo load` and copied for every journey."""

    folder: Path
    port: int
    postbox: Postbox
    told: dict[tuple[Stage, date], tuple[Path, list[Mail]]] = field(default_factory=dict)

    def copy(self, stage: Stage, folder: Path, *, ago: timedelta = timedelta()) -> Installation:
        """An installation of the journey's own, told as of an earlier day, and in the postbox the mail that led there.

        The portal's clock stays the real one.
        """
        on = clock.now().date() - ago
        if (stage, on) not in self.told:
            self.told[stage, on] = self._tell(stage, on)
        template, mails = self.told[stage, on]
        shutil.copytree(template, folder)
        self.postbox.mails = list(mails)
        return self._installation(folder)

    def _tell(self, stage: Stage, on: date) -> tuple[Path, list[Mail]]:
        self.postbox.mails = []
        folder = self.folder / f"{stage.value}-{on}"
        folder.mkdir()
        done = self._installation(folder).flask("demo", "load", "--stage", stage.value, "--today", on.isoformat())
        assert done.returncode == 0, done.stderr
        return folder, self.postbox.mails

    def _installation(self, folder: Path) -> Installation:
        return Installation(folder=folder, port=self.port, mail_port=self.postbox.port)


@pytest.fixture(scope="package")
def postbox() -> Iterator[Postbox]:
    """Where the portal's mail arrives."""
    with an_open_postbox() as postbox:
        yield postbox


@pytest.fixture(scope="package")
def stages(tmp_path_factory: pytest.TempPathFactory, postbox: Postbox) -> Stages:
    """No stage is told yet; the port is that of every link in the mail."""
    return Stages(tmp_path_factory.mktemp("stages"), free_port(), postbox)


@pytest.fixture
def published(stages: Stages, browser: Browser, tmp_path: Path) -> Iterator[Portal]:
    """The portal where everybody has their corrected figures."""
    with a_portal(stages.copy(Stage.PUBLISHED, tmp_path / "portal"), stages.postbox, browser) as portal:
        yield portal


@pytest.fixture
def payable(stages: Stages, browser: Browser, tmp_path: Path) -> Iterator[Portal]:
    """The portal where everybody had their corrected figures so long ago that money can be paid."""
    installation = stages.copy(Stage.PUBLISHED, tmp_path / "portal", ago=PAYABLE_AFTER)
    with a_portal(installation, stages.postbox, browser) as portal:
        yield portal


@pytest.fixture
def reported(stages: Stages, browser: Browser, tmp_path: Path) -> Iterator[Portal]:
    """The portal where deals are imported and one incident is open, in rehearsal."""
    with a_portal(stages.copy(Stage.REPORTED, tmp_path / "portal"), stages.postbox, browser) as portal:
        yield portal
