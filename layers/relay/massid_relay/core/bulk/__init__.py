"""Bulk files: thousands of submissions in one object, read as a stream from any point on."""
