"""The PDF faces: letters, paper forms, receipts. Embedded fonts, nothing drawn that has no glyph."""

from .letter import letter_pdf
from .paper import paper_form
from .receipt import receipt_pdf
from .sheet import PdfFace

__all__ = ["PdfFace", "letter_pdf", "paper_form", "receipt_pdf"]
