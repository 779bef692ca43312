"""The staff at their browsers, over an incident at some stage."""

import io
from dataclasses import dataclass

from flask import Flask
from werkzeug.test import TestResponse

from app import worker
from app.core import clock
from app.core.db import transaction
from app.identity import Role
from tests.identity.builders import a_member_of_staff
from tests.incidents.builders import Staff, accept_all, an_incident, the_staff
from tests.web.browsing import TOKEN, Browser
from tests.web.sign_in.visiting import staff_signed_in

CASE = "/admin/incidents/INC-2026-001"


@dataclass(frozen=True)
class Office:
    """One browser for each member of staff; `staff` are the people."""

    staff: Staff
    admin: Browser
    management: Browser
    legal: Browser
    auditor: Browser


def send_all(office: Office, page: str) -> None:
    """An approved notice leaves: the first five, as if the mail server had accepted them, then the rest."""
    office.admin.post(f"{page}/send", on=page)
    worker.publish()
    with transaction():
        accept_all(clock.now())
    office.admin.post(f"{page}/move", on=page, to="sending")
    worker.publish()


def an_office(app: Flask, *, stage: str | None = None) -> Office:
    """Everybody signed in. Without a stage nothing was imported."""
    with transaction():
        staff = the_staff()
        if stage is not None:
            an_incident(staff, at=clock.now(), stage=stage)
    people = (staff.admin, staff.management, staff.legal, staff.auditor)
    return Office(staff, *(staff_signed_in(app, person) for person in people))


def a_supporter(app: Flask) -> Browser:
    """Somebody of support."""
    with transaction():
        person = a_member_of_staff(roles=[Role.SUPPORT])
    return staff_signed_in(app, person)


def upload(browser: Browser, path: str, *, on: str, file: str, content: bytes, **fields: str) -> TestResponse:
    """Send a form with one file, from the page `on`."""
    token = TOKEN.search(browser.get(on).text)
    data = {"csrf_token": token.group(1) if token else "", file: (io.BytesIO(content), "change-record.txt"), **fields}
    return browser.open(path, method="POST", data=data, content_type="multipart/form-data")
