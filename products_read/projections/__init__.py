"""One read model a file: what each event does to its row."""
