"""Fetching a calendar: which hosts may be asked, and how much of an answer is taken."""

import http.server
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from app.scheduling.fetching import CannotFetch, check_address, fetch, is_public
from app.scheduling.ics import MOST_BYTES
from tests.notices.certificates import a_certificate

INSIDE = "https://10.0.0.7/latest/meta-data"
Answer = Callable[[http.server.BaseHTTPRequestHandler], None]


@contextmanager
def a_server(folder: Path, answer: Answer) -> Iterator[tuple[str, ssl.SSLContext, list[str]]]:
    """An https server on loopback; its address, a context that trusts it, and the paths it was asked for."""
    asked: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            answer(self)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    context, file = a_certificate(folder, "127.0.0.1")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"https://127.0.0.1:{server.server_port}", ssl.create_default_context(cafile=file), asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def say(status: int, body: bytes = b"", **headers: str) -> Answer:
    def answer(request: http.server.BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        for name, value in headers.items():
            request.send_header(name, value)
        request.end_headers()
        request.wfile.write(body)

    return answer


def anywhere(_: str) -> bool:
    return True


def test_a_calendar_is_fetched_with_its_query(tmp_path: Path) -> None:
    with a_server(tmp_path, say(200, b"BEGIN:VCALENDAR")) as (base, trusted, asked):
        assert fetch(f"{base}/a.ics?key=1", may=anywhere, context=trusted) == b"BEGIN:VCALENDAR"

    assert asked == ["/a.ics?key=1"]


def test_this_host_is_never_asked(tmp_path: Path) -> None:
    with a_server(tmp_path, say(200, b"secret")) as (base, trusted, asked):
        for address in (base, base.replace("127.0.0.1", "localhost"), base.replace("127.0.0.1", "[::ffff:127.0.0.1]")):
            with pytest.raises(CannotFetch, match="private network"):
                fetch(address, context=trusted)

    assert asked == []


def test_a_redirect_is_judged_like_the_address_itself(tmp_path: Path) -> None:
    judged: list[str] = []

    def only_once(address: str) -> bool:
        judged.append(address)
        return len(judged) == 1

    with (
        a_server(tmp_path, say(302, Location=INSIDE)) as (base, trusted, asked),
        pytest.raises(CannotFetch, match="private network"),
    ):
        fetch(base, may=only_once, context=trusted)

    assert judged == ["127.0.0.1", "10.0.0.7"]
    assert asked == ["/"]


@pytest.mark.parametrize("location", ["http://example.com/a.ics", "file:///etc/passwd", "ftp://example.com/"])
def test_a_redirect_to_anything_but_https_is_refused(tmp_path: Path, location: str) -> None:
    with (
        a_server(tmp_path, say(301, Location=location)) as (base, trusted, _),
        pytest.raises(CannotFetch, match="https://"),
    ):
        fetch(base, may=anywhere, context=trusted)


def test_a_circle_of_redirects_ends(tmp_path: Path) -> None:
    with (
        a_server(tmp_path, say(307, Location="/again")) as (base, trusted, asked),
        pytest.raises(CannotFetch, match="more than 3 times"),
    ):
        fetch(base, may=anywhere, context=trusted)

    assert asked == ["/", "/again", "/again", "/again"]


def test_an_enormous_answer_is_dropped(tmp_path: Path) -> None:
    with (
        a_server(tmp_path, say(200, b"x" * (MOST_BYTES + 1))) as (base, trusted, _),
        pytest.raises(CannotFetch, match="larger than"),
    ):
        fetch(base, may=anywhere, context=trusted)


@pytest.mark.parametrize("status", [403, 404, 500, 204])
def test_an_answer_that_is_no_calendar_says_its_number(tmp_path: Path, status: int) -> None:
    server = a_server(tmp_path, say(status))
    with server as (base, trusted, _), pytest.raises(CannotFetch, match=f"answered {status}"):
        fetch(base, may=anywhere, context=trusted)


def test_a_certificate_that_nobody_vouches_for_is_refused(tmp_path: Path) -> None:
    server = a_server(tmp_path, say(200, b"x"))
    with server as (base, _, asked), pytest.raises(CannotFetch, match="could not be asked"):
        fetch(base, may=anywhere)

    assert asked == []


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0", "100.64.0.1", "224.0.0.1",
        "255.255.255.255", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "ff02::1", "::ffff:10.0.0.1",
        "2002:0a00:0001::1", "64:ff9b::0a00:1", "192.0.2.1", "198.18.0.1",
    ],
)  # fmt: skip
def test_addresses_that_are_not_of_the_public_internet(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "93.184.216.34", "2606:4700:4700::1111"])
def test_addresses_of_the_public_internet(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "http://example.com/a.ics", "ftp://example.com", "//example.com", "example.com/a.ics", "https://", "https:///a",
        "https://user:secret@example.com/", "https://example.com:0/", "https://example.com:99999/", "https://[::1",
        "https://example.com/a b", "https://example.com/\r\nHost: evil", "https://exämple.com/", "javascript:1", "",
    ],
)  # fmt: skip
def test_addresses_that_are_none_we_ask(address: str) -> None:
    with pytest.raises(CannotFetch, match="https://"):
        check_address(address)


def test_a_subscription_address_is_asked_by_https() -> None:
    assert check_address(" webcal://example.com/a.ics ") == "https://example.com/a.ics"
