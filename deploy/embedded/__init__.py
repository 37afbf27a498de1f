"""The whole platform in one process, for a demonstration: SQLite, a bus in a file, a folder of files."""
