"""Mail servers that keep to no rule: the worker is never held, no message is called sent that was not taken."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from socket import create_server, socket
from threading import Event, Thread

import pytest
from flask import Flask

from app.notices import Deferred, NotSent, Uncertain, Unreachable
from app.web.mailer import Courier, Mail
from tests.notices.test_mailer import a_mail

GOOD = {"EHLO": b"250 liar\r\n", "MAIL": b"250 OK\r\n", "RCPT": b"250 OK\r\n", "DATA": b"354 go on\r\n"}
GREETING, TAKEN = b"220 liar\r\n", b"250 taken\r\n"
FOREVER = b"250-and more\r\n"


class Liar:
    """Answers each command with the bytes it was given, again and again where it drips; keeps what it was sent."""

    def __init__(self, *, greeting: bytes = GREETING, dot: bytes = TAKEN, drips: str = "", **replies: bytes) -> None:
        self.greeting, self.dot, self.drips = greeting, dot, drips
        self.replies = GOOD | replies
        self.heard: list[bytes] = []
        self.done = Event()

    def serve(self, listener: socket) -> None:
        """One connection after another until the listener is closed."""
        with suppress(OSError):
            while True:
                connection, _ = listener.accept()
                with connection, suppress(OSError):
                    self._talk(connection)

    def _talk(self, connection: socket) -> None:
        self._say(connection, "greeting", self.greeting)
        in_text = False
        for line in connection.makefile("rb"):
            self.heard.append(line)
            word = line[:4].decode(errors="replace").upper()
            if in_text and line == b".\r\n":
                in_text = False
                self._say(connection, "dot", self.dot)
            elif not in_text:
                self._say(connection, word, self.replies.get(word, b"250 OK\r\n"))
                in_text = word == "DATA" and self.replies[word].startswith(b"354")

    def _say(self, connection: socket, word: str, reply: bytes) -> None:
        connection.sendall(reply)
        while self.drips == word and not self.done.wait(0.05):
            connection.sendall(reply)


@contextmanager
def listening(liar: Liar) -> Iterator[int]:
    """The port where it listens."""
    with create_server(("127.0.0.1", 0)) as listener:
        Thread(target=liar.serve, args=(listener,), daemon=True).start()
        yield listener.getsockname()[1]
        liar.done.set()


def what_becomes_of(app: Flask, liar: Liar) -> NotSent:
    """How sending a message fails."""
    app.testing = False
    with listening(liar) as port:
        app.config.update(MAIL_SERVER="127.0.0.1", MAIL_PORT=port, MAIL_SUPPRESS_SEND=False)
        mail = Mail(step_seconds=1, try_seconds=2)
        mail.init_app(app)
        courier = Courier(mail)
        with pytest.raises(NotSent) as caught:
            courier.send(a_mail())
        courier.close()
    return caught.value


NEVER_BEGUN = {
    "a greeting that is no SMTP": Liar(greeting=b"HTTP/1.1 400 Bad Request\r\n\r\n"),
    "a greeting of bytes": Liar(greeting=bytes(range(256)) * 10),
    "a greeting without end": Liar(greeting=b"220-still here\r\n", drips="greeting"),
    "a greeting that drips": Liar(greeting=b"2", drips="greeting"),
    "a greeting that says no": Liar(greeting=b"554 go away\r\n"),
}
NOT_TAKEN = {
    "no SMTP at RCPT": Liar(RCPT=b"yes, of course\r\n"),
    "a line without end at RCPT": Liar(RCPT=b"250 " + b"x" * 10_000),
    "lines without end at RCPT": Liar(RCPT=FOREVER, drips="RCPT"),
    "bytes that drip at RCPT": Liar(RCPT=b"2", drips="RCPT"),
    "go on before it was asked": Liar(RCPT=b"354 go on\r\n"),
    "no go on at DATA": Liar(DATA=b"250 thank you\r\n"),
    "a code that is none": Liar(DATA=b"999 eh\r\n"),
    "a number in other digits": Liar(DATA="٢٥٠ OK\r\n".encode()),
}
NOBODY_KNOWS = {
    "go on after the dot": Liar(dot=b"354 and then?\r\n"),
    "no SMTP after the dot": Liar(dot=b"\r\n"),
    "lines without end after the dot": Liar(dot=FOREVER, drips="dot"),
    "bytes that drip after the dot": Liar(dot=b"2", drips="dot"),
}


@pytest.mark.parametrize("liar", NEVER_BEGUN.values(), ids=NEVER_BEGUN)
def test_a_server_that_never_greets_us_is_unreachable(app: Flask, liar: Liar) -> None:
    assert isinstance(what_becomes_of(app, liar), Unreachable)


@pytest.mark.parametrize("liar", NOT_TAKEN.values(), ids=NOT_TAKEN)
def test_a_lie_before_the_text_defers_and_the_text_is_never_sent_as_commands(app: Flask, liar: Liar) -> None:
    assert isinstance(what_becomes_of(app, liar), Deferred)
    assert [line for line in liar.heard if line.startswith(b"Subject:")] == []


@pytest.mark.parametrize("liar", NOBODY_KNOWS.values(), ids=NOBODY_KNOWS)
def test_a_lie_after_the_text_leaves_it_uncertain(app: Flask, liar: Liar) -> None:
    assert isinstance(what_becomes_of(app, liar), Uncertain)


def test_a_server_whose_replies_have_several_lines_gets_its_mail(app: Flask) -> None:
    liar = Liar(EHLO=b"250-liar\r\n250-SIZE 1000000\r\n250 8BITMIME\n", dot=b"250-taken\r\n250 thank you\r\n")
    app.testing = False
    with listening(liar) as port:
        app.config.update(MAIL_SERVER="127.0.0.1", MAIL_PORT=port, MAIL_SUPPRESS_SEND=False)
        mail = Mail(step_seconds=1, try_seconds=5)
        mail.init_app(app)
        courier = Courier(mail)
        courier.send(a_mail(name="first"))
        courier.send(a_mail(name="second"))
        courier.close()

    assert len([line for line in liar.heard if line.startswith(b"Subject:")]) == 2
