"""gunicorn's own log, as far as an operator switches it on: in the house's form, without what paths may hold."""

import re
from typing import Any

from gunicorn.glogging import Logger

from app.core.logs import PERSONAL, formatter
from app.settings import log_format

SECRET_PATHS = re.compile(r"(?i)/(s|feeds)/[^\s?/]+")


class HouseLogger(Logger):  # type: ignore[misc]  # gunicorn ships no types
    """Set as `logger_class` in gunicorn.conf.py."""

    def setup(self, cfg: Any) -> None:
        """Write errors in the house's form."""
        super().setup(cfg)
        for handler in self.error_log.handlers:
            handler.setFormatter(formatter(log_format()))

    def atoms(self, resp: Any, req: Any, environ: Any, request_time: Any) -> dict[str, Any]:
        """What an access line may be made of: no client address, no query, no token, no referring page."""
        atoms: dict[str, Any] = super().atoms(resp, req, environ, request_time)
        path = hide_secrets(environ.get("PATH_INFO", ""))
        request_line = f"{environ['REQUEST_METHOD']} {path} {environ['SERVER_PROTOCOL']}"
        shown = {"h": "-", "u": "-", "q": "", "f": "-", "U": path, "r": request_line}
        named = {name: "-" for name in atoms if name.startswith("{")}
        return {**atoms, **named, **shown}


def hide_secrets(path: str) -> str:
    """The path with tokens of links and feeds, and anything like an address, left out."""
    return PERSONAL.sub("[text]", SECRET_PATHS.sub(r"/\1/[text]", path))
