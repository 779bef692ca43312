"""A process that delivers what is due, to be killed: `python -m tests.notices.deliverer DATABASE_URL PORT`."""

import sys
from pathlib import Path

from app.factory import create_app
from app.notices import deliver_due
from app.settings import read_settings
from tests.notices.builders import an_office
from tests.notices.smtp import a_courier


def main(database_url: str, port: str) -> None:
    """Deliver everything that is due through the server on that port."""
    given = {
        "SECRET_KEY": "an-unguessable-key-for-the-tests-0123456789",
        "PUBLIC_BASE_URL": "http://localhost",
        "MAIL_DEFAULT_SENDER": "support@portal.example",
        "DATABASE_URL": database_url,
    }
    app = create_app(read_settings(given, Path("/nonexistent")))
    with app.app_context():
        deliver_due(an_office(app, a_courier(app, int(port))), at_most=1000)


if __name__ == "__main__":
    main(*sys.argv[1:])
