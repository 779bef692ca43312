"""The forms of the log's pages."""

from typing import Any, Self

from flask_wtf.file import FileField
from werkzeug.datastructures import FileStorage
from wtforms import SelectField, StringField, TextAreaField
from wtforms.validators import Length

from app import audit
from app.tlog.receipt import LONGEST_RECEIPT
from app.web.admin.forms import LONGEST_NOTE, ActingForm, CheckboxesField, note_field, required


class ErasureForm(ActingForm):
    """Which parts of an event are to be erased, and why."""

    parts = CheckboxesField("What is to be erased")
    reason = note_field("Why", "Say who asked for it, and under which right.")

    @classmethod
    def for_event(cls, event: audit.AuditEvent, **given: Any) -> Self:
        """The form over what the event still says."""
        form = cls(**given) if given else cls()
        form.parts.choices = [(part, part.replace("_", " ")) for part in event.said]
        return form


class DecisionForm(ActingForm):
    """A reason, and the button that decides."""

    reason = note_field("Reason", "Give the reason for your decision.")


class HoldForm(ActingForm):
    """Which incident must not be touched, and why."""

    incident = SelectField("Incident", validators=[required("Choose the incident.")])
    reason = note_field("Why it is held", "Say why the incident is held.")


class ReceiptForm(ActingForm):
    """A receipt or proof, as a file or as text, and the key to check it with."""

    file = FileField("The proof file")
    text = TextAreaField("Or its text", validators=[Length(max=LONGEST_RECEIPT)])
    key = StringField("Verifier key", validators=[required("Enter the verifier key."), Length(max=LONGEST_NOTE)])

    def receipt(self) -> bytes:
        """The bytes of the file, or of the text where there is none; at most a megabyte and one byte."""
        upload = self.file.data
        if isinstance(upload, FileStorage) and upload.filename:
            return upload.stream.read(LONGEST_RECEIPT + 1)
        pasted = (self.text.data or "").replace("\r\n", "\n").rstrip("\n")
        return f"{pasted}\n".encode(errors="replace")
