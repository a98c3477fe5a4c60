"""Real files to attach, as small as they can be, and some that must not pass."""

from __future__ import annotations

import io
import struct
import zlib

import pikepdf
from PIL import Image

PLACE = {"zip": "9268611", "city": "石川県七尾市", "town": "袖ヶ江町", "lot": "イ部26番地", "building": ""}  # an address as answers hold it


def jpeg(size: tuple[int, int] = (24, 16), colour: tuple[int, int, int] = (200, 120, 40)) -> bytes:
    """A plain photo."""
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, "JPEG", quality=80)
    return out.getvalue()


def jpeg_with_position() -> bytes:
    """A photo as a telephone takes it: camera, time, orientation, thumbnail-like comment and GPS position."""
    picture = Image.effect_mandelbrot((64, 48), (-2.0, -1.2, 1.0, 1.2), 40).convert("RGB")
    exif = Image.Exif()
    exif[0x010F], exif[0x0110], exif[0x0112], exif[0x0132] = "TestCam", "Model 7", 6, "2026:11:10 07:30:00"
    gps = exif.get_ifd(0x8825)
    gps[1], gps[2], gps[3], gps[4] = "N", (37.0, 2.0, 34.5), "E", (136.0, 57.0, 51.2)
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=85, exif=exif, comment=b"taken at home, 136.9642E")
    return out.getvalue()


def png() -> bytes:
    """A plain PNG."""
    out = io.BytesIO()
    Image.new("RGB", (16, 16), (0, 90, 160)).save(out, "PNG")
    return out.getvalue()


def pdf(*, script: bool = False, password: str = "") -> bytes:
    """A one-page PDF, on demand with JavaScript, an embedded file and metadata, or with a password."""
    out = io.BytesIO()
    with pikepdf.new() as doc:
        doc.add_blank_page(page_size=(200, 200))
        if script:
            code = pikepdf.Dictionary(S=pikepdf.Name("/JavaScript"), JS="app.alert('hello')")
            doc.Root.OpenAction = code
            doc.Root.AA = pikepdf.Dictionary(WC=code)
            doc.Root.Names = pikepdf.Dictionary(JavaScript=pikepdf.Dictionary(Names=["x", code]))
            doc.pages[0].obj.AA = pikepdf.Dictionary(O=code)
            link = pikepdf.Dictionary(Type=pikepdf.Name("/Annot"), Subtype=pikepdf.Name("/Link"), Rect=[0, 0, 200, 200], A=code)
            launch = pikepdf.Dictionary(S=pikepdf.Name("/Launch"), F="calc.exe")
            button = pikepdf.Dictionary(Type=pikepdf.Name("/Annot"), Subtype=pikepdf.Name("/Link"), Rect=[0, 0, 9, 9], A=launch)
            doc.pages[0].obj.Annots = pikepdf.Array([doc.make_indirect(link), button])
            doc.attachments["secret.txt"] = b"passenger bytes"
            doc.docinfo["/Author"] = "Mihon Hanako"
        if password:
            doc.save(out, encryption=pikepdf.Encryption(owner=password, user=password))
        else:
            doc.save(out)
    return out.getvalue()


def png_bomb() -> bytes:
    """A few bytes that say they are 30,000 by 30,000 dots."""
    head = struct.pack(">IIBBBBB", 30_000, 30_000, 8, 2, 0, 0, 0)
    chunk = b"IHDR" + head
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", len(head)) + chunk + struct.pack(">I", zlib.crc32(chunk)) + png()[33:]
