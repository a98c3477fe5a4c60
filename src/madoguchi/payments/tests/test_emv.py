"""The QR code that a counter shows, by the published layout (EMVCo MPM), read back from its picture by another library."""

from __future__ import annotations

import base64
import io

import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from madoguchi.payments.emv import Merchant, crc16, payload, qr_image

# numbers that cannot be anybody's: all zeros
TRIAL = Merchant({"26": {"00": "jp.or.paymentsjapan", "01": "0" * 13, "02": "0000", "03": "000000", "04": "000000"}}, "9399", "TRIAL CITY", "TRIAL",
                 "試用市")


def fields(text):
    """Tag → value, in their order."""
    out, at = {}, 0
    while at < len(text):
        number, size = text[at:at + 2], int(text[at + 2:at + 4])
        out[number] = text[at + 4:at + 4 + size]
        assert len(out[number]) == size
        at += 4 + size
    return out


# codes that others have published with their CRC
PUBLISHED = (
    "00020101021129370016A000000677010111011300669245317755802TH54076000.00530376463049B3B",
    "00020101021252044131153137210116372101160123456789ABCDE6016Banteay Meanchey5913Kuntheas Shop5802KH540510.005303840621201081234567863041FF2",
    # of the specification itself (1.1, annex A), with Chinese in UTF-8
    "00020101021229300012D156000000000510A93FO3230Q31280012D15600000001030812345678520441115802CN5914BEST TRANSPORT6007BEIJING"
    "64200002ZH0104最佳运输0202北京540523.7253031565502016233030412340603***0708A60086670902ME91320016A0112233449988770708123456786304A13A")


@pytest.mark.parametrize("code", PUBLISHED)
def test_the_crc_of_published_codes(code):
    assert f"{crc16(code[:-4].encode()):04X}" == code[-4:]
    assert crc16(b"123456789") == 0x29B1, "CRC-16/CCITT-FALSE"


def test_what_the_code_says():
    found = fields(payload(TRIAL, 1200, "R8-0000-0001-0"))
    assert list(found)[0] == "00" and list(found)[-1] == "63"
    assert (found["00"], found["01"], found["53"], found["54"], found["58"]) == ("01", "12", "392", "1200", "JP")
    assert fields(found["26"])["00"] == "jp.or.paymentsjapan" and fields(found["62"]) == {"05": "R8-0000-0001-0"}
    assert fields(found["64"]) == {"00": "JA", "01": "試用市"}


@given(st.integers(1, 99_999_999))
def test_every_sum_is_read_back_with_a_right_crc(amount):
    text = payload(TRIAL, amount)
    assert fields(text)["54"] == str(amount) and int(text[-4:], 16) == crc16(text[:-4].encode())
    other = payload(TRIAL, amount + 1)
    assert other[-4:] != text[-4:] or other[:-4] != text[:-4]


def test_the_picture_is_read_by_a_reader():
    text = payload(TRIAL, 600, "R8-0000-0001-0")
    svg = base64.b64decode(qr_image(text).partition(",")[2]).decode()
    drawn = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    assert drawn.to_svg(scale=4, add_quiet_zones=True) == svg, "the very modules that are read below"
    found = zxingcpp.read_barcode(Image.open(io.BytesIO(_png(drawn))))
    assert found.text == text and found.format == zxingcpp.BarcodeFormat.QRCode


def _png(barcode):
    image = memoryview(barcode.to_image(scale=4, add_quiet_zones=True))
    out = io.BytesIO()
    Image.frombytes("L", (image.shape[1], image.shape[0]), image.tobytes()).save(out, "PNG")
    return out.getvalue()


@pytest.mark.parametrize("wrong", [
    {"accounts": {}}, {"accounts": {"01": "x"}}, {"accounts": {"26": {"00": "x" * 100}}}, {"category": "939"}, {"name": "七尾市"}, {"name": "N" * 26},
    {"city": ""}, {"name_ja": "あ" * 26}])
def test_data_that_no_code_may_hold(wrong):
    right = {"accounts": {"26": {"00": "x"}}, "category": "9399", "name": "N", "city": "N"}
    Merchant(**right)
    with pytest.raises(ValueError):
        Merchant(**right | wrong)


@pytest.mark.parametrize("amount", [0, -1, 10_000_000_000_000])
def test_no_code_for_no_sum(amount):
    with pytest.raises(ValueError):
        payload(TRIAL, amount)
