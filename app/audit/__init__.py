"""The audit log: events in the business transaction, leaves in a Merkle tree, checkpoints outside the database."""
