"""What anybody may fetch of the audit log: its newest signed checkpoint, and that one log continues another."""

from flask import Blueprint, Response, abort, current_app, request
from flask.typing import ResponseReturnValue

from app import audit
from app.settings import Settings
from app.tlog.encoding import from_decimal, to_base64
from app.web.access import public

bp = Blueprint("audit", __name__, url_prefix="/audit")


@bp.get("/checkpoint")
@public
def checkpoint() -> ResponseReturnValue:
    """The note itself, as C2SP tools read it; the key to check it with goes beside it, in a header."""
    newest = audit.find_newest_checkpoint()
    if newest is None:
        abort(404)
    settings: Settings = current_app.extensions["settings"]
    key = {"Verifier-Key": settings.audit_vkey} if settings.audit_vkey else {}
    return Response(newest.note, mimetype="text/plain", headers=key)


@bp.get("/consistency")
@public
def consistency() -> ResponseReturnValue:
    """The proof from one size to another: base64 hashes, one a line. 404 for sizes that have none."""
    try:
        old, new = (from_decimal(request.args.get(name, "")) for name in ("from", "to"))
        path = audit.consistency_path(old, new)
    except ValueError:
        abort(404)
    return Response("".join(f"{to_base64(found)}\n" for found in path), mimetype="text/plain")
