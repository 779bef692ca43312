"""Deals, agreements, releases, requests and what was recorded for them."""
