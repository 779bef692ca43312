"""What the browser loads stays small, and nothing in it was changed behind our back."""

import hashlib
import json
import re
from pathlib import Path

STATIC = Path(__file__).parent.parent / "static"
FONT = STATIC / "fonts" / "public-sans-5.3.0.woff2"  # from @fontsource-variable/public-sans 5.3.0 on npm
FONT_SHA256 = "5ed4d31c988e73b258894244f209069ebe77dc7e564861954b21198b6de90d68"


def test_the_font_is_the_published_one_and_carries_its_licence() -> None:
    assert hashlib.sha256(FONT.read_bytes()).hexdigest() == FONT_SHA256
    assert "SIL Open Font License, Version 1.1" in (STATIC / "fonts" / "LICENSE").read_text()


def test_the_stylesheet_the_font_and_the_script_leave_room_for_a_page_of_sixty_kilobytes() -> None:
    assert (STATIC / "portal.js").stat().st_size < 4_000
    sizes = [(STATIC / name).stat().st_size for name in ("app.css", "portal.js", "icon.svg")]
    assert sum(sizes) + FONT.stat().st_size < 55_000


def test_the_stylesheet_asks_for_nothing_from_elsewhere() -> None:
    addresses = re.findall(r"url\(([^)]*)\)|@import", (STATIC / "app.css").read_text())

    assert addresses == ['"fonts/public-sans-5.3.0.woff2"']


def test_the_last_layer_of_the_stylesheet_is_the_one_that_must_win() -> None:
    declared = re.search(r"@layer ([^;]*);", (STATIC / "app.css").read_text())

    assert declared is not None
    assert declared.group(1).split(", ")[-2:] == ["utilities", "media"]


def test_paper_is_never_dark() -> None:
    css = (STATIC / "app.css").read_text()
    dark_rules = re.findall(r"@media ([^{]*)\{\s*:root[^{]*\{\s*color-scheme: dark", css)

    assert dark_rules == ["screen and (prefers-color-scheme: dark) ", "screen "]
    assert css.count("color-scheme: dark;") == 2


def test_vendored_scripts_are_the_published_ones_and_carry_their_licence() -> None:
    vendor = STATIC / "vendor"
    listed = json.loads((vendor / "VENDOR.json").read_text())
    kept = {str(path.relative_to(vendor)): path for path in vendor.glob("*/*")}

    assert {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in kept.items()} == {
        name: digest for entry in listed for name, digest in entry["sha256"].items()
    }
    assert all(f"{entry['name']}-{entry['version']}/LICENSE" in kept for entry in listed)
    assert all(entry["integrity"].startswith("sha512-") for entry in listed)


def test_no_template_asks_htmx_to_run_code() -> None:
    pages = (STATIC.parent / "templates").rglob("*.html")

    assert [str(page) for page in pages if re.search(r"hx-on|[\"']js:|\bjavascript:", page.read_text())] == []
