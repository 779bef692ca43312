"""The brand's colours in light and dark, readable by construction. Pure; contrast as WCAG 2.2 defines it."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from app.core.errors import DomainError

ENOUGH = Decimal("4.5")
LIGHT_GROUNDS = ("#ffffff", "#f5f7f5", "#ecf0ed")
DARK_GROUNDS = ("#19201d", "#101513", "#222b27")
DARK_INK = "#0c1512"
BLACK, WHITE = "#000000", "#ffffff"


class UnreadableBrand(DomainError):
    """The brand's colours cannot be read; the text names the setting and the contrast it has."""


@dataclass(frozen=True)
class Accent:
    """The accent in one scheme: as a ground with its ink, as text on every ground, and as a pale ground."""

    ground: str
    ink: str
    text: str
    soft: str


def channels(colour: str) -> tuple[int, int, int]:
    """Red, green and blue of `#rrggbb`. Raises UnreadableBrand for anything else."""
    digits = colour.removeprefix("#")
    if len(digits) != 6 or not colour.startswith("#") or set(digits.lower()) - set("0123456789abcdef"):
        raise UnreadableBrand(f"{colour!r} is not a colour. Write it as #rrggbb, such as #1d5c4d.")
    return int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:], 16)


def luminance(colour: str) -> Decimal:
    """Relative luminance from 0 (black) to 1 (white), as WCAG 2.2 defines it."""
    weights = (Decimal("0.2126"), Decimal("0.7152"), Decimal("0.0722"))
    return sum((w * _linear(c) for w, c in zip(weights, channels(colour), strict=True)), Decimal(0))


def _linear(channel: int) -> Decimal:
    value = Decimal(channel) / 255
    if value <= Decimal("0.04045"):
        return value / Decimal("12.92")
    return ((value + Decimal("0.055")) / Decimal("1.055")) ** Decimal("2.4")


def contrast(one: str, other: str) -> Decimal:
    """Contrast ratio of two colours, from 1 to 21."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + Decimal("0.05")) / (dark + Decimal("0.05"))


def mix(ground: str, colour: str, percent: int) -> str:
    """So many percent of the colour over the ground."""
    pairs = zip(channels(ground), channels(colour), strict=True)
    return "#" + "".join(f"{(g * (100 - percent) + c * percent + 50) // 100:02x}" for g, c in pairs)


def light_accent(accent: str, ink: str) -> Accent:
    """The accent as it was set, darkened only where it is text. Raises UnreadableBrand for a weak ink."""
    measured = contrast(accent, ink)
    if measured < ENOUGH:
        raise UnreadableBrand(
            f"BRAND_ACCENT_INK {ink} on BRAND_ACCENT {accent} has a contrast of {measured:.1f}; "
            "text needs at least 4.5. Choose a darker accent or another ink."
        )
    soft = mix(WHITE, accent, 11)
    return Accent(ground=accent, ink=ink, text=_readable(accent, (*LIGHT_GROUNDS, soft), towards=BLACK), soft=soft)


def dark_accent(accent: str) -> Accent:
    """The accent lightened until it can be read on every dark ground; its ink is near black."""
    vivid = _brightened(accent, 0xB0)
    shades = (mix(vivid, WHITE, percent) for percent in range(20, 101, 5))
    shade = next(shade for shade in shades if _reads_on_dark(shade))
    return Accent(ground=shade, ink=DARK_INK, text=shade, soft=mix(DARK_GROUNDS[0], shade, 13))


def _brightened(colour: str, brightest: int) -> str:
    top = max(*channels(colour), 1)
    return "#" + "".join(f"{c * max(brightest, top) // top:02x}" for c in channels(colour))


def _reads_on_dark(shade: str) -> bool:
    grounds = (*DARK_GROUNDS, mix(DARK_GROUNDS[0], shade, 13))
    return min(contrast(shade, ground) for ground in grounds) >= ENOUGH


def _readable(colour: str, grounds: Sequence[str], *, towards: str) -> str:
    shades = (mix(colour, towards, percent) for percent in range(0, 101, 5))
    return next(shade for shade in shades if min(contrast(shade, ground) for ground in grounds) >= ENOUGH)


def stylesheet(accent: str, ink: str) -> str:
    """`/brand.css`: the accent's custom properties in both schemes. Raises UnreadableBrand."""
    light, dark = _properties(light_accent(accent, ink)), _properties(dark_accent(accent))
    return (
        f":root{{{light}}}\n"
        f'@media screen and (prefers-color-scheme:dark){{:root:not([data-theme="light"]){{{dark}}}}}\n'
        f'@media screen{{:root[data-theme="dark"]{{{dark}}}}}\n'
    )


def _properties(accent: Accent) -> str:
    return f"--accent:{accent.ground};--accent-ink:{accent.ink};--accent-text:{accent.text};--accent-soft:{accent.soft}"
