"""Composing messages and delivering them through the outbox."""
