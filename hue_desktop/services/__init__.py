"""What the application can do: Qt-free and blocking, with threads and doors handed in."""
