"""The worker: everything that happens without somebody asking."""
