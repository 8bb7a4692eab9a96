"""A passkey as a phone would have made it."""

import os

from allauth.mfa.models import Authenticator
from cryptography.hazmat.primitives.asymmetric import ec
from fido2.cose import ES256
from fido2.utils import sha256, websafe_encode
from fido2.webauthn import Aaguid, AttestationObject, AttestedCredentialData, AuthenticatorData, CollectedClientData

from parties.models import Person

ORIGIN = "http://testserver"


def a_passkey(person: Person, name: str = "My phone") -> Authenticator:
    public = ES256.from_cryptography_key(  # type: ignore[no-untyped-call]
        ec.generate_private_key(ec.SECP256R1()).public_key()
    )
    identifier = os.urandom(16)
    data = AuthenticatorData.create(
        sha256(b"testserver"),
        AuthenticatorData.FLAG.UP | AuthenticatorData.FLAG.UV | AuthenticatorData.FLAG.AT,
        0,
        AttestedCredentialData.create(Aaguid.NONE, identifier, public),
    )
    client = CollectedClientData.create(CollectedClientData.TYPE.CREATE, os.urandom(16), ORIGIN)
    credential = {
        "id": websafe_encode(identifier),
        "rawId": websafe_encode(identifier),
        "type": "public-key",
        "response": {
            "clientDataJSON": websafe_encode(client),
            "attestationObject": websafe_encode(AttestationObject.create("none", data, {})),
        },
        "clientExtensionResults": {"credProps": {"rk": True}},
    }
    kind = Authenticator.Type.WEBAUTHN
    passkey: Authenticator = Authenticator.objects.create(
        user=person, type=kind, data={"name": name, "credential": credential}
    )
    return passkey
