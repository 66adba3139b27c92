"""What the application remembers, in one SQLite database in the user's data directory."""
