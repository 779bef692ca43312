"""A person with a browser of their own: everybody can use what they see, and the browser does not complain."""

import re
from dataclasses import dataclass, field
from typing import Literal

from axe_core_python.base import AXE_SCRIPT
from playwright.sync_api import ConsoleMessage, Page, ViewportSize, expect

from tests.journeys.postbox import Mail

WIDE: ViewportSize = {"width": 1280, "height": 900}
NARROW: ViewportSize = {"width": 320, "height": 640}
LOOKS: tuple[tuple[ViewportSize, Literal["light", "dark"]], ...] = ((NARROW, "light"), (WIDE, "dark"), (WIDE, "light"))
VIOLATIONS = """async () => (await axe.run()).violations.map(
  (each) => `${each.id}: ${each.nodes.map((node) => `${node.target} ${node.failureSummary}`).join("; ")}`)"""
TOO_WIDE = "() => document.documentElement.scrollWidth > window.innerWidth"


@dataclass
class Visitor:
    """`complaints`: each line of the browser's console, what the CSP refused too, each error of a page, each barrier.

    They are gathered rather than raised, so that one journey names them all; it fails at its end if there is one.
    """

    page: Page
    complaints: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("console", self._note)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def sees(self, heading: str | re.Pattern[str]) -> None:
        """Wait for the page whose one h1 says this, and look for barriers on it."""
        expect(self.page.locator("h1")).to_have_text(heading)
        self.looks_for_barriers()

    def looks_for_barriers(self) -> None:
        """Complain of every violation that axe knows, light and dark, and of a page to scroll sideways at 320 px."""
        self.page.evaluate(AXE_SCRIPT)
        for size, scheme in LOOKS:
            self.page.set_viewport_size(size)
            self.page.emulate_media(color_scheme=scheme)
            where = f"{self.page.url}, {size['width']} px, {scheme}"
            self.complaints += [f"{found} ({where})" for found in self.page.evaluate(VIOLATIONS)]
            if self.page.evaluate(TOO_WIDE):
                self.complaints.append(f"scrolls sideways ({where})")

    def presses(self, name: str) -> None:
        """Press the button that says exactly this."""
        self.page.get_by_role("button", name=name, exact=True).click()

    def follows(self, name: str) -> None:
        """Follow the link that says exactly this."""
        self.page.get_by_role("link", name=name, exact=True).click()

    def signs_in_with(self, mail: Mail) -> None:
        """Follow the mailed link and type the code that came with it."""
        self.page.goto(mail.link)
        self.sees("Sign in")
        self.page.get_by_label("6-digit code").fill(mail.code)
        self.presses("Sign in")

    def signs_in_as_staff(self, url: str, email: str, password: str) -> None:
        """Address and password, then the code that the demo's guide shows for them."""
        self.page.goto(f"{url}/staff/")
        self.sees("Staff sign-in")
        self.page.get_by_label("Email address").fill(email)
        self.page.get_by_label("Password").fill(password)
        self.presses("Sign in")
        self.sees("Your second factor")
        self.page.get_by_label("Code").fill(self.code_for(url, email))
        self.presses("Sign in")

    def code_for(self, url: str, email: str) -> str:
        """What the authenticator app of a member of the demo's staff shows, from the demo's guide in another tab."""
        guide = self.page.context.new_page()
        guide.goto(f"{url}/demo")
        code = guide.get_by_role("row").filter(has_text=email).locator("kbd").inner_text()
        guide.close()
        return code

    def _note(self, said: ConsoleMessage) -> None:
        if said.text.startswith("Clear-Site-Data header"):  # which signing out sends: the browser says what it cleared
            return
        self.complaints.append(f"{said.type}: {said.text} ({self.page.url})")
