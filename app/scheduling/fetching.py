"""Fetching a calendar from an address that staff typed: https only, public hosts only, little and soon.

A name is looked up once, and the connection goes to the very address that was judged, so a second answer of the name
server changes nothing. Every redirect is judged alike.
"""

import http.client
import ipaddress
import socket
import ssl
import time
from collections.abc import Callable
from urllib.parse import SplitResult, urljoin, urlsplit

from app.core.errors import DomainError
from app.scheduling.ics import MOST_BYTES

STEP_SECONDS = 10
WHOLE_SECONDS = 30
MOST_REDIRECTS = 3
REDIRECTS = frozenset({301, 302, 303, 307, 308})
NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
May = Callable[[str], bool]


class CannotFetch(DomainError):
    """The calendar was not fetched."""


def is_public(address: str) -> bool:
    """Whether an IP address is of the public internet: not ours, not this host's, not this network's."""
    found = ipaddress.ip_address(address)
    if isinstance(found, ipaddress.IPv6Address) and (found.ipv4_mapped or found.sixtofour or found in NAT64):
        return False  # an IPv4 address in disguise; the name has it in the open as well
    return found.is_global and not found.is_multicast and not found.is_reserved


def check_address(address: str) -> str:
    """The address as https, `webcal` too. Raises CannotFetch for any other kind."""
    typed = address.strip()
    if typed.lower().startswith("webcal://"):
        typed = "https://" + typed[len("webcal://") :]
    try:
        parts = urlsplit(typed)
        is_good = parts.scheme == "https" and bool(parts.hostname) and parts.port != 0 and "@" not in parts.netloc
    except ValueError:
        is_good = False
    if not is_good or not typed.isascii() or not typed.isprintable() or " " in typed:
        raise CannotFetch("Use an address that begins with https:// or webcal://, as your calendar shows it.")
    return typed


def fetch(address: str, *, may: May = is_public, context: ssl.SSLContext | None = None) -> bytes:
    """What the address answers with, through at most three redirects. Raises CannotFetch. `may` judges IP addresses."""
    deadline = int(time.monotonic()) + WHOLE_SECONDS
    trusted = context or ssl.create_default_context()
    for _ in range(MOST_REDIRECTS + 1):
        parts = urlsplit(check_address(address))
        try:
            answer = _ask(parts, may, trusted, deadline)
        except (OSError, http.client.HTTPException) as problem:
            raise CannotFetch(f"The calendar's server could not be asked: {type(problem).__name__}.") from problem
        if isinstance(answer, bytes):
            return answer
        address = urljoin(address, answer)
    raise CannotFetch(f"The address leads on more than {MOST_REDIRECTS} times. Use the one it ends at.")


def _ask(parts: SplitResult, may: May, trusted: ssl.SSLContext, deadline: int) -> bytes | str:
    """The body, or where it is said to be."""
    host, port = parts.hostname or "", parts.port or 443
    with socket.create_connection((_judged(host, port, may), port), timeout=STEP_SECONDS) as plain:
        connection = http.client.HTTPConnection(host, port, timeout=STEP_SECONDS)
        connection.sock = trusted.wrap_socket(plain, server_hostname=host)
        try:
            path = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
            connection.request("GET", path, headers={"Accept": "text/calendar", "User-Agent": "Makewhole"})
            return _read(connection.getresponse(), deadline)
        finally:
            connection.close()


def _judged(host: str, port: int, may: May) -> str:
    """An address of the host; all that it has must be allowed, so that none of them is a way in."""
    found = {str(each[4][0]) for each in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}
    if not found or not all(may(address) for address in found):
        raise CannotFetch("This address is inside a private network. Use one that is on the public internet.")
    return min(found, key=lambda address: (":" in address, address))


def _read(answer: http.client.HTTPResponse, deadline: int) -> bytes | str:
    if answer.status in REDIRECTS and answer.headers.get("Location"):
        return str(answer.headers["Location"])
    if answer.status != http.client.OK:
        raise CannotFetch(f"The calendar's server answered {answer.status}. Check the address.")
    content = b""
    while chunk := answer.read1(65_536):
        content += chunk
        if len(content) > MOST_BYTES:
            raise CannotFetch(f"The calendar is larger than {MOST_BYTES} bytes. Use one with fewer entries.")
        if time.monotonic() > deadline:
            raise CannotFetch(f"The calendar's server took longer than {WHOLE_SECONDS} seconds.")
    return content
