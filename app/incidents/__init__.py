"""Incidents, cases and proposals, from suspicion to publication."""
