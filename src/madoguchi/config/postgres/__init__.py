"""Django's PostgreSQL backend with a cheaper question whether a connection still lives."""
