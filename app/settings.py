"""The settings of one installation, read once from the environment."""
