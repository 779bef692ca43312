"""Side-by-side benchmarks: each compares us with a bare limit or a peer on the same work, in one run."""
