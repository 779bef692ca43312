"""What every part may use; it knows no domain."""
