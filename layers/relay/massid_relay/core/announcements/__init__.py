"""What the world is told of the ledger's changes: pure functions from a record's old and new image to announcements.

`details` is the published contract (docs/announcements.md, docs/schemas/announcement.schema.json).
"""
