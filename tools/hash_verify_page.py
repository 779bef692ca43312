"""`python -m tools.hash_verify_page`: write the hashes of script and style into the policy of static/verify.html."""

import re
from base64 import b64encode
from hashlib import sha256
from pathlib import Path

PAGE = Path(__file__).resolve().parent.parent / "static" / "verify.html"


def main() -> None:
    """Change nothing but the policy."""
    text = PAGE.read_text(encoding="utf-8")
    for tag in ("script", "style"):
        body = text.split(f"<{tag}>", 1)[1].split(f"</{tag}>", 1)[0]
        made = b64encode(sha256(body.encode()).digest()).decode()
        text = re.sub(rf"{tag}-src 'sha256-[^']*'", f"{tag}-src 'sha256-{made}'", text, count=1)
    PAGE.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
