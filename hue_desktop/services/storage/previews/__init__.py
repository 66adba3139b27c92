"""The beginning of a file as what it is: text, table, schema, picture, or bytes."""
