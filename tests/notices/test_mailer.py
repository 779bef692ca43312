"""The hardened mailer against a real SMTP server."""

import ssl
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import SMTP
from pathlib import Path

import flask_mail
import pytest
from flask import Flask

from app.notices import Deferred, NotSent, Outgoing, Refused, Uncertain, Unreachable
from app.notices.mime import Envelope, Words, seal
from app.web.mailer import Mail, SealedMessage
from tests.notices.certificates import a_certificate
from tests.notices.smtp import Postman, a_courier, a_server

AT = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)


def a_mail(subject: str = "Hello", text: str = "One\n.Two\n\n.\n", name: str = "5f0c") -> Outgoing:
    envelope = Envelope(mail_from="Support <support@portal.example>", to="hugo@example.com", name=name, made_at=AT)
    return seal(Words(subject, text, "<p>One</p>"), envelope)


def test_what_arrives_are_the_very_bytes(app: Flask) -> None:
    postman, mail = Postman(), a_mail()
    with a_server(postman) as port:
        courier = a_courier(app, port)
        courier.send(mail)
        courier.close()

    assert postman.accepted == [mail.raw]
    assert postman.recipients == ["hugo@example.com"]
    text = message_from_bytes(postman.accepted[0], policy=SMTP).get_body(("plain",))
    assert text is not None
    assert text.get_content().replace("\r\n", "\n") == "One\n.Two\n\n.\n"


def test_one_connection_carries_many_messages(app: Flask) -> None:
    postman = Postman()
    with a_server(postman) as port:
        courier = a_courier(app, port)
        for _ in range(5):
            courier.send(a_mail())
        courier.close()

    assert (postman.connections, len(postman.accepted)) == (1, 5)


FAILURES: dict[str, tuple[dict[str, list[str]], type[NotSent], str]] = {
    "451 at RCPT": ({"at_rcpt": ["451 try later"]}, Deferred, "451 try later"),
    "550 at RCPT": ({"at_rcpt": ["550 no such user"]}, Refused, "550 no such user"),
    "451 after the dot": ({"at_data": ["451 busy"]}, Deferred, "451 busy"),
    "554 after the dot": ({"at_data": ["554 spam"]}, Refused, "554 spam"),
    "421 at RCPT": ({"at_rcpt": ["421 going down"]}, Deferred, "421 going down"),
    "530 wants a login": ({"at_mail": ["530 log in"]}, Unreachable, "530 log in"),
    "drop at MAIL": ({"at_mail": ["drop"]}, Deferred, "closed|reset"),
    "drop before the dot": ({"at_rcpt": ["drop"]}, Deferred, "closed|reset"),
    "drop after the dot": ({"at_data": ["drop"]}, Uncertain, "closed|reset"),
    "silence at RCPT": ({"at_rcpt": ["hang"]}, Deferred, "timed out"),
    "silence after the dot": ({"at_data": ["hang"]}, Uncertain, "timed out"),
}


@pytest.mark.parametrize(("replies", "error", "says"), FAILURES.values(), ids=FAILURES)
def test_each_failure_is_told_apart_and_the_next_message_leaves(
    app: Flask, replies: dict[str, list[str]], error: type[NotSent], says: str
) -> None:
    postman = Postman()
    vars(postman).update(replies)
    with a_server(postman) as port:
        courier = a_courier(app, port, step_seconds=1)
        with pytest.raises(NotSent, match=says) as caught:
            courier.send(a_mail(name="first"))
        courier.send(a_mail(name="second"))
        courier.close()

    assert isinstance(caught.value, error)
    assert [b"<ob-second@" in raw for raw in postman.accepted] == [True]


def test_a_connection_that_ended_meanwhile_is_replaced_without_a_word(app: Flask) -> None:
    postman = Postman(at_mail=["250 OK", "421 too many", "250 OK", "drop"])
    with a_server(postman) as port:
        courier = a_courier(app, port)
        for _ in range(3):
            courier.send(a_mail())
        courier.close()

    assert (postman.connections, len(postman.accepted)) == (3, 3)


def test_a_server_that_is_away_is_unreachable(app: Flask) -> None:
    with a_server(Postman()) as port:
        pass

    with pytest.raises(Unreachable, match="refused"):
        a_courier(app, port).send(a_mail())


def test_a_certificate_that_nobody_vouches_for_is_refused(app: Flask, tmp_path: Path) -> None:
    postman = Postman()
    stranger, _ = a_certificate(tmp_path, "127.0.0.1")
    with a_server(postman, tls_context=stranger) as port, pytest.raises(Unreachable, match="certificate verify failed"):
        a_courier(app, port, MAIL_USE_TLS=True).send(a_mail())

    assert postman.accepted == []


def test_a_server_without_tls_gets_no_message_when_tls_is_wanted(app: Flask) -> None:
    postman = Postman()
    with a_server(postman) as port, pytest.raises(Unreachable, match="STARTTLS"):
        a_courier(app, port, MAIL_USE_TLS=True).send(a_mail())

    assert postman.accepted == []


def test_a_certificate_that_is_vouched_for_carries_the_message(app: Flask, tmp_path: Path) -> None:
    postman = Postman()
    server, authority = a_certificate(tmp_path, "127.0.0.1")
    with a_server(postman, tls_context=server, require_starttls=True) as port:
        courier = a_courier(app, port, MAIL_USE_TLS=True)
        courier._mail._context = ssl.create_default_context(cafile=str(authority))
        courier.send(a_mail())
        courier.close()

    assert len(postman.accepted) == 1


def test_messages_are_recorded_and_not_sent_in_tests(app: Flask) -> None:
    mail = Mail()
    mail.init_app(app)

    with mail.record_messages() as outbox:
        mail.send(SealedMessage(a_mail(subject="Recorded")))

    assert [(message.subject, message.recipients) for message in outbox] == [("Recorded", ["hugo@example.com"])]


def test_a_message_that_was_not_sealed_is_refused(app: Flask) -> None:
    mail = Mail()
    mail.init_app(app)

    with pytest.raises(TypeError, match="only messages written by"):
        mail.send(flask_mail.Message("Hello", recipients=["hugo@example.com"], sender="a@example.com"))
