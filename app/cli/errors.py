"""How a command refuses: what is wrong, where, and the remedy, on stderr."""

import click


class BadInput(click.ClickException):
    """The input cannot be used; nothing was written. Exit code 2."""

    exit_code = 2


class Failed(click.ClickException):
    """Anything else that went wrong. Exit code 1."""

    exit_code = 1
