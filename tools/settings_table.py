"""`python -m tools.settings_table`: write the README's table of settings anew from the typed settings."""

from collections.abc import Iterator
from dataclasses import Field
from typing import Any

from app.settings import ROOT, setting_fields

README = ROOT / "README.md"
BEGIN = "<!-- settings: written by `python -m tools.settings_table` -->"
END = "<!-- settings end -->"


def table() -> str:
    """One row for each setting, in reading order; paths inside the project are shown relative to it."""
    return "\n".join(["| setting | default | what it is |", "|---|---|---|", *_rows()])


def table_in(text: str) -> str:
    """The table that stands in this text. Raises ValueError without its two markers."""
    return text[text.index(BEGIN) + len(BEGIN) : text.index(END)].strip()


def with_table(text: str) -> str:
    """The same text with the table as it should be. Raises ValueError without its two markers."""
    before, after = text[: text.index(BEGIN)], text[text.index(END) :]
    return f"{before}{BEGIN}\n\n{table()}\n\n{after}"


def _rows() -> Iterator[str]:
    for field in setting_fields():
        says = field.metadata["says"] + (" (secret)" if field.metadata["secret"] else "")
        yield f"| `{field.name.upper()}` | {_default(field)} | {_escaped(says)} |"


def _default(field: Field[Any]) -> str:
    default = field.metadata["default"]
    if default is None:
        return "" if "None" in str(field.type) else "**required**"
    return f"`{_escaped(default.replace(f'{ROOT}/', ''))}`" if default else ""


def _escaped(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;").replace(">", "&gt;")


if __name__ == "__main__":
    README.write_text(with_table(README.read_text(encoding="utf-8")), encoding="utf-8")
