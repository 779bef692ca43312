"""The two words by which an investor knows that the caller is us. Short, plain, and unlike each other by ear."""

import secrets

_FIRST = (
    "amber", "autumn", "bright", "copper", "coral", "distant", "early", "forest", "gentle", "golden", "harbor",
    "island", "ivory", "linen", "maple", "meadow", "morning", "northern", "ocean", "orange", "paper", "purple",
    "quiet", "river", "silver", "summer", "velvet", "village", "violet", "winter", "wooden", "yellow",
)  # fmt: skip
_SECOND = (
    "anchor", "basket", "blanket", "bridge", "button", "candle", "carpet", "castle", "chimney", "compass", "cottage",
    "curtain", "feather", "fiddle", "garden", "hammer", "jacket", "kettle", "ladder", "lamp", "lantern", "mirror",
    "napkin", "needle", "orchard", "pencil", "pillow", "saddle", "teapot", "ticket", "umbrella", "window",
)  # fmt: skip


def pick_call_words() -> str:
    """Two words such as `river lamp`, one of about a thousand pairs, unguessable."""
    return f"{secrets.choice(_FIRST)} {secrets.choice(_SECOND)}"
