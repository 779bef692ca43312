"""The receipt checker as a file on somebody's disk, without a network: good, forged and foreign receipts."""

from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Browser, Page

from app.tlog.encoding import from_base64, to_base64
from app.tlog.note import SignerKey
from tests.tlog.receipts import ORIGIN, a_receipt

PAGE = Path(__file__).parent.parent.parent / "static" / "verify.html"


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """The saved page, offline."""
    context = browser.new_context(offline=True)
    page = context.new_page()
    problems: list[str] = []
    page.on("console", lambda said: problems.append(said.text) if said.type == "error" else None)
    page.goto(PAGE.as_uri())
    yield page
    context.close()
    assert problems == []


def check(page: Page, text: str, key: object) -> str:
    page.get_by_label("Or its text").fill(text)
    page.get_by_label("Verifier key").fill(str(key))
    page.evaluate("document.getElementById('verdict').hidden = true")
    page.get_by_role("button", name="Check").click()
    verdict = page.get_by_role("status")
    verdict.wait_for()
    return verdict.inner_text()


@pytest.mark.browser
def test_a_genuine_receipt_shows_what_was_recorded(page: Page) -> None:
    good = a_receipt(number="R-7Q2M", figures="$1 “é”")

    words = check(page, good.text, good.key.verifier)

    assert words.startswith("This receipt is genuine")
    for fact in ("R-7Q2M", "$1 “é”", "correction.acknowledged", f"7 of the 11 in {ORIGIN}"):
        assert fact in words


@pytest.mark.browser
def test_the_last_of_an_odd_log_and_a_log_of_one_are_genuine_too(page: Page) -> None:
    for size, index in ((11, 10), (1, 0), (64, 33)):
        good = a_receipt(size=size, index=index)
        assert "is genuine" in check(page, good.text, good.key.verifier)


def forged(text: str, change: tuple[str, str]) -> str:
    """The receipt with something else in what it carries."""
    line = text.split("\n")[1]
    extra = from_base64(line.removeprefix("extra ")).decode()
    assert change[0] in extra
    return text.replace(line, f"extra {to_base64(extra.replace(*change).encode())}")


@pytest.mark.browser
def test_forged_and_foreign_receipts_are_refused_with_a_reason(page: Page) -> None:
    good = a_receipt(number="R-7Q2M")
    key, stranger = good.key.verifier, SignerKey.generate(ORIGIN).verifier
    foreign = a_receipt(log="other.example/audit/1")
    note = good.text.split("\n\n")[1]

    for text, with_key, reason in (
        (forged(good.text, ("R-7Q2M", "R-7Q2N")), key, "number is not what was recorded"),
        (forged(good.text, ("correction.acknowledged", "correction.published")), key, "not in the log that was signed"),
        (good.text.replace("index 7", "index 6"), key, "not in the log that was signed"),
        (good.text.replace("index 7", "index 11"), key, "no entry with this index"),
        (good.text.replace(note, note.replace("\n11\n", "\n12\n")), key, "signature does not verify"),
        (good.text, stranger, "not signed under this verifier key"),
        (foreign.text, foreign.key.verifier, "written for another log"),
    ):
        words = check(page, text, with_key)
        assert "This receipt is not genuine" in words
        assert reason in words


@pytest.mark.browser
def test_what_is_no_receipt_is_said_to_be_unreadable(page: Page) -> None:
    good = a_receipt()

    for text, key in (
        ("hello", good.key.verifier),
        ("", good.key.verifier),
        (good.text, "a key"),
        (good.text.rstrip() + "\n\n", good.key.verifier),
        (forged(good.text, ('{"leaf"', '{"leaf":"","leaf"')), good.key.verifier),
    ):
        assert "cannot be read as a receipt" in check(page, text, key)


@pytest.mark.browser
def test_a_browser_without_the_signatures_says_so(page: Page) -> None:
    good = a_receipt()
    page.evaluate("() => { crypto.subtle.importKey = async () => { throw new Error('NotSupportedError'); }; }")

    assert "This browser cannot check it" in check(page, good.text, good.key.verifier)


def test_the_policy_allows_this_script_and_this_style_and_nothing_else(client: FlaskClient) -> None:
    text = PAGE.read_text()
    served = client.get("/verify")

    hashes = {
        tag: "sha256-" + b64encode(sha256(text.split(f"<{tag}>")[1].split(f"</{tag}>")[0].encode()).digest()).decode()
        for tag in ("script", "style")
    }
    assert served.text == text
    assert served.headers["Content-Security-Policy"] == (
        f"default-src 'none'; script-src '{hashes['script']}'; style-src '{hashes['style']}'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    assert not [word for word in ("http://", "https://", "fetch(", "XMLHttpRequest") if word in text]
