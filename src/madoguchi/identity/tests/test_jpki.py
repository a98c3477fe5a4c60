"""Electronic signatures: certificates of the right shape, CMS made and verified, and everything that must be refused."""

from __future__ import annotations

import base64
import contextlib
import dataclasses
import datetime as dt
import functools
import re
import subprocess

import pytest
from asn1crypto import cms as asn1
from asn1crypto import x509 as asn1_x509
from cryptography.hazmat.primitives import serialization

from madoguchi.adapters.jpki import certificates
from madoguchi.adapters.jpki.certificates import EC, FOR_AUTHENTICATION, POLICY_AUTHENTICATION, POLICY_TEST, RSA
from madoguchi.adapters.jpki.cms import CmsUnreadable, cms_faults, cms_read, cms_sign
from madoguchi.adapters.jpki.person import differences, era_date, holder_read
from madoguchi.adapters.jpki.trust import Trust, certificate_faults
from madoguchi.identity.rules import Person

HANAKO = Person("見本 花子", "1991-07-25", "石川県七尾市袖ヶ江町イ部25番地", "2")
NOW = dt.datetime(2026, 11, 20, 10, 0, tzinfo=dt.timezone(dt.timedelta(hours=9)))
YEAR = dt.timedelta(days=365)
CONTENT = b"ab" * 32
OTHER_CONTENT = ["署名した内容と、いまの内容が違います"]
BAD_SIGNATURE = ["電子署名の値が正しくありません"]
WRONG_CA = ["信頼する認証局が発行した電子証明書ではありません"]
WRONG_TIME = ["署名したときに、電子証明書の有効期間の外でした"]
WRONG_USAGE = ["署名用の電子証明書ではありません(鍵の使いみち)"]
WRONG_POLICY = ["認められた種類の電子証明書ではありません(証明書ポリシー)"]


@functools.cache
def authority(kind, mark="", **more):
    return certificates.ca_new(kind, first=NOW - 9 * YEAR, last=NOW + 9 * YEAR, **more)


@functools.cache
def card(kind, **more):
    return certificates.card_new(authority(kind), HANAKO, kind, **({"first": NOW - YEAR, "last": NOW + YEAR} | more))


def trust(kind, **more):
    return Trust(more.pop("anchors", [authority(kind).certificate]), frozenset({POLICY_TEST}), **more)


def der(certificate):
    return certificate.public_bytes(serialization.Encoding.DER)


def rebuilt(data, change):
    """The same SignedData after something was done to it."""
    info = asn1.ContentInfo.load(data)
    change(info["content"])
    return info.dump(force=True)


both = pytest.mark.parametrize("kind", [RSA, EC])


# ---- the certificate --------------------------------------------------------------------------------------------


@both
def test_the_certificate_has_the_shape_of_a_card(kind):
    found = asn1_x509.Certificate.load(der(card(kind).certificate))
    body = found["tbs_certificate"]
    extensions = {e["extn_id"].native: e for e in body["extensions"]}
    assert extensions["key_usage"]["critical"].native is True
    assert extensions["key_usage"]["extn_value"].parsed.native == {"digital_signature", "non_repudiation"}
    policies = extensions["certificate_policies"]["extn_value"].parsed.native
    assert [p["policy_identifier"] for p in policies] == ["1.2.392.200149.8.5.1.0.20"]
    assert [g.native for g in extensions["issuer_alt_name"]["extn_value"].parsed] == [
        {"country_name": "JP", "organization_name": "公的個人認証サービス"}]
    assert re.fullmatch(r"\d{26}", body["subject"].native["common_name"])
    assert not any(part in str(body["subject"].native) for part in ("見本", "花子"))
    assert found.signature_algo == ("rsassa_pkcs1v15" if kind == RSA else "ecdsa")
    assert found.hash_algo == ("sha256" if kind == RSA else "sha384")
    assert found.public_key.bit_size == (2048 if kind == RSA else 384)


def test_every_byte_of_the_names():
    """GeneralName [0] { type-id, value [0] EXPLICIT UTF8String }, six of them under the arc."""
    expected = {1: "見本 花子", 2: "00000", 3: "2", 4: "419910725", 5: HANAKO.address, 6: "0" * len(HANAKO.address)}
    raw = b""
    for number, value in expected.items():
        oid = asn1_x509.ObjectIdentifier(f"1.2.392.200149.8.5.5.{number}").dump()
        text = value.encode()
        inner = oid + bytes([0xA0, len(text) + 2, 0x0C, len(text)]) + text
        raw += bytes([0xA0, len(inner)]) + inner
    found = asn1_x509.Certificate.load(der(card(RSA).certificate)).subject_alt_name_value
    assert found.contents == raw
    names = [(n.chosen["type_id"].native, n.chosen["value"].native) for n in found]
    assert names == [(f"1.2.392.200149.8.5.5.{n}", value) for n, value in expected.items()]


@pytest.mark.parametrize(("day", "text"), [
    ((1912, 7, 29), "119120729"), ((1912, 7, 30), "219120730"), ((1926, 12, 24), "219261224"), ((1926, 12, 25), "319261225"),
    ((1989, 1, 7), "319890107"), ((1989, 1, 8), "419890108"), ((2019, 4, 30), "420190430"), ((2019, 5, 1), "520190501"),
])
def test_eras(day, text):
    assert era_date(dt.date(*day)) == text


def test_the_person_comes_back_out_and_is_compared():
    holder = holder_read(card(RSA).certificate)
    assert (holder.name, holder.birthdate, holder.address, holder.gender) == (
        HANAKO.name, HANAKO.birthdate, HANAKO.address, "2")
    assert differences(holder, HANAKO) == []
    assert differences(holder, Person("見本 花子", "1991-07-25", "石川県七尾市袖ヶ江町イ部25番地")) == []  # noqa: RUF001
    assert differences(holder, Person("見本 太郎", "1991-07-26", "石川県七尾市袖ヶ江町イ部26番地")) == [
        f"署名用電子証明書の{what}が、ログインした人と違います" for what in ("氏名", "生年月日", "住所")]


# ---- the signature ----------------------------------------------------------------------------------------------


@both
def test_round_trip(kind):
    signed = cms_read(cms_sign(CONTENT, card(kind), NOW))
    assert cms_faults(CONTENT, signed, trust(kind)) == []
    assert signed.signed_at == NOW and signed.certificate == card(kind).certificate
    assert (signed.digest_name, signed.signature_name) == (
        ("sha256", "sha256_rsa") if kind == RSA else ("sha384", "sha384_ecdsa"))


@both
def test_asn1crypto_writes_the_same_bytes(kind):
    """The pieces put together by hand are DER: a writer that knows the structure changes nothing."""
    data = cms_sign(CONTENT, card(kind), NOW)
    assert rebuilt(data, lambda content: None) == data
    attributes = asn1.ContentInfo.load(data)["content"]["signer_infos"][0]["signed_attrs"]
    assert {a["type"].native for a in attributes} == {"content_type", "signing_time", "message_digest"}


@both
def test_openssl_agrees(kind, tmp_path):
    (tmp_path / "content").write_bytes(CONTENT)
    (tmp_path / "signature").write_bytes(cms_sign(CONTENT, card(kind), NOW))
    (tmp_path / "ca").write_bytes(authority(kind).certificate.public_bytes(serialization.Encoding.PEM))
    command = ["openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", "signature", "-content", "content",
               "-CAfile", "ca", "-attime", str(int(NOW.timestamp()))]
    assert subprocess.run(command, cwd=tmp_path, capture_output=True).returncode == 0
    (tmp_path / "content").write_bytes(CONTENT + b"x")
    assert subprocess.run(command, cwd=tmp_path, capture_output=True).returncode != 0


@both
def test_another_content(kind):
    assert cms_faults(b"ba" * 32, cms_read(cms_sign(CONTENT, card(kind), NOW)), trust(kind)) == OTHER_CONTENT


@both
def test_a_digest_put_in_afterwards_breaks_the_signature(kind):
    other = cms_read(cms_sign(b"ba" * 32, card(kind), NOW)).message_digest

    def change(content):
        for attribute in content["signer_infos"][0]["signed_attrs"]:
            if attribute["type"].native == "message_digest":
                attribute["values"] = [other]

    forged = cms_read(rebuilt(cms_sign(CONTENT, card(kind), NOW), change))
    assert cms_faults(b"ba" * 32, forged, trust(kind)) == BAD_SIGNATURE


@both
def test_a_changed_time_breaks_the_signature(kind):
    def change(content):
        for attribute in content["signer_infos"][0]["signed_attrs"]:
            if attribute["type"].native == "signing_time":
                attribute["values"] = [asn1.Time("utc_time", asn1_x509.UTCTime(NOW - dt.timedelta(days=1)))]

    forged = cms_read(rebuilt(cms_sign(CONTENT, card(kind), NOW), change))
    assert cms_faults(CONTENT, forged, trust(kind)) == BAD_SIGNATURE


def test_the_method_named_must_be_the_one_used():
    def change(content):
        content["signer_infos"][0]["signature_algorithm"] = {"algorithm": "sha384_rsa"}

    assert cms_faults(CONTENT, cms_read(rebuilt(cms_sign(CONTENT, card(RSA), NOW), change)), trust(RSA)) == BAD_SIGNATURE


def test_sha1_is_no_method():
    def change(content):
        content["signer_infos"][0]["digest_algorithm"] = {"algorithm": "sha1"}

    forged = cms_read(rebuilt(cms_sign(CONTENT, card(RSA), NOW), change))
    assert cms_faults(CONTENT, forged, trust(RSA)) == ["対応していない署名の方式です"]


@both
def test_wrong_authority(kind):
    """One of another name does not exist here: the same name with another key must not do."""
    signed = cms_read(cms_sign(CONTENT, card(kind), NOW))
    assert cms_faults(CONTENT, signed, trust(kind, anchors=[authority(kind, "another").certificate])) == WRONG_CA
    assert cms_faults(CONTENT, signed, trust(kind, anchors=[])) == WRONG_CA


def test_an_authority_that_may_not_issue():
    powerless = authority(RSA, authority=False)
    issued = certificates.card_new(powerless, HANAKO, RSA, first=NOW - YEAR, last=NOW + YEAR)
    assert certificate_faults(issued.certificate, trust(RSA, anchors=[powerless.certificate]), NOW) == WRONG_CA


def test_an_authority_that_ran_out():
    later = NOW + 10 * YEAR
    issued = card(RSA, last=later + YEAR)
    assert certificate_faults(issued.certificate, trust(RSA), later) == WRONG_CA


def test_a_card_may_not_be_its_own_authority():
    """The authority's own certificate signs nothing for a person."""
    faults = certificate_faults(authority(RSA).certificate, trust(RSA), NOW)
    assert WRONG_USAGE[0] in faults and WRONG_POLICY[0] in faults


@pytest.mark.parametrize(("first", "last"), [(NOW - 2 * YEAR, NOW - YEAR), (NOW + dt.timedelta(days=1), NOW + YEAR)])
def test_out_of_its_time_when_signed(first, last):
    signed = cms_read(cms_sign(CONTENT, card(RSA, first=first, last=last), NOW))
    assert cms_faults(CONTENT, signed, trust(RSA)) == WRONG_TIME


@pytest.mark.parametrize("more", [{"bits": FOR_AUTHENTICATION}, {"critical": False},
                                  {"bits": certificates.FOR_SIGNING | {"key_cert_sign"}}])
def test_wrong_key_usage(more):
    signed = cms_read(cms_sign(CONTENT, card(RSA, **more), NOW))
    assert cms_faults(CONTENT, signed, trust(RSA)) == WRONG_USAGE


def test_wrong_policy():
    signed = cms_read(cms_sign(CONTENT, card(RSA, policy=POLICY_AUTHENTICATION), NOW))
    assert cms_faults(CONTENT, signed, trust(RSA)) == WRONG_POLICY
    assert cms_faults(CONTENT, cms_read(cms_sign(CONTENT, card(RSA), NOW)), Trust([authority(RSA).certificate])) == \
        WRONG_POLICY  # a card for tests where only real ones are taken


def test_revoked():
    signed = cms_read(cms_sign(CONTENT, card(RSA), NOW))
    listed = trust(RSA, revoked=lambda: {signed.certificate.serial_number})
    assert cms_faults(CONTENT, signed, listed) == ["電子証明書は失効しています"]


def test_every_fault_is_told_at_once():
    signed = cms_read(cms_sign(CONTENT, card(RSA, bits=FOR_AUTHENTICATION, policy=POLICY_AUTHENTICATION), NOW))
    assert cms_faults(b"", signed, trust(RSA, anchors=[])) == OTHER_CONTENT + WRONG_CA + WRONG_USAGE + WRONG_POLICY


def _no_attributes(content):
    content["signer_infos"][0]["signed_attrs"] = asn1.CMSAttributes([])


def _twice(content):
    signer = content["signer_infos"][0]
    content["signer_infos"] = [signer.copy(), signer.copy()]


def _embedded(content):
    content["encap_content_info"]["content"] = CONTENT


def _nobody(content):
    content["certificates"] = []


def _somebody_else(content):
    content["certificates"] = [asn1_x509.Certificate.load(der(card(EC).certificate))]


@pytest.mark.parametrize("change", [_no_attributes, _twice, _embedded, _nobody, _somebody_else])
def test_structures_that_are_not_taken(change):
    with pytest.raises(CmsUnreadable):
        cms_read(rebuilt(cms_sign(CONTENT, card(RSA), NOW), change))


@pytest.mark.filterwarnings("ignore:Parsed a serial number")
def test_bytes_that_are_something_else():
    data = cms_sign(CONTENT, card(EC), NOW)
    whole = cms_read(data)
    for junk in (b"", b"\x30\x00", data + b"\x00", der(card(EC).certificate), base64.b64encode(data)):
        with pytest.raises(CmsUnreadable):
            cms_read(junk)
    for cut in range(0, len(data), 7):  # cut anywhere, it is refused and nothing else happens
        with pytest.raises(CmsUnreadable):
            cms_read(data[:cut])
    for place in range(len(data)):  # one bit anywhere: unreadable, faulty, or in the wrapping that no signature covers
        with contextlib.suppress(CmsUnreadable):
            read = cms_read(data[:place] + bytes([data[place] ^ 1 << place % 8]) + data[place + 1:])
            assert cms_faults(CONTENT, read, trust(EC)) or _said(read) == _said(whole), place


def _said(signed):
    """Everything that a signature covers, and the signature."""
    return (dataclasses.replace(signed, certificate=card(EC).certificate), signed.certificate.tbs_certificate_bytes,
            signed.certificate.signature)
