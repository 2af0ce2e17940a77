"""What a backup is made of: parts that are written once, checked, and sealed where they must be."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from moto import mock_aws

from lab.core.errors import LabError
from lab.core.target import Target
from lab.deploy.backup_store import bucket
from lab.deploy.backup_store.manifest import Manifest, Part
from lab.deploy.backup_store.vault import Vault
from lab.operate.recovery import in_flight, items, parameters, writing

TARGET = Target("dev", "http://localhost:1")  # an emulator's address: so the bucket may be made
ACCOUNT = "123456789012"  # moto's
NAME = f"ecommerce-checkout-backups-{ACCOUNT}"
SECRET = "what-the-payment-provider-gave-us"


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Moto plays AWS at AWS's own addresses."""
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    monkeypatch.setattr(
        Target,
        "client",
        lambda self, service: self.session.client(service, region_name="us-east-2"),
    )
    with mock_aws():
        yield


@pytest.fixture
def made(aws: None) -> Vault:
    return Vault.of(TARGET)


@pytest.fixture
def vault(made: Vault) -> Vault:
    """Without its policy: moto reads no conditions, and would refuse every call."""
    made.s3.delete_bucket_policy(Bucket=NAME)
    return made


# --- items

VALUES = st.recursive(
    st.one_of(
        st.builds(lambda text: {"S": text}, st.text()),
        st.builds(lambda number: {"N": str(number)}, st.integers()),
        st.builds(lambda some: {"B": some}, st.binary()),
        st.builds(lambda some: {"BS": some}, st.lists(st.binary(), min_size=1)),
        st.builds(lambda texts: {"SS": texts}, st.lists(st.text(), min_size=1)),
        st.builds(lambda yes: {"BOOL": yes}, st.booleans()),
        st.just({"NULL": True}),
    ),
    lambda inner: st.one_of(
        st.builds(lambda some: {"L": some}, st.lists(inner, max_size=3)),
        st.builds(lambda some: {"M": some}, st.dictionaries(st.text(), inner, max_size=3)),
    ),
    max_leaves=8,
)


@given(st.lists(st.dictionaries(st.text(), VALUES, max_size=4), max_size=3))
def test_items_come_back_as_they_were(stored: list[items.Item]) -> None:
    assert items.unpack(items.pack(stored)) == stored


def test_an_attribute_that_is_called_like_a_type_is_no_type() -> None:
    item = {"B": {"S": "text"}, "m": {"M": {"B": {"S": "text"}, "BS": {"L": []}}}}

    assert items.unpack(items.pack([item])) == [item]


def test_the_same_items_are_the_same_bytes() -> None:
    one, other = {"a": {"S": "1"}, "b": {"S": "2"}}, {"b": {"S": "2"}, "a": {"S": "1"}}

    assert items.pack([one]) == items.pack([other])


# --- parts


def test_a_part_is_written_once(vault: Vault) -> None:
    vault.put("dev/b/1/orders/00000", b"first", 1, {})

    with pytest.raises(LabError, match="Another backup is running"):
        vault.put("dev/b/1/orders/00000", b"second", 1, {})


def test_a_part_of_an_earlier_run_is_known_by_its_metadata(vault: Vault) -> None:
    written = vault.put("dev/b/1/orders/00000", b"body", 3, {"next": "abc"})

    found, known = vault.head("dev/b/1/orders/00000")

    assert (found, known["next"]) == (written, "abc")


def test_what_is_written_over_a_part_later_changes_nothing(vault: Vault) -> None:
    part = vault.put("dev/b/1/orders/00000", b"body", 1, {})
    vault.s3.put_object(Bucket=NAME, Key=part.key, Body=b"other")

    assert vault.get(part) == b"body"


def test_bytes_that_are_not_what_was_written_are_refused(vault: Vault) -> None:
    part = vault.put("dev/b/1/orders/00000", b"body", 1, {})

    with pytest.raises(LabError, match="another SHA-256"):
        vault.get(replace(part, sha256="0" * 64))


def test_a_part_that_is_gone_is_named(vault: Vault) -> None:
    part = vault.put("dev/b/1/orders/00000", b"body", 1, {})
    vault.s3.delete_object(Bucket=NAME, Key=part.key, VersionId=part.version)

    with pytest.raises(LabError, match="00000 is gone"):
        vault.get(part)


def test_without_its_manifest_it_is_no_backup(vault: Vault) -> None:
    part = vault.put("dev/b/1/parameters.json", b"[]", 0, {})
    assert (vault.folders(), list(vault.manifests())) == (["b"], [])

    vault.complete(a_manifest("b", part))

    assert [manifest.backup for manifest in vault.manifests()] == ["b"]


def a_manifest(backup: str, part: Part) -> Manifest:
    now = "2026-11-22T20:41:07+00:00"
    tables = {"orders": (part, part)}
    return Manifest(backup, "dev", ACCOUNT, "us-east-2", now, now, tables, part, 0)


def test_a_manifest_comes_back_as_it_was_and_counts() -> None:
    manifest = a_manifest("b", Part("key", "version", 7, 100, "0" * 64))

    assert Manifest.read(manifest.as_json()) == manifest
    assert manifest.counts == {"orders": 14, "parameters": 7}
    assert manifest.size == 300


def test_a_manifest_of_another_format_is_refused() -> None:
    with pytest.raises(LabError, match="another version"):
        Manifest.read(json.dumps({"format": 99}).encode())


# --- the bucket


def test_the_bucket_that_is_made_is_safe(made: Vault) -> None:
    bucket.require_safe(TARGET, NAME)


def test_a_bucket_that_is_not_safe_gets_no_backup_and_is_told_why(aws: None) -> None:
    where = {"LocationConstraint": "us-east-2"}
    s3 = TARGET.client("s3")
    s3.create_bucket(Bucket="naked", CreateBucketConfiguration=where)
    s3.delete_public_access_block(Bucket="naked")

    with pytest.raises(LabError) as caught:
        bucket.require_safe(TARGET, "naked")

    for lacking in bucket.REQUIREMENTS:
        assert lacking in caught.value.message


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        ("delete_bucket_policy", "it takes plain HTTP"),
        ("delete_public_access_block", "it could be made public"),
    ],
)
def test_each_lack_is_told_by_itself(spoil: str, said: str, made: Vault) -> None:
    getattr(made.s3, spoil)(Bucket=NAME)

    with pytest.raises(LabError) as caught:
        bucket.require_safe(TARGET, NAME)

    assert caught.value.message == f"Backups do not go to {NAME}: {said}."


@pytest.mark.parametrize("name", ["Bad_Bucket!", "arn:aws:s3:::x", "s3://shop", "x", "a b", "a\n"])
def test_what_is_no_name_of_a_bucket_is_told_in_a_sentence(name: str, aws: None) -> None:
    with pytest.raises(LabError, match="is not the name of a bucket") as caught:
        Vault.of(TARGET, name)

    assert caught.value.code == 2


def test_advice_names_the_bucket_where_it_is_not_the_environment_s_own(made: Vault) -> None:
    other = Vault.of(Target("staging", TARGET.endpoint), "other-bucket")
    assert made.command_to_list() == "lab backup dev --list"
    assert made.command_to_restore("x") == "lab restore dev x"
    assert other.command_to_list() == "lab backup staging --list --to other-bucket"
    assert other.command_to_restore("x") == "lab restore staging x --from other-bucket"


def test_in_an_account_no_bucket_is_made_on_the_way(aws: None) -> None:
    with pytest.raises(LabError, match="no bucket") as caught:
        Vault.of(Target("dev", None))

    assert "setup-backend.sh" in caught.value.hint


# --- settings


def a_setting(name: str, value: str, *, managed: bool = False, secret: bool = False) -> None:
    tags = [{"Key": "ManagedBy", "Value": "terraform"}] if managed else []
    kind = "SecureString" if secret else "String"
    path = f"/checkout/dev/{name}"
    TARGET.client("ssm").put_parameter(Name=path, Value=value, Type=kind, Tags=tags)


def value_of(name: str) -> str:
    found = TARGET.client("ssm").get_parameter(Name=f"/checkout/dev/{name}", WithDecryption=True)
    return str(found["Parameter"]["Value"])


@pytest.fixture
def key(aws: None) -> None:
    bucket.ensure_key(TARGET)


def test_a_secret_is_in_no_part_in_clear_and_comes_back(key: None) -> None:
    a_setting("payment/provider-secret", SECRET, secret=True)
    body, count = parameters.pack(TARGET)
    assert count == 1
    assert SECRET.encode() not in body

    TARGET.client("ssm").delete_parameter(Name="/checkout/dev/payment/provider-secret")
    restored = parameters.restore(TARGET, body)

    assert restored.written == ("payment/provider-secret",)
    assert value_of("payment/provider-secret") == SECRET


def test_a_secret_that_is_longer_than_kms_takes_comes_back(key: None) -> None:
    long = "ä" * 4000
    a_setting("long", long, secret=True)
    body, _ = parameters.pack(TARGET)
    TARGET.client("ssm").delete_parameter(Name="/checkout/dev/long")

    parameters.restore(TARGET, body)

    assert value_of("long") == long


def test_the_secret_of_a_rebuilt_environment_is_made_the_old_one(key: None) -> None:
    a_setting("payment/provider-secret", SECRET, secret=True)
    body, _ = parameters.pack(TARGET)
    TARGET.client("ssm").delete_parameter(Name="/checkout/dev/payment/provider-secret")
    a_setting("payment/provider-secret", "made by the deploy", secret=True)

    parameters.restore(TARGET, body)

    assert value_of("payment/provider-secret") == SECRET
    assert parameters.restore(TARGET, body) == parameters.Restored((), ())


def test_what_terraform_says_stays_and_the_difference_is_told(key: None) -> None:
    a_setting("pricing/currency", "USD", managed=True)
    body, _ = parameters.pack(TARGET)
    TARGET.client("ssm").put_parameter(
        Name="/checkout/dev/pricing/currency", Value="CAD", Type="String", Overwrite=True
    )

    restored = parameters.restore(TARGET, body)

    assert restored == parameters.Restored((), ("pricing/currency",))
    assert value_of("pricing/currency") == "CAD"


# --- writing


def test_what_dynamodb_does_not_take_is_written_again() -> None:
    asked: list[int] = []

    def take_two(RequestItems: dict[str, list[Any]]) -> Any:  # noqa: N803
        asked.append(len(RequestItems["t"]))
        return {"UnprocessedItems": {"t": RequestItems["t"][2:]} if len(asked) < 3 else {}}

    writing.write_all(take_two, "t", [{"n": n} for n in range(5)], sleep=lambda _: None)

    assert asked == [5, 3, 1]


def test_a_table_that_takes_nothing_is_given_up_after_growing_pauses() -> None:
    pauses: list[float] = []

    with pytest.raises(LabError, match="has accepted no items"):
        writing.write_all(
            lambda RequestItems: {"UnprocessedItems": RequestItems},  # noqa: N803
            "t",
            [{}],
            sleep=pauses.append,
        )

    assert max(pauses) <= writing.MAX_PAUSE_S
    assert len(pauses) > 20


# --- orders in flight


@pytest.mark.parametrize(
    ("known", "untold"),
    [
        ({"status"}, False),
        ({"status", "eventAt"}, True),
        ({"status", "eventAt", "mailAt"}, False),
    ],
)
def test_an_end_that_nobody_may_have_heard_of_is_told_again(known: set[str], untold: bool) -> None:
    order = {name: {"S": name} for name in known}

    assert in_flight.awaits_mail(order) is untold


def test_a_reopened_order_is_one_that_the_sweeper_sees() -> None:
    order = {"orderId": {"S": "ord_1"}, "eventAt": {"S": "then"}}

    assert in_flight.reopened(order) == {"orderId": {"S": "ord_1"}, "openStatus": {"S": "OPEN"}}
