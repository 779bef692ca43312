"""A running portal with its postbox, and a browser for everybody who visits it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from playwright.sync_api import Browser

from tests.journeys.postbox import Mail, Postbox
from tests.journeys.processes import Installation
from tests.journeys.visitor import WIDE, Visitor

PATIENCE_MILLISECONDS = 180_000
"""A busy machine is slow and nothing else; what must happen is waited for."""


@dataclass
class Portal:
    """What a journey holds in its hands."""

    installation: Installation
    postbox: Postbox
    browser: Browser
    visitors: list[Visitor] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Where people reach it."""
        return self.installation.url

    def visitor(self, zone: str = "America/New_York") -> Visitor:
        """Somebody with a fresh browser, in a time zone."""
        context = self.browser.new_context(timezone_id=zone, locale="en-US", reduced_motion="reduce", viewport=WIDE)
        context.set_default_timeout(PATIENCE_MILLISECONDS)
        self.visitors.append(Visitor(context.new_page()))
        return self.visitors[-1]

    def mail_to(self, address: str, subject: str) -> Mail:
        """The newest mail to somebody whose subject begins so; waits for the first one."""
        return self.postbox.get(address, subject)


@contextmanager
def a_portal(installation: Installation, postbox: Postbox, browser: Browser) -> Iterator[Portal]:
    """A running portal. At the end no browser may have had anything to complain of."""
    portal = Portal(installation, postbox, browser)
    try:
        with installation.running():
            yield portal
        complaints = [complaint for visitor in portal.visitors for complaint in visitor.complaints]
        assert not complaints, "\n".join(complaints)
    finally:
        for visitor in portal.visitors:
            visitor.page.context.close()
