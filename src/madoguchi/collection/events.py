"""What this room says to itself through the outbox."""

NOTICES_WANTED = "NoticesWanted"  # payload: {"file": id of a RunFile}
