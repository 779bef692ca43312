"""Proration, its certificate, the defects, and recorded runs."""
