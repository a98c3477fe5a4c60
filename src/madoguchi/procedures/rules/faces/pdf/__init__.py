"""The PDF faces: letters, paper forms, receipts. Embedded fonts, nothing drawn that has no glyph."""

from .boxes import PaperBox, PaperMap, Place
from .letter import letter_pdf
from .paper import layout_mark, paper_form, paper_map, signed_paper
from .receipt import receipt_pdf
from .sheet import PdfFace

__all__ = ["PaperBox", "PaperMap", "PdfFace", "Place", "layout_mark", "letter_pdf", "paper_form", "paper_map", "receipt_pdf", "signed_paper"]
