"""One module a format: bytes in, canonical text and what the file says of itself out."""
