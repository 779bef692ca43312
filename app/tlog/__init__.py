"""An RFC 9162 Merkle log with C2SP formats; pure, and of use without the rest."""
