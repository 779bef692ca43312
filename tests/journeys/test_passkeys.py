"""Staff with a passkey, in a browser whose authenticator is simulated: set up, sign in, confirm, remove."""

import pytest
from playwright.sync_api import CDPSession, expect

from app.demo.people import PASSWORD, SUPPORT
from tests.journeys.portal import Portal
from tests.journeys.visitor import Visitor

pytestmark = pytest.mark.browser
SAM = SUPPORT[0]
BUILT_IN = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def test_a_passkey_is_set_up_signs_in_confirms_and_is_removed(reported: Portal) -> None:
    sam = reported.visitor()
    devtools, authenticator = plug_in(sam)
    sam.signs_in_as_staff(reported.url, SAM.email, PASSWORD)
    expect(sam.page.get_by_role("button", name="Sign out")).to_be_visible()

    set_up(sam, reported.url)
    signs_out(sam)
    gives_the_password(sam, reported.url)
    does_not_get_in_unverified(sam, devtools, authenticator)
    sam.presses("Use a passkey")
    expect(sam.page.get_by_role("button", name="Sign out")).to_be_visible()

    confirms(sam, reported.url)
    expect(sam.page.get_by_role("listitem").filter(has_text="laptop")).not_to_contain_text("not used yet")
    sam.presses("Remove the passkey laptop")
    expect(sam.page.get_by_role("status").first).to_have_text("The passkey is removed.")
    signs_out(sam)
    gives_the_password(sam, reported.url)
    expect(sam.page.get_by_role("button", name="Use a passkey")).to_have_count(0)


def plug_in(visitor: Visitor) -> tuple[CDPSession, str]:
    """A simulated authenticator that knows its owner, and how to speak to it."""
    devtools = visitor.page.context.new_cdp_session(visitor.page)
    devtools.send("WebAuthn.enable")
    added = devtools.send("WebAuthn.addVirtualAuthenticator", {"options": BUILT_IN})
    return devtools, added["authenticatorId"]


def set_up(member: Visitor, url: str) -> None:
    """Make a passkey, while password and code are fresh."""
    member.page.goto(f"{url}/staff/factors")
    member.sees("Your password and second factors")
    member.page.get_by_label("What you call it").fill("laptop")
    member.presses("Make a passkey")
    expect(member.page.get_by_role("status").first).to_have_text("The passkey is set up.")


def gives_the_password(member: Visitor, url: str) -> None:
    """Up to the page that asks for the second factor."""
    member.page.goto(f"{url}/staff/sign-in")
    member.page.get_by_label("Email address").fill(SAM.email)
    member.page.get_by_label("Password").fill(PASSWORD)
    member.presses("Sign in")
    member.sees("Your second factor")


def does_not_get_in_unverified(member: Visitor, devtools: CDPSession, authenticator: str) -> None:
    """Somebody else with the device in hand: it does not know them, and so does not answer."""
    known = {"authenticatorId": authenticator, "isUserVerified": False}
    devtools.send("WebAuthn.setUserVerified", known)
    member.presses("Use a passkey")
    expect(member.page.get_by_text("That did not work, or it was cancelled.")).to_be_visible()
    devtools.send("WebAuthn.setUserVerified", known | {"isUserVerified": True})


def confirms(member: Visitor, url: str) -> None:
    """Password and passkey again, before something that counts."""
    member.page.goto(f"{url}/staff/confirm?next=/staff/factors")
    member.sees("Confirm that it is you")
    member.page.get_by_label("Your password").fill(PASSWORD)
    member.presses("Go on with a passkey")
    member.sees("Your password and second factors")


def signs_out(member: Visitor) -> None:
    """Nobody is signed in in this browser any more."""
    member.presses("Sign out")
    expect(member.page.get_by_role("button", name="Sign out")).to_have_count(0)
