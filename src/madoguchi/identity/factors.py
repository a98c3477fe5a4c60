"""Second factors of staff: one-time codes from an app (TOTP, RFC 6238), passkeys (WebAuthn), recovery codes on paper."""

from __future__ import annotations

import base64
import hmac
import json
import secrets
import unicodedata
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest

from madoguchi.kernel import audit, clock, keys
from madoguchi.kernel.canon import sha256
from madoguchi.kernel.kinds import ours

from .errors import FactorWrong, LastFactor, PasskeyWrong, RecoveryWrong
from .models import Factor, RecoveryCode, Staff

STEP, DRIFT = 30, 1  # seconds of a code; codes before and after that are taken too
CODES = 10
KINDS = {"totp": "確認コードのアプリ", "passkey": "パスキー", "recovery": "回復コード", "password": "パスワード", "office": ours("市の職員認証")}


def chain(staff: Staff) -> str:
    """The audit chain of what concerns one member of staff."""
    return f"staff:{staff.username}"


def has_factor(staff: Staff) -> bool:
    """Is a second factor asked of this person?"""
    return Factor.objects.filter(staff=staff).exists()


def factors_of(staff: Staff) -> list[Factor]:
    """Their factors, the oldest first."""
    return list(Factor.objects.filter(staff=staff).defer("sealed").order_by("id"))


def codes_left(staff: Staff) -> int:
    """Recovery codes that are not used."""
    return RecoveryCode.objects.filter(staff=staff, used_at=None).count()


# --- one-time codes


def secret_new() -> str:
    """A new secret for an app."""
    import pyotp

    return pyotp.random_base32()


def app_address(staff: Staff, secret: str, issuer: str) -> str:
    """What the QR code says."""
    import pyotp

    return pyotp.TOTP(secret).provisioning_uri(name=staff.username, issuer_name=issuer)


def qr_image(text: str) -> str:
    """A QR code as the address of an image (SVG inside the page)."""
    import zxingcpp

    svg = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="M").to_svg(scale=5, add_quiet_zones=True)
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()


def _digits(typed: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKC", typed) if c in "0123456789")


def _step_of(secret: str, typed: str) -> int | None:
    """The step whose code this is, within the drift."""
    import pyotp

    code, now, totp = _digits(typed), int(clock.now().timestamp()) // STEP, pyotp.TOTP(secret)
    found = None
    for step in range(now - DRIFT, now + DRIFT + 1):
        if len(code) == 6 and hmac.compare_digest(totp.generate_otp(step), code):
            found = step
    return found


def _name(typed: str, kind: str) -> str:
    clean = "".join(c for c in typed if unicodedata.category(c) != "Cc").strip()[:40]
    return clean or KINDS[kind]


def _keep(staff: Staff, kind: str, name: str, body: dict[str, Any], **more: Any) -> Factor:
    factor = Factor(staff=staff, kind=kind, name=_name(name, kind), added_at=clock.now(), sealed=b"", **more)
    factor.sealed = keys.seal("factor", json.dumps(body).encode(), bound_to=str(staff.pk))
    factor.save(force_insert=True)
    audit.record(staff.actor, "factor.added", chain=chain(staff), facts={"kind": kind, "factor": factor.id})
    return factor


def _opened(factor: Factor) -> dict[str, Any]:
    return dict(json.loads(keys.unseal("factor", factor.sealed, bound_to=str(factor.staff_id))))


@transaction.atomic
def totp_add(*, actor: Staff, secret: str, code: str, name: str) -> Factor:
    """Enrol an app that has shown that it knows the secret. Raises FactorWrong."""
    step = _step_of(secret, code)
    if step is None:
        raise FactorWrong
    return _keep(actor, "totp", name, {"secret": secret}, last_step=step)


@transaction.atomic
def code_check(*, staff: Staff, typed: str) -> str:
    """"totp" or "recovery" for a code that fits and was never used; spends it. Raises FactorWrong."""
    for factor in Factor.objects.filter(staff=staff, kind="totp").select_related("staff"):
        step = _step_of(_opened(factor)["secret"], typed)
        if step is not None and Factor.objects.filter(id=factor.id, last_step__lt=step).update(
                last_step=step, used_at=clock.now()):  # of two who come with one code, one gets in
            return "totp"
    if has_factor(staff) and RecoveryCode.objects.filter(staff=staff, digest=_recovery_digest(staff, typed), used_at=None).update(
            used_at=clock.now()):
        audit.record(staff.actor, "recovery.used", chain=chain(staff), facts={"left": codes_left(staff)})
        return "recovery"
    raise FactorWrong if Factor.objects.filter(staff=staff, kind="totp").exists() else RecoveryWrong


# --- recovery codes


def _recovery_digest(staff: Staff, typed: str) -> str:
    plain = "".join(c for c in unicodedata.normalize("NFKC", typed).lower() if c.isalnum())
    return sha256(f"{staff.username}:{plain}".encode())  # 60 random bits need no slow hash


@transaction.atomic
def recovery_make(*, actor: Staff) -> list[str]:
    """New codes, shown this once; earlier ones no longer work."""
    RecoveryCode.objects.filter(staff=actor).delete()
    letters = "abcdefghjkmnpqrstuvwxyz23456789"
    codes = ["-".join("".join(secrets.choice(letters) for _ in range(4)) for _ in range(3)) for _ in range(CODES)]
    RecoveryCode.objects.bulk_create([RecoveryCode(staff=actor, digest=_recovery_digest(actor, c)) for c in codes])
    audit.record(actor.actor, "recovery.made", chain=chain(actor), facts={"codes": CODES})
    return codes


# --- passkeys (the library costs 26 MB: only who uses one loads it)


def site_of(request: HttpRequest) -> tuple[str, str]:
    """(name, origin) that passkeys are bound to: from settings in production, from the address bar in a trial."""
    base = settings.BASE_URL if settings.PRODUCTION else f"{request.scheme}://{request.get_host()}"
    parts = urlsplit(base)
    return parts.hostname or "", f"{parts.scheme}://{parts.netloc}"


def passkey_ask(*, staff: Staff, request: HttpRequest, issuer: str) -> tuple[str, str]:
    """(options for the browser, challenge to be remembered) for a new passkey."""
    import webauthn
    from webauthn.helpers.structs import (
        AuthenticatorSelectionCriteria,
        PublicKeyCredentialDescriptor,
        UserVerificationRequirement,
    )

    known = Factor.objects.filter(staff=staff, kind="passkey").values_list("credential", flat=True)
    options = webauthn.generate_registration_options(
        rp_id=site_of(request)[0], rp_name=issuer, user_name=staff.username, user_id=f"staff-{staff.id}".encode(),
        user_display_name=staff.username,
        authenticator_selection=AuthenticatorSelectionCriteria(user_verification=UserVerificationRequirement.PREFERRED),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=webauthn.base64url_to_bytes(c)) for c in known if c])
    return webauthn.options_to_json(options), _text(options.challenge)


@transaction.atomic
def passkey_add(*, actor: Staff, request: HttpRequest, challenge: str, answer: str, name: str) -> Factor:
    """Enrol the passkey the browser made. Raises PasskeyWrong."""
    import webauthn
    from webauthn.helpers.exceptions import WebAuthnException

    site, origin = site_of(request)
    try:
        made = webauthn.verify_registration_response(
            credential=answer, expected_challenge=webauthn.base64url_to_bytes(challenge), expected_rp_id=site, expected_origin=origin)
    except (WebAuthnException, ValueError, KeyError, TypeError, RecursionError):
        raise PasskeyWrong from None
    credential = _text(made.credential_id)
    if not challenge or len(credential) > 400 or Factor.objects.filter(credential=credential).exists():
        raise PasskeyWrong
    return _keep(actor, "passkey", name, {"public": _text(made.credential_public_key)}, credential=credential,
                 last_step=made.sign_count)


def passkey_challenge(*, staff: Staff, request: HttpRequest) -> tuple[str, str]:
    """(options for the browser, challenge to be remembered) to show a passkey; empty when the person has none."""
    known = [c for c in Factor.objects.filter(staff=staff, kind="passkey").values_list("credential", flat=True) if c]
    if not known:
        return "", ""
    import webauthn
    from webauthn.helpers.structs import PublicKeyCredentialDescriptor

    options = webauthn.generate_authentication_options(
        rp_id=site_of(request)[0],
        allow_credentials=[PublicKeyCredentialDescriptor(id=webauthn.base64url_to_bytes(c)) for c in known])
    return webauthn.options_to_json(options), _text(options.challenge)


@transaction.atomic
def passkey_check(*, staff: Staff, request: HttpRequest, challenge: str, answer: str) -> str:
    """"passkey" when the browser's answer is from a passkey of this person. Raises PasskeyWrong."""
    import webauthn
    from webauthn.helpers.exceptions import WebAuthnException

    site, origin = site_of(request)
    try:
        factor = Factor.objects.select_related("staff").select_for_update(of=("self",)).get(
            staff=staff, kind="passkey", credential=str(json.loads(answer)["id"])[:400].replace("\0", ""))
        shown = webauthn.verify_authentication_response(
            credential=answer, expected_challenge=webauthn.base64url_to_bytes(challenge), expected_rp_id=site, expected_origin=origin,
            credential_public_key=webauthn.base64url_to_bytes(_opened(factor)["public"]),
            credential_current_sign_count=factor.last_step)
    except (WebAuthnException, Factor.DoesNotExist, ValueError, KeyError, TypeError, RecursionError):
        raise PasskeyWrong from None
    if not challenge:
        raise PasskeyWrong
    factor.last_step, factor.used_at = shown.new_sign_count, clock.now()
    factor.save(update_fields=["last_step", "used_at"])
    return "passkey"


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


# --- taking away


@transaction.atomic
def factor_remove(*, actor: Staff, factor_id: int) -> None:
    """Take an own factor away. Raises LastFactor where one is required."""
    Staff.objects.select_for_update().get(id=actor.id)
    mine = Factor.objects.filter(staff=actor)
    found = mine.filter(id=factor_id).first()
    if found is None:
        return  # pressed twice
    if settings.STAFF_SECOND_FACTOR == "required" and mine.count() == 1:
        raise LastFactor
    found.delete()
    if not mine.exists():
        RecoveryCode.objects.filter(staff=actor).delete()
    audit.record(actor.actor, "factor.removed", chain=chain(actor), facts={"kind": found.kind, "factor": factor_id})
