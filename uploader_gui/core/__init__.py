"""Plain facts that every other part shares. Imports the standard library only."""
