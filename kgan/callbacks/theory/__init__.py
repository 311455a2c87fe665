"""Figures that show the theory of the game: densities, and best responses."""
