"""What every portal of the suite would compile again from the same source: templates, and builders of URLs."""

from collections.abc import Callable
from types import CodeType
from typing import Any, ClassVar

from jinja2 import FileSystemBytecodeCache
from jinja2.bccache import Bucket
from werkzeug.routing import Rule


class CompiledTemplates(FileSystemBytecodeCache):
    """Jinja's own cache, by what the sources say, which a process reads once for each template."""

    def __init__(self) -> None:
        super().__init__()
        self._read: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """As promised by Jinja."""
        bucket.code = self._read.get((bucket.key, bucket.checksum))
        if bucket.code is None:
            super().load_bytecode(bucket)
            self._remember(bucket)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """As promised by Jinja."""
        super().dump_bytecode(bucket)
        self._remember(bucket)

    def _remember(self, bucket: Bucket) -> None:
        if bucket.code is not None:
            self._read[bucket.key, bucket.checksum] = bucket.code


class CompiledRule(Rule):
    """A route whose builders are functions of its text and its defaults alone: they are handed the rule when called."""

    _compiled: ClassVar[dict[tuple[Any, ...], Callable[..., tuple[str, str]]]] = {}

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        key = (self.rule, self.subdomain, self.host, repr(self.defaults), append_unknown)
        if key not in self._compiled:
            self._compiled[key] = super()._compile_builder(append_unknown)
        return self._compiled[key]
