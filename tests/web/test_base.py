"""What every response carries, and what no request may do."""

from flask.testing import FlaskClient


def test_the_process_answers(client: FlaskClient) -> None:
    assert client.get("/healthz").json == {"status": "ok"}
    assert client.get("/readyz").json == {"status": "ready"}


def test_errors_carry_the_security_headers_too(client: FlaskClient) -> None:
    answer = client.get("/no-such-page")

    assert answer.status_code == 404
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_post_from_another_site_is_refused(client: FlaskClient) -> None:
    answer = client.post("/healthz", headers={"Origin": "https://evil.example"})

    assert answer.status_code == 400


def test_a_foreign_host_name_is_refused(client: FlaskClient) -> None:
    assert client.get("/healthz", headers={"Host": "evil.example"}).status_code == 400
