"""Papers need Pango, which pip cannot bring."""

import os

import pytest

from app.core.pdf import is_available

INSTALL = "apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-dejavu-core"

needs_pango = pytest.mark.skipif(
    not is_available() and os.environ.get("REQUIRE_PDF") != "1", reason=f"no Pango here; {INSTALL}"
)
"""Skips tests of papers where no PDF can be made, unless REQUIRE_PDF=1, which makes them fail instead."""
