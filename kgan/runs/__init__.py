"""A training run: prepared, played, resumed, and kept in a directory."""
