"""The one exception that every part shares."""


class DomainError(Exception):
    """A refusal, in words for the person who asked. Nothing was changed."""
