"""The demo story, its supervisor and its mailbox; only with DEMO=1."""
