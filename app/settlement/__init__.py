"""Interest, refunds and offers."""
