"""What a definition means: pure functions, no Django, no clock, no I/O (STYLE 6)."""
