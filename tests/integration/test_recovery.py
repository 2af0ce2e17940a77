"""An environment that is copied, damaged, lost and brought back, on the emulator.

It is staging: protected tables, a key of its own, and nobody else's tests on it. The tests go from
the first backup to the last destroy, and share one deployment.
"""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from checkout.adapters import item_mapping
from lab import seed
from lab.core import naming, tables
from lab.core.errors import LabError
from lab.core.target import Target
from lab.deploy import terraform
from lab.deploy.backup_store import bucket
from lab.deploy.terraform import leftovers
from lab.operate import audit, drill, recovery, redrive
from lab.operate.recovery import Manifest, Vault, items, maintenance
from lab.operate.recovery.copying import READ_ORDER
from lab.shop import shop_client, token_keys
from tests.builders import an_order
from tests.deployed_shop import DeployedShop, order_of

pytestmark = [pytest.mark.exhaustive, pytest.mark.timeout(900)]

SKU = "TEA-EARLGREY-125"
SETTLE_S = 120.0


@pytest.fixture(scope="module")
def shop(endpoint: str) -> Iterator[DeployedShop]:
    """Staging, stocked, with two orders that have ended: one confirmed, one declined."""
    if shutil.which("terraform") is None:
        pytest.skip("Terraform is not installed: staging cannot be deployed")
    target = Target("staging", endpoint)
    terraform.deploy(target, print)
    seed.load(target)
    shop = DeployedShop(target, shop_client.base_url(target))
    for card in ("tok_visa", "tok_declined"):
        shop.buy(order_of((SKU, 1), payment={"token": card}))
    settle(target)
    Vault.of(target).discard()  # of an earlier session on the same emulator
    yield shop
    with suppress(LabError):  # the last test has destroyed it, or a failed one has not
        terraform.destroy(target, print)


@pytest.fixture(scope="module")
def target(shop: DeployedShop) -> Target:
    return shop.target


def settle(target: Target) -> None:
    report = audit.run(target, settle_s=SETTLE_S)
    assert report.settled, report


def stored(target: Target) -> dict[str, list[items.Item]]:
    """Every item of every table, in one order."""
    pages = target.client("dynamodb").get_paginator("scan")
    return {
        name: in_order(i for p in pages.paginate(TableName=target.table(name)) for i in p["Items"])
        for name in READ_ORDER
    }


def copied(target: Target, manifest: Manifest) -> dict[str, list[items.Item]]:
    """The same of a backup."""
    vault = Vault.of(target)
    return {
        name: in_order(i for part in parts for i in items.unpack(vault.get(part)))
        for name, parts in manifest.tables.items()
    }


def in_order(found: Iterable[items.Item]) -> list[items.Item]:
    return sorted(found, key=lambda item: items.pack([item]))


DYING = """
import os, signal
from lab.deploy.backup_store import vault
from lab.operate.recovery import backup_job, copying, restore_job, writing
from lab.core.target import Target

copying.PAGE = 5
left = {after}

def dying(method):
    def call(*arguments, **named):
        global left
        left -= 1
        if left < 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return method(*arguments, **named)
    return call

{where} = dying({where})
target = Target("staging", {endpoint!r})
{what}
"""
MADE = "backup_job.backup(target)"
BROUGHT_BACK = "restore_job.restore(target, replace=True)"


def killed(target: Target, what: str, where: str, after: int) -> None:
    """Does it in a process that is killed (-9) at the call after so many of a function."""
    program = DYING.format(after=after, where=where, what=what, endpoint=target.endpoint)
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert ended.returncode == -signal.SIGKILL, ended.stderr


# --- making one


def test_a_backup_that_is_killed_at_any_moment_is_continued(
    target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = stored(target)
    vault = Vault.of(target)
    sizes = []
    for after in (0, 1, 6, 11):
        killed(target, MADE, "vault.Vault.put", after)
        sizes.append(len(vault.keys()))
        assert not list(vault.manifests()), "half a backup is none"
    killed(target, MADE, "vault.Vault.complete", 0)
    assert sizes == [0, 1, 7, 18]

    monkeypatch.setattr("lab.operate.recovery.copying.PAGE", 5)
    made = recovery.backup(target)

    assert copied(target, made) == before == stored(target)
    assert [manifest.backup for manifest in recovery.backups(target)] == [made.backup]
    keys = [part.key for part in made.parts()]
    assert len(keys) == len(set(keys)) > 18
    assert all("/1/" in key for key in keys), "the first try went on to the end"


def test_no_secret_is_in_a_backup_in_clear(target: Target) -> None:
    ssm, name = target.client("ssm"), "/checkout/staging/payment/provider-secret"
    ssm.put_parameter(Name=name, Value="what-the-provider-gave-us", Type="SecureString")
    try:
        body = Vault.of(target).get(recovery.backup(target).parameters)
    finally:
        ssm.delete_parameter(Name=name)

    assert b"payment/provider-secret" in body
    assert b"what-the-provider-gave-us" not in body


def test_the_bucket_is_one_that_a_backup_may_go_to(target: Target) -> None:
    vault = Vault.of(target)

    bucket.require_safe(target, vault.bucket)


def test_a_copy_whose_books_do_not_balance_is_made_again_and_then_refused(target: Target) -> None:
    known = len(recovery.backups(target))
    said: list[str] = []

    with one_too_many(target):
        with pytest.raises(LabError, match=f"Stock is conserved: {SKU}"):
            recovery.backup(target, on_progress=said.append, patience_s=10)
        kept = recovery.backup(target, unbalanced=True)

    assert "orders changed meanwhile: copying again" in said
    assert SKU in kept.broken[0]
    assert len(recovery.backups(target)) == known + 1
    Vault.of(target).discard(kept.backup)


@contextmanager
def one_too_many(target: Target) -> Iterator[None]:
    """A piece on the shelf that nobody delivered."""
    shelf = tables.resource(target).Table(target.table("inventory"))
    change = {"Key": {"sku": SKU}, "UpdateExpression": "ADD available :by"}
    shelf.update_item(**change, ExpressionAttributeValues={":by": 1})
    try:
        yield
    finally:
        shelf.update_item(**change, ExpressionAttributeValues={":by": -1})


def test_tables_that_were_recovered_under_other_names_are_backed_up_together(
    target: Target,
) -> None:
    dynamodb, copies = target.client("dynamodb"), [target.table(n) + "-before" for n in READ_ORDER]
    now = datetime.now(UTC)
    try:
        for name in READ_ORDER:
            dynamodb.restore_table_to_point_in_time(
                SourceTableName=target.table(name),
                TargetTableName=target.table(name) + "-before",
                RestoreDateTime=now,
            )
        made = recovery.backup(target, suffix="-before")
    finally:
        for copy in set(dynamodb.list_tables()["TableNames"]) & set(copies):
            dynamodb.delete_table(TableName=copy)

    assert all("/1-before/" in part.key for part in made.parts())
    assert copied(target, made) == stored(target)
    with pytest.raises(LabError, match=f"no table {target.table('orders')}-before"):
        recovery.backup(target, suffix="-before")


def test_a_paused_shop_takes_no_orders_and_then_takes_them_again(target: Target) -> None:
    def limits() -> Any:
        rest = {"restApiId": shop_client.rest_api_id(target), "stageName": "staging"}
        return target.client("apigateway").get_stage(**rest).get("methodSettings", {})

    before = limits()
    with maintenance.no_new_orders(target):
        (ordering,) = (name for name in limits() if name not in before)
        assert "checkout/POST" in ordering
        assert limits()[ordering]["throttlingRateLimit"] == 0
    assert limits() == before

    maintenance.open_again(target)  # which an interrupted run left to the next one
    assert limits() == before


# --- bringing it back


def test_an_environment_with_data_is_not_written_to(target: Target) -> None:
    before = stored(target)

    with pytest.raises(LabError, match="has data in") as caught:
        recovery.restore(target)

    assert "--replace" in caught.value.hint
    assert stored(target) == before


def test_a_damaged_backup_is_refused_before_anything_is_written(target: Target) -> None:
    made, vault = recovery.backup(target), Vault.of(target)
    before = stored(target)
    part = made.tables["products"][-1]
    vault.s3.delete_object(Bucket=vault.bucket, Key=part.key, VersionId=part.version)

    with pytest.raises(LabError, match=r"products.* is gone\. Nothing was written"):
        recovery.restore(target, made.backup, replace=True)

    assert stored(target) == before
    vault.discard(made.backup)


def test_a_restore_that_is_killed_at_any_moment_is_continued(shop: DeployedShop) -> None:
    target = shop.target
    before = stored(target)
    shop.buy(order_of((SKU, 2)))
    settle(target)

    for where, after in [("writing.Table.clear", 3), ("writing.Table.fill", 2)]:
        killed(target, BROUGHT_BACK, where, after)
        assert stored(target) != before
        assert not sweeps(target), "half a shop is not open"
        with pytest.raises(LabError, match="is not complete"):
            recovery.backup(target)
    recovery.restore(target)  # goes on although there is data

    assert stored(target) == before
    assert not Vault.of(target).restoring()
    assert sweeps(target)
    settle(target)


def sweeps(target: Target) -> bool:
    rule = target.client("events").describe_rule(Name=target.named("sweep"))
    return bool(rule["State"] == "ENABLED")


def test_an_order_that_had_not_begun_goes_through_after_the_restore(target: Target) -> None:
    """Its execution was in no backup, as none is: the sweeper starts it.

    It is too young for a sweep that may be running, so nothing starts it before the backup.
    """
    order_id = f"ord_{time.time_ns():032x}"
    item = item_mapping.order_item(an_order(order_id, created_at=datetime.now(UTC)))
    orders = tables.resource(target).Table(target.table("orders"))
    orders.put_item(Item={**item, "items": [{"sku": SKU, "quantity": 1}]})
    made = recovery.backup(target)
    assert made.in_flight == 1
    orders.delete_item(Key={"orderId": order_id})

    recovery.restore(target, made.backup, replace=True)

    (settled,) = redrive.settle(target, [order_id])
    assert settled.outcome in ("started", "running", "published", "finished")
    settle(target)
    assert orders.get_item(Key={"orderId": order_id})["Item"]["status"] == "CONFIRMED"


def test_a_mail_that_was_in_a_queue_is_sent_after_the_restore(target: Target) -> None:
    orders = tables.resource(target).Table(target.table("orders"))
    order = next(order for order in orders.scan()["Items"] if order["status"] == "CONFIRMED")
    key = {"orderId": order["orderId"]}
    forget_mail(target, order["mailMessageId"])
    orders.update_item(Key=key, UpdateExpression="REMOVE mailAt, mailMessageId")

    made = recovery.backup(target)
    report = recovery.restore(target, made.backup, replace=True)

    assert report.reopened == 1
    settle(target)
    assert "mailAt" in orders.get_item(Key=key)["Item"]


def forget_mail(target: Target, message_id: str) -> None:
    """Deletes a mail from the emulator's mailbox, as if it had never been sent."""
    httpx.delete(f"{target.endpoint}/_aws/ses", params={"id": message_id}).raise_for_status()


# --- losing all of it


def test_a_drill_loses_nothing(target: Target, capsys: pytest.CaptureFixture[str]) -> None:
    keys = token_keys.published(target)
    assert keys

    report = drill.run(target, orders=3)

    assert report.passed, report
    assert report.items["orders"] >= 6
    assert token_keys.published(target) == keys
    with capsys.disabled():
        sys.stdout.write(f"\n  recovered in {report.recovery_s} s: {report.seconds}\n")


def test_what_a_destroy_cannot_know_of_is_named_and_then_nothing_is_left(target: Target) -> None:
    ssm, logs = target.client("ssm"), target.client("logs")
    group = "API-Gateway-Execution-Logs_gone123/staging"
    tags = {"Project": naming.shop().project, "Environment": "staging"}
    ssm.put_parameter(Name="/checkout/staging/by/hand", Value="1", Type="String")
    logs.create_log_group(logGroupName=group)
    logs.create_log_group(logGroupName="a-name-of-its-own", tags=tags)

    with pytest.raises(LabError) as caught:
        terraform.destroy(target, print)

    for command in (
        "aws ssm delete-parameter --name /checkout/staging/by/hand",
        f"aws logs delete-log-group --log-group-name {group}",
    ):
        assert command in caught.value.message
    assert ":a-name-of-its-own: it has the environment's tags" in caught.value.message
    assert len(leftovers.find(target)) == 3

    ssm.delete_parameter(Name="/checkout/staging/by/hand")
    logs.delete_log_group(logGroupName=group)
    logs.delete_log_group(logGroupName="a-name-of-its-own")
    kept = terraform.destroy(target, print).kept

    assert not leftovers.find(target)
    assert any(leftover.what.startswith("backups in s3") for leftover in kept)
    assert any("costs nothing" in leftover.why for leftover in kept), "the key, for 30 days"
