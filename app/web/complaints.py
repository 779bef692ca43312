"""What an investor adds to a dispute, as it was typed or uploaded: by themselves, or by support on a call."""

from flask import current_app
from werkzeug.datastructures import FileStorage

from app.core import files
from app.core.money import BadAmount, parse_money
from app.incidents import Proof, answering
from app.settings import Settings


def amount_in_question(typed: str, currency: str) -> int | None:
    """Minor units of an amount with or without separators; None where nothing was typed. Raises BadAmount."""
    plain = typed.replace(",", "").replace("$", "").strip()
    if not plain:
        return None
    try:
        return parse_money(plain, currency)
    except BadAmount as bad:
        raise BadAmount(f"{typed.strip()!r} is not an amount. Write one such as 1250.00, or leave it empty.") from bad


def keep_attachment(upload: FileStorage | None) -> Proof | None:
    """Store the file that shows it; None where nothing was chosen. Raises CannotAttach."""
    if upload is None or not upload.filename:
        return None
    content = upload.read(answering.LARGEST_FILE + 1)
    answering.check_attachment(content)
    settings: Settings = current_app.extensions["settings"]
    return Proof(name=files.file_name(upload.filename, "file"), sha256=files.store(settings.files_dir, content))
