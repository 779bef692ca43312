"""What anybody may fetch of the log."""

from dataclasses import replace
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient

from app.tlog.encoding import hash_from_base64
from app.tlog.note import open_checkpoint
from app.tlog.proof import verify_consistency
from tests.audit.builders import committed_events
from tests.audit.log import SignedLog


def test_the_newest_checkpoint_is_the_signed_note_itself(app: Flask, client: FlaskClient, tmp_path: Path) -> None:
    log = SignedLog(tmp_path)
    committed_events(3)
    note = log.sign()
    app.extensions["settings"] = replace(app.extensions["settings"], audit_vkey=str(log.key.verifier))

    response = client.get("/audit/checkpoint")

    assert response.text == note
    assert response.mimetype == "text/plain"
    assert response.headers["Verifier-Key"] == str(log.key.verifier)


def test_before_anything_is_signed_there_is_no_checkpoint(client: FlaskClient) -> None:
    assert client.get("/audit/checkpoint").status_code == 404


def test_anybody_may_fetch_the_proof_that_the_log_only_grew(app: Flask, client: FlaskClient, tmp_path: Path) -> None:
    log = SignedLog(tmp_path)
    heads = []
    for _ in range(2):
        committed_events(3)
        heads.append(open_checkpoint(log.sign() or "", log.key.verifier))
    old, new = heads

    lines = client.get("/audit/consistency?from=3&to=6").text.splitlines()

    path = [hash_from_base64(line) for line in lines]
    verify_consistency(old_size=old.size, old_root=old.root, size=new.size, root=new.root, path=path)


def test_sizes_without_a_proof_are_not_found(client: FlaskClient) -> None:
    for query in ("", "?from=0&to=1", "?from=1&to=9", "?from=x&to=1", "?from=1"):
        assert client.get(f"/audit/consistency{query}").status_code == 404
