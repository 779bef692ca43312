"""A page of the investor's as staff may see it: everything to read, nothing to press. Pure.

It works on the finished page, so that a form which is added to the investor's pages is shut here as well. What stands
inside an element with `data-live` is ours and stays as it is.
"""

from html import escape
from html.parser import HTMLParser

CONTROLS = frozenset({"button", "input", "select", "textarea", "fieldset"})
VOID = frozenset({"input", "br", "hr", "img", "meta", "link", "source", "wbr", "area", "base", "col", "embed", "track"})
OF_FORMS = frozenset({"action", "method", "formaction", "formmethod", "enctype"})
LIVE = "data-live"


def make_inert(page: str) -> str:
    """The page without a way to act: forms lead nowhere, controls are shut, links that leave the page are text."""
    shutter = _Shutter()
    shutter.feed(page)
    shutter.close()
    return "".join(shutter.parts)


class _Shutter(HTMLParser):
    """Writes what it reads, but for what can be pressed."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.parts: list[str] = []
        self._live: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = dict(attrs)
        if self._live or LIVE in names:
            if tag not in VOID:
                self._live.append(tag)
            self.parts.append(self.get_starttag_text() or "")
        elif not (tag == "input" and names.get("type") == "hidden") and tag not in ("script", "base"):
            self._write(tag, _shut(tag, attrs))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._live:
            self.parts.append(self.get_starttag_text() or "")
        elif not (tag == "input" and ("type", "hidden") in attrs):
            self._write(tag, _shut(tag, attrs), ends="/")

    def handle_endtag(self, tag: str) -> None:
        if self._live and self._live[-1] == tag:
            self._live.pop()
        elif tag == "script":
            return
        self.parts.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        self.parts.append(data)

    def handle_entityref(self, name: str) -> None:
        self.parts.append(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self.parts.append(f"&#{name};")

    def handle_decl(self, decl: str) -> None:
        self.parts.append(f"<!{decl}>")

    def _write(self, tag: str, attrs: list[tuple[str, str | None]], ends: str = "") -> None:
        written = "".join(f" {name}" if value is None else f' {name}="{escape(value)}"' for name, value in attrs)
        self.parts.append(f"<{tag}{written}{ends}>")


def _shut(tag: str, attrs: list[tuple[str, str | None]]) -> list[tuple[str, str | None]]:
    kept = [(name, value) for name, value in attrs if name not in OF_FORMS and not name.startswith("hx-")]
    if tag == "a":
        return [(name, value) for name, value in kept if name != "href" or (value or "").startswith("#")]
    if tag in CONTROLS and "disabled" not in dict(attrs):
        return [*kept, ("disabled", None)]
    return kept
