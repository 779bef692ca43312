"""The staff at their browsers, over an incident at some stage."""

import io
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Self

from flask import Flask
from sqlalchemy import inspect
from werkzeug.test import TestResponse

from app import worker
from app.core import clock
from app.core.db import session, transaction
from app.identity import Person, Role
from tests.identity.builders import a_member_of_staff
from tests.incidents.builders import Staff, accept_all, an_incident, the_staff
from tests.web.browsing import TOKEN, Browser
from tests.web.sign_in.visiting import staff_signed_in
from tests.worlds import this_hour

CASE = "/admin/incidents/INC-2026-001"


@dataclass
class Office:
    """One browser for each member of staff, who signs in when they are first needed; `staff` are the people."""

    app: Flask
    staff: Staff

    @cached_property
    def admin(self) -> Browser:
        """Who investigates and publishes."""
        return self._browser(self.staff.admin)

    @cached_property
    def management(self) -> Browser:
        """Who signs for management."""
        return self._browser(self.staff.management)

    @cached_property
    def legal(self) -> Browser:
        """Who signs for legal."""
        return self._browser(self.staff.legal)

    @cached_property
    def auditor(self) -> Browser:
        """Who only reads."""
        return self._browser(self.staff.auditor)

    def all_signed_in(self) -> Self:
        """For tests in which it matters that they were in before."""
        for browser in (self.admin, self.management, self.legal, self.auditor):
            assert browser.cookies()
        return self

    def _browser(self, person: Person) -> Browser:
        """The request before may have ended the session of the database that the person was read in."""
        identity = inspect(person).identity
        return staff_signed_in(self.app, session.get_one(Person, identity))


def send_all(office: Office, page: str) -> None:
    """An approved notice leaves: the first five, as if the mail server had accepted them, then the rest."""
    office.admin.post(f"{page}/send", on=page)
    worker.publish()
    with transaction():
        accept_all(clock.now())
    office.admin.post(f"{page}/move", on=page, to="sending")
    worker.publish()


def an_office(app: Flask, *, stage: str | None = None, days_ago: int = 0) -> Office:
    """Everybody at their browsers. Without a stage nothing was imported."""
    with transaction():
        staff = the_staff()
        if stage is not None:
            an_incident(staff, at=this_hour() - timedelta(days=days_ago), stage=stage)
    return Office(app, staff)


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
