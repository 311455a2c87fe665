"""Plays rounds of a game: updates, optimizers, replicas, the clock."""
