"""Keeping the log: signing checkpoints over it, mailing them to counsel, and examining it as a whole."""

import logging
from collections.abc import Callable, Mapping
from typing import Any

from flask import current_app

from app import audit, notices
from app.core import clock
from app.core.db import session
from app.core.errors import DomainError
from app.core.jobs import Job, Progress, release_lease, take_lease
from app.settings import Settings

log = logging.getLogger(__name__)
LEASE_SECONDS = 120
VERIFY_SECONDS = 600
"""Long enough that the clocks of several hosts agree on who verifies this night."""


class NoKey(DomainError):
    """There is no key to verify the log with."""


def sign() -> None:
    """Sign a checkpoint over what was committed, where this host holds the key; one signer at a time."""
    settings: Settings = current_app.extensions["settings"]
    if settings.audit_key_file is None or not settings.audit_key_file.exists():
        return
    fence = take_lease("sign", LEASE_SECONDS)
    if fence is None:
        return
    try:
        audit.refuse_after_bad_verdict()
        key = audit.read_key_file(path=settings.audit_key_file, origin=settings.audit_origin)
        audit.sign_checkpoint(key=key, anchor=audit.FileAnchor(settings.audit_anchors), at=clock.now())
        audit.keep_signing(at=clock.now())
    except audit.AnchorBusy as refusal:
        log.warning("no checkpoint was signed: %s", refusal)
    except DomainError as refusal:
        log.critical("no checkpoint was signed: %s", refusal)
        _keep_refusal(settings, refusal)
    finally:
        release_lease("sign", fence)


def _keep_refusal(settings: Settings, refusal: DomainError) -> None:
    """Staff see it on every page, with the verdict where there is a key to come to one."""
    try:
        verdict = _verify(settings)
    except DomainError:
        verdict = None
    audit.keep_refusal(verdict or audit.Verdict(audit.Finding.UNREADABLE), refusal=str(refusal), at=clock.now())


def mail_checkpoint() -> None:
    """Mail the newest checkpoint to counsel, who keeps it where nobody here can reach it: once a day at most."""
    settings: Settings = current_app.extensions["settings"]
    if settings.counsel_address is not None:
        office = current_app.extensions["office"]
        notices.mail_checkpoint(office, address=settings.counsel_address, origin=settings.audit_origin, at=clock.now())


def verify_log() -> None:
    """Examine the whole log and write down what was found; whoever of several workers comes first."""
    if take_lease("verify", VERIFY_SECONDS) is None:
        return
    try:
        verdict = _verify(current_app.extensions["settings"])
    except DomainError as problem:
        verdict = audit.Verdict(audit.Finding.UNREADABLE, (), str(problem))
    if verdict is not None:
        _keep_verdict(verdict)
    session.remove()


def verify_for(_: Job, progress: Progress) -> Mapping[str, Any]:
    """The job of somebody who pressed Verify."""
    total = audit.log_size()
    says = "Every entry is read again, from its bytes."
    verdict = _verify(current_app.extensions["settings"], lambda done: progress(done, max(done, total), says))
    if verdict is None:
        raise NoKey("AUDIT_VKEY is not set, so nobody here can tell what was signed.")
    _keep_verdict(verdict)
    return {"line": verdict.line, "says": verdict.says}


def _keep_verdict(verdict: audit.Verdict) -> None:
    if verdict.finding is not audit.Finding.OK:
        log.critical("the audit log does not verify: %s %s", verdict.line, verdict.says)
    audit.keep_verdict(verdict, at=clock.now())


def _verify(settings: Settings, watch: Callable[[int], None] = lambda _: None) -> audit.Verdict | None:
    """None where no key is known to verify with."""
    key = audit.find_verifier(vkey=settings.audit_vkey, key_file=settings.audit_key_file, origin=settings.audit_origin)
    anchor = audit.FileAnchor(settings.audit_anchors)
    return audit.verify(key=key, anchor=anchor, at=clock.now(), watch=watch) if key else None
