"""One contract for every store: what the file-system port promises, over each backend."""
