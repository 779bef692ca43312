"""Links opened in a real Chromium, as sandboxes of mail filters do: scripts run, then the first button is pressed."""

import os
import shutil
from collections.abc import Sequence

from playwright.sync_api import Page, sync_playwright

from faults.serving import Answer

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]


class NoChromium(RuntimeError):
    """There is no browser to run scripts in."""


def open_in_chromium(urls: Sequence[str]) -> list[Answer]:
    """What each link answered and what the press of its button did. Raises NoChromium."""
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if chromium is None:
        raise NoChromium("This behaviour needs Chromium: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        answers: list[Answer] = []
        for url in urls:
            context = browser.new_context()
            answers += _detonate(context.new_page(), url)
            context.close()
        browser.close()
    return answers


def _detonate(page: Page, url: str) -> list[Answer]:
    opened = page.goto(url, wait_until="networkidle")
    status = opened.status if opened else 0
    with page.expect_navigation() as pressed:
        page.locator("main button[type=submit]").first.click()
    response = pressed.value
    cookies = "; ".join(f"{each.get('name')}={each.get('value')}" for each in page.context.cookies())
    seen = (("Set-Cookie", cookies),) if "makewhole_session" in cookies else ()
    return [Answer(status, (), b""), Answer(response.status if response else 0, seen, b"")]
