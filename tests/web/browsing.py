"""A browser without JavaScript that keeps its cookies and fills in forms as a person would."""

import re
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from app.core.db import session

TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


class Browser:
    """One browser. Each request has an application context of its own, as under a real server."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.client = app.test_client()

    def open(self, path: str, **wanted: Any) -> TestResponse:
        """One request, without following what it answers; afterwards the test reads what the request wrote."""
        with self.app.app_context():
            answer = self.client.open(path, **wanted)
        session.rollback()
        return answer

    def get(self, path: str, **wanted: Any) -> TestResponse:
        """Open a page."""
        return self.open(path, method="GET", **wanted)

    def post(self, path: str, *, on: str | None = None, **fields: str) -> TestResponse:
        """Fill in the form on the page `on` (the same path unless given) and send it to `path`."""
        found = TOKEN.search(self.get(on or path).text)
        token = found.group(1) if found else "no token on that page"
        return self.open(path, method="POST", data={"csrf_token": token, **fields})

    def cookies(self) -> dict[str, str]:
        """What it keeps, by name."""
        return {cookie.key: cookie.value for cookie in (self.client._cookies or {}).values()}
