"""What is promised here."""

SCAN_TAKEN = "ScanTaken"  # payload: {"upload": id, "sheet": its place from 1; 0: all have been looked at}
