"""The window. It draws, and says what a person wants; everything that takes time is asked of `workers.desk`."""
