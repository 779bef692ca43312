"""The command line, one file per command group; each module lists its `commands`."""

from collections.abc import Callable, Sequence
from copy import copy
from functools import wraps
from typing import Any

import click
from flask import Flask
from flask.cli import with_appcontext

from app.cli import allocate, audit, copies, house, imports, incidents, mail, publish, replay, slots, user
from app.cli.errors import BadInput
from app.core.errors import DomainError

MODULES = (house, copies, user, imports, allocate, incidents, publish, replay, slots, mail, audit)
NEED_NO_SETTINGS = frozenset({"init", "doctor", "allocate", "slots", "audit check-receipt"})


def init_app(app: Flask, *, missing: str | None, more: Sequence[click.Command] = ()) -> None:
    """Register every command, and `more`. With `missing` settings those that need them say so and exit 2."""
    for command in [*(command for module in MODULES for command in module.commands), *more]:
        app.cli.add_command(_ready(command, command.name or "", missing))


def _ready(command: click.Command, name: str, missing: str | None) -> click.Command:
    """A copy of the command (modules are shared by every app) that runs in the app and refuses in words."""
    command = copy(command)
    if isinstance(command, click.Group):
        command.commands = {part: _ready(inner, f"{name} {part}", missing) for part, inner in command.commands.items()}
    elif command.callback is not None:
        command.callback = _callback(command.callback, name, missing)
    return command


def _callback(callback: Callable[..., Any], name: str, missing: str | None) -> Callable[..., Any]:
    if name in NEED_NO_SETTINGS:
        return _refusing(callback)
    return _missing(missing) if missing is not None else with_appcontext(_refusing(callback))


def _refusing(callback: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(callback)
    def run(*args: Any, **kwargs: Any) -> Any:
        try:
            return callback(*args, **kwargs)
        except DomainError as refusal:
            raise BadInput(str(refusal)) from refusal

    return run


def _missing(settings: str) -> Callable[..., Any]:
    def refuse(*_: Any, **__: Any) -> None:
        raise BadInput(settings)

    return refuse
