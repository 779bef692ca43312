"""`python -m faults [NAME…]`: run the campaigns at full size and print what came of them; 1 if anything slipped."""

import sys
from collections.abc import Sequence

from faults import tamper

CAMPAIGNS = {"tamper": tamper.campaign}


def main(names: Sequence[str]) -> int:
    """Run the named campaigns, or all of them."""
    if unknown := set(names) - set(CAMPAIGNS):
        print(f"There is no campaign {', '.join(sorted(unknown))}. Use: {', '.join(CAMPAIGNS)}.", file=sys.stderr)
        return 2
    slipped = 0
    for name in names or CAMPAIGNS:
        for outcome in CAMPAIGNS[name](rounds=200):
            slipped += outcome.slipped
            print(f"{name}: {outcome}")
    return 1 if slipped else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
