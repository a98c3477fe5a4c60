"""Signing through デジタル認証アプリ: not built, on purpose (docs/signing.md).

The paths of the service are known (client_credentials token → POST /api/sign-transactions → authorize with scope
``sign`` and ``sign_transaction_id`` → GET /api/sign-transactions/{id}/result, a JWE); the names of the fields in its
bodies are not public. A guess would look like a signature and be none. Whoever has the specification writes a class here
that implements identity.ports.Signer, proves it on the service's sandbox, and then adds it to settings.SIGNERS. It can
use: cms.cms_read and cms.cms_faults, trust.Trust with the authority of JPKI and the policy 署名用, person.differences.

The redirect does not fit `Signer.sign`, which answers at once: the port then gets a ``start`` and a ``finish`` as
identity.ports.IdentityProvider has them.
"""
