"""The door to this machine: the user's files, the packaged resources, child processes."""
