"""Templates name only what is there."""

import re
from pathlib import Path

from flask import Flask

TEMPLATES = Path(__file__).parent.parent / "templates"
LINK = re.compile(r"""url_for\(\s*['"](\w+\.\w+)['"]""")


def test_every_link_of_a_template_leads_to_a_view(app: Flask) -> None:
    """A page is often rendered in one state only; a link in another breaks when its view moves."""
    pages = [path for path in TEMPLATES.rglob("*.html") if path.parent.name != "demo"]  # registered with DEMO=1 only
    linked = {(path.name, endpoint) for path in pages for endpoint in LINK.findall(path.read_text())}

    assert len(linked) > 100
    assert {(name, endpoint) for name, endpoint in linked if endpoint not in app.view_functions} == set()
