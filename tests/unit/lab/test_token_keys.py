"""The keys that the lab signs tokens with: private at home, public in the environment."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import jwt
import pytest
from moto import mock_aws

from checkout import key_set
from checkout.settings import TokenSettings
from checkout_api.tokens import read_customer
from lab.core.errors import LabError
from lab.core.target import Target
from lab.shop import token_keys, tokens

pytestmark = pytest.mark.usefixtures("deployed")

TARGET = Target("dev", None)
AUTH = "/checkout/dev/auth"
Home = Callable[[str], None]


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Home:
    """Goes to another lab, with a home of its own."""
    return lambda name: monkeypatch.setenv("LAB_HOME", str(tmp_path / name))


@pytest.fixture
def deployed(home: Home, monkeypatch: pytest.MonkeyPatch) -> object:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    home("ours")
    with mock_aws():
        said = {"issuer": "https://shop.example", "audience": "shop", "audience-claim": "aud"}
        for name, value in said.items():
            put(name, value)
        yield


def put(name: str, value: str) -> None:
    ssm = TARGET.client("ssm")
    ssm.put_parameter(Name=f"{AUTH}/{name}", Value=value, Type="String", Overwrite=True)


def accepted(token: str) -> bool:
    """Whether a function that reads the settings now takes the token."""
    found = TARGET.client("ssm").get_parameter(Name=f"{AUTH}/key-set")["Parameter"]
    assert found["Type"] == "String"
    keys = key_set.parse(found["Value"])
    kid = jwt.get_unverified_header(token)["kid"]
    if kid not in keys:
        return False
    settings = TokenSettings("https://shop.example", "shop", "aud", keys)
    return read_customer(f"Bearer {token}", settings, Keys(keys)) == "ada"


class Keys(dict[str, key_set.RsaKey]):
    def find(self, kid: str) -> key_set.RsaKey | None:
        return self.get(kid)


def test_a_function_takes_a_token_of_the_lab() -> None:
    assert accepted(tokens.mint(TARGET, "ada"))


def test_the_same_key_signs_again_and_again() -> None:
    for _ in range(3):
        tokens.mint(TARGET, "ada")
    token_keys.ensure(TARGET)
    assert len(token_keys.published(TARGET)) == 1


def test_the_private_key_is_for_its_owner_only() -> None:
    tokens.mint(TARGET, "ada")
    file = token_keys.file_of(TARGET)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert [other.name for other in file.parent.iterdir()] == [file.name]


def test_no_private_part_is_published() -> None:
    tokens.mint(TARGET, "ada")
    (key,) = token_keys.published(TARGET)
    assert set(key) == {"kty", "use", "alg", "kid", "n", "e"}


def test_several_who_ask_first_have_one_key() -> None:
    with ThreadPoolExecutor(4) as pool:
        kids = set(pool.map(lambda _: token_keys.signing_key(TARGET).kid, range(4)))
    assert len(kids) == 1


def test_tokens_of_two_labs_are_good_in_one_environment(home: Home) -> None:
    """As after `lab load` of somebody's snapshot, or with a lab in a container."""
    first = tokens.mint(TARGET, "ada")
    home("another")
    second = tokens.mint(TARGET, "ada")
    assert accepted(first)
    assert accepted(second)


def test_of_many_labs_the_last_are_known(home: Home) -> None:
    for number in range(token_keys.KEPT + 2):
        home(f"lab-{number}")
        last = tokens.mint(TARGET, "ada")
    assert accepted(last)
    value = TARGET.client("ssm").get_parameter(Name=f"{AUTH}/key-set")["Parameter"]["Value"]
    assert len(token_keys.published(TARGET)) == token_keys.KEPT
    assert len(value) < 4096


def test_a_new_key_leaves_the_tokens_of_the_old_one_valid() -> None:
    old = tokens.mint(TARGET, "ada")
    token_keys.rotate(TARGET)
    new = tokens.mint(TARGET, "ada")
    assert jwt.get_unverified_header(old) != jwt.get_unverified_header(new)
    assert accepted(old)
    assert accepted(new)


def test_revoking_refuses_all_tokens_but_new_ones(home: Home) -> None:
    home("another")
    others = tokens.mint(TARGET, "ada")
    home("ours")
    old = tokens.mint(TARGET, "ada")
    token_keys.rotate(TARGET, revoke=True)
    assert not accepted(old)
    assert not accepted(others)
    assert accepted(tokens.mint(TARGET, "ada"))


@pytest.mark.parametrize("damaged", ["", "{", "[]", '{"keys": 5}', '{"keys": [7]}', "null"])
def test_a_key_set_that_is_damaged_is_made_anew(damaged: str) -> None:
    if damaged:
        put("key-set", damaged)
    assert accepted(tokens.mint(TARGET, "ada"))


@pytest.mark.parametrize("content", [b"", b"not a key", b"-----BEGIN PRIVATE KEY-----\n"])
def test_a_file_that_is_no_key_is_named(content: bytes) -> None:
    tokens.mint(TARGET, "ada")
    token_keys.file_of(TARGET).write_bytes(content)
    with pytest.raises(LabError, match=r"emulator-dev|aws-dev") as caught:
        tokens.mint(TARGET, "ada")
    assert "Delete it" in caught.value.hint


def test_where_somebody_else_issues_tokens_no_key_of_the_lab_stays() -> None:
    token_keys.ensure(TARGET)
    put("key-set-url", "https://issuer.example/keys")
    token_keys.ensure(TARGET)
    assert not token_keys.published(TARGET)
    with pytest.raises(LabError, match="takes tokens of another issuer"):
        token_keys.rotate(TARGET)


def test_a_destroyed_environment_has_no_key_set() -> None:
    token_keys.ensure(TARGET)
    token_keys.delete(TARGET)
    token_keys.delete(TARGET)
    assert not token_keys.published(TARGET)


def test_who_has_signed_in_is_told_in_a_token_that_opens_nothing() -> None:
    issuer = tokens.Issuer.of(TARGET)
    claims = jwt.decode(
        issuer.id_token("ada", "storefront", "n"), options={"verify_signature": False}
    )
    assert (claims["aud"], claims["nonce"], claims["token_use"]) == ("storefront", "n", "id")


def test_the_key_id_is_the_thumbprint_of_the_standard() -> None:
    """RFC 7638, 3.1, as PyJWT would compute it of the published key."""
    key = token_keys.signing_key(TARGET)
    members = {name: key.public[name] for name in ("e", "kty", "n")}
    text = json.dumps(members, separators=(",", ":"))
    assert text.startswith('{"e":"AQAB","kty":"RSA","n":"')
    assert len(key.kid) == 43
