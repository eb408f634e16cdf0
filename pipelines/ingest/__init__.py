"""Open a raw file safely and say what it holds: a document, rows of a table, or a reason why it was set aside."""
