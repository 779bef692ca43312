"""Fault campaigns: what is done to the portal, and what must hold."""
