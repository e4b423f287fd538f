"""The locked local file: keys, rows, outbox, search and backup."""
