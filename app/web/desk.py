"""The support desk that invites and mails name, from the settings."""

from email.utils import parseaddr

from flask import current_app

from app.scheduling import Desk, Mailbox
from app.settings import Settings


def the_desk() -> Desk:
    """The desk of this installation. Its mailbox is the From of every mail, so that calendars trust its updates."""
    settings: Settings = current_app.extensions["settings"]
    name, email = parseaddr(settings.mail_default_sender)
    return Desk(
        brand=settings.brand_name,
        mailbox=Mailbox(name or settings.brand_name, email),
        phone=settings.brand_support_phone,
        base_url=settings.public_base_url,
    )
