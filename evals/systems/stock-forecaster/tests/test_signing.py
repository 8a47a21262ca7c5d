import json

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from shelf import signing
from shelf.settings import settings


@pytest.fixture
def public(tmp_path, monkeypatch):
    key = Ed25519PrivateKey.generate()
    (tmp_path / "key.pem").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    monkeypatch.setattr(settings, "signing_key_file", str(tmp_path / "key.pem"))
    return key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()


def test_there_and_back(public):
    assert signing.opened(signing.sign({"release": "a"}), public) == {"release": "a"}


@pytest.mark.parametrize("change", [{"content": '{"release": "b"}'}, {"signature": "00" * 64}, {"signature": ""}])
def test_changed_is_not_ours(public, change):
    raw = json.loads(signing.sign({"release": "a"})) | change
    with pytest.raises(signing.NotOurs):
        signing.opened(json.dumps(raw).encode(), public)
