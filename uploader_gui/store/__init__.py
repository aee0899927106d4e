"""What outlives the program: batches, uploads, their journal, accounts, settings."""
