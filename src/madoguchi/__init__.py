"""A digital city hall that a Japanese municipality runs itself."""

__version__ = "0.1.0"
