"""What can be wrong with a note, a proof or a receipt."""


class Malformed(ValueError):
    """The text or the bytes do not have the form that their specification gives them."""


class NotVerified(Exception):
    """Well formed, but a signature, a hash or a commitment does not agree."""
