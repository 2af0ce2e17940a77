"""Settings in SSM that are wrong: never a wrong price, never a 500, and somebody is told."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from checkout.adapters import cloudwatch
from checkout.adapters.cloudwatch import Monitor
from checkout.domain.errors import NotConfigured, WrongSetting
from checkout.settings import ParameterStore
from lab.core.errors import LabError
from lab.shop.payment import RaisingReporter
from tests.shop import KEY, TOKENS, Shop
from tests.unit.shop.api import call, post_checkout, signed_in
from tests.unit.shop.test_settings import FOLDERS

Read = Callable[[ParameterStore], object]
DEEP = "[" * 100_000


@dataclass
class Provider:
    """Powertools' provider, without a cache; its parameters can be changed."""

    folders: dict[str, dict[str, Any]]

    def get_multiple(
        self, path: str, max_age: int, decrypt: bool, force_fetch: bool
    ) -> Mapping[str, Any]:
        assert (max_age, decrypt) == (300, True)
        return self.folders.get(path.rpartition("/")[2], {})


@dataclass
class Noted:
    """What monitoring was told."""

    wrong: list[WrongSetting] = field(default_factory=list)

    def wrong_setting(self, wrong: WrongSetting) -> None:
        self.wrong.append(wrong)


@pytest.fixture
def provider() -> Provider:
    return Provider({name: dict(values) for name, values in FOLDERS.items()})


@pytest.fixture
def noted() -> Noted:
    return Noted()


@pytest.fixture
def store(provider: Provider, noted: Noted) -> ParameterStore:
    return ParameterStore(provider, "/checkout/dev", noted)  # type: ignore[arg-type]


READERS: dict[str, Read] = {
    "pricing": lambda store: store.price_rules(),
    "auth": lambda store: store.tokens(),
    "reservation": lambda store: store.hold_for(),
    "payment": lambda store: store.gateway_timeout_s(),
}
NUMBERS = (
    *("", " ", "abc", "0", "-1", "1.5", "1e3", "NaN", "Infinity", "9" * 5_000, "99999999"),
    *("1_000", " 900", "+900", "\u0661", "900\n", "0x10", "null", "true", '"900"'),
)
JSONS = (
    *("", "null", "[]", '"US"', "5", "{", '{"US"', '{"US": ', DEEP, "{'US': 0}", "{} {}"),
    '{"US": 0, "US": 725}',
)
RATES = (
    *("-1", "599.5", "NaN", "Infinity", "-Infinity", "1e400", '"599"', "true", "null", "[]"),
    *("9" * 30, "9" * 5_000),
)
KEY_SETS = tuple(
    json.dumps({"keys": keys})
    for keys in (
        [],
        [5],
        {},
        [KEY.public, KEY.public],
        [KEY.public] * 40,
        [KEY.public | {"kid": ""}],
        [KEY.public | {"kid": 7}],
        [KEY.public | {"kty": "EC"}],
        [KEY.public | {"use": "enc"}],
        [KEY.public | {"key_ops": ["sign"]}],
        [KEY.public | {"alg": "RS512"}],
        [KEY.public | {"n": ""}],
        [KEY.public | {"n": "!"}],
        [KEY.public | {"n": KEY.public["n"][:200]}],
        [KEY.public | {"e": "AQ"}],  # 1: a signature is then the message itself
        [KEY.public | {"e": "Aw"}],  # 3
        [KEY.public | {"e": KEY.public["n"]}],
        [KEY.public | {"d": "AQAB"}],
        [KEY.public, {"kty": "oct", "kid": "hmac", "k": "AAAA"}],
    )
)
WRONG: list[tuple[str, str, str | None]] = [
    *(("reservation", "hold-seconds", value) for value in (*NUMBERS, None)),
    *(("payment", "gateway-timeout-ms", value) for value in (*NUMBERS, "9000", None)),
    *(("pricing", "currency", value) for value in ("", "usd", "XXX", "US", "USD ", "5", None)),
    *(("pricing", "home-country", value) for value in ("", "us", "FR", "USA", None)),
    *(("pricing", "tax", value) for value in (*JSONS, None)),
    *(("pricing", "tax", f'{{"US": {rate}}}') for rate in (*RATES, "10001")),
    *(("pricing", "tax", f'{{"{place}": 725}}') for place in ("", "us", "USA", "US-", "US-CALI")),
    *(("pricing", "shipping", value) for value in (*JSONS, "{}", None)),
    *(("pricing", "shipping", f'{{"US": {{"flat": {rate}}}}}') for rate in RATES),
    *(
        ("pricing", "shipping", f'{{"US": {{"flat": 599, "freeFrom": {rate}}}}}')
        for rate in RATES
        if rate != "null"
    ),
    ("pricing", "shipping", '{"US": {}}'),
    ("pricing", "shipping", '{"US": 599}'),
    ("pricing", "shipping", '{"US": {"freeFrom": 7500}}'),
    ("pricing", "shipping", '{"US": {"flat": 599, "freefrom": 7500}}'),
    ("pricing", "shipping", '{"US": {"flat": 599, "flat": 5}}'),
    ("pricing", "shipping", '{"us": {"flat": 599}}'),
    *(("auth", name, v) for name in ("key-set", "issuer", "audience") for v in ("", " ", None)),
    *(("auth", "audience-claim", value) for value in ("", "sub", "AUD", None)),
    *(("auth", "key-set", value) for value in (*KEY_SETS, *JSONS, None)),
    *(("auth", "key-set-url", value) for value in ("", " ", "keys", "http://a.example", "ftp://a")),
]


def named(case: object) -> str:
    return "missing" if case is None else str(case)[:40] or "empty"


@pytest.mark.parametrize(("folder", "name", "value"), WRONG, ids=named)
class TestWrong:
    def test_without_a_good_one_nothing_is_done_and_which_it_is_is_told(
        self,
        store: ParameterStore,
        provider: Provider,
        noted: Noted,
        folder: str,
        name: str,
        value: str | None,
    ) -> None:
        change(provider, folder, name, value)
        with pytest.raises(NotConfigured) as caught:
            READERS[folder](store)
        assert [wrong.name.partition(":")[0] for wrong in noted.wrong] == [
            f"/checkout/dev/{folder}/{name}"
        ]
        assert len(str(noted.wrong[0])) < 300
        assert name not in str(caught.value)  # customers read it

    def test_a_warm_function_goes_on_with_the_last_good_ones(
        self,
        store: ParameterStore,
        provider: Provider,
        noted: Noted,
        folder: str,
        name: str,
        value: str | None,
    ) -> None:
        read = READERS[folder]
        good = read(store)
        change(provider, folder, name, value)
        assert read(store) == good
        assert len(noted.wrong) == 1
        provider.folders[folder] = dict(FOLDERS[folder])
        assert read(store) == good
        assert len(noted.wrong) == 1


def change(provider: Provider, folder: str, name: str, value: str | None) -> None:
    if value is None:
        del provider.folders[folder][name]
    else:
        provider.folders[folder][name] = value


def test_the_settings_of_a_folder_hold_together(store: ParameterStore, provider: Provider) -> None:
    """Prices of one currency are not those of another: both are new, or none is."""
    good = store.price_rules()
    provider.folders["pricing"] |= {"currency": "JPY", "shipping": '{"US": {"flat": -1}}'}
    assert store.price_rules() == good
    provider.folders["pricing"]["shipping"] = '{"US": {"flat": 900}}'
    assert store.price_rules().currency == "JPY"


def test_one_folder_that_is_wrong_leaves_the_others_alone(
    store: ParameterStore, provider: Provider
) -> None:
    provider.folders["pricing"] = {}
    assert store.hold_for() == timedelta(minutes=15)


def test_what_is_right_in_an_odd_way_is_taken(store: ParameterStore, provider: Provider) -> None:
    provider.folders["pricing"] |= {
        "shipping": '{"US": {"flat": 0, "freeFrom": null}}',
        "tax": "{}",
        "of-the-next-version": "whatever",
    }
    assert store.price_rules().shipping["US"].free_from is None
    assert dict(store.price_rules().tax) == {}


def test_a_private_key_among_the_public_ones_is_never_shown(
    store: ParameterStore, provider: Provider, noted: Noted
) -> None:
    key = KEY.public | {"d": "do-not-show"}
    provider.folders["auth"] |= {"key-set": json.dumps({"keys": [key]})}
    with pytest.raises(NotConfigured):
        store.tokens()
    assert "private key" in str(noted.wrong[0])
    assert "do-not-show" not in "".join(str(wrong) for wrong in noted.wrong)


def test_a_wrong_setting_counts_for_the_alarm_and_stands_in_the_log(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    counted: list[tuple[str, str]] = []
    monkeypatch.setattr(
        cloudwatch.metrics, "put", lambda metric, where: counted.append((metric.name, where))
    )
    Monitor("dev").wrong_setting(WrongSetting("/checkout/dev/pricing/tax", "is missing"))
    assert counted == [("WrongRows", "dev")]


def test_the_lab_names_the_setting_and_says_what_to_do() -> None:
    with pytest.raises(LabError, match="/checkout/dev/payment/gateway-timeout-ms is missing"):
        RaisingReporter().wrong_setting(
            WrongSetting("/checkout/dev/payment/gateway-timeout-ms", "is missing")
        )


CART = {"items": [{"sku": "TEA", "quantity": 1}]}


@pytest.mark.usefixtures("open_shop")
class TestApi:
    def test_a_shop_without_good_settings_takes_no_orders_in_words(
        self, shop: Shop, store: ParameterStore, provider: Provider
    ) -> None:
        shop.parameters = store  # type: ignore[assignment]
        provider.folders["auth"] |= token_settings()
        provider.folders["pricing"]["tax"] = '{"US-CA": -725}'
        for answer in (post_checkout(), call("POST", "/quotes", CART)):
            assert (answer.status, answer.code) == (503, "NOT_CONFIGURED")
            assert "Idempotency-Key" in answer.body["detail"]
            assert "725" not in str(answer.body)
        assert not shop.memory.orders
        assert not shop.workflow.started
        assert call("GET", "/products").status == 200

    def test_nobody_is_let_in_where_there_are_no_keys(
        self, shop: Shop, store: ParameterStore, provider: Provider
    ) -> None:
        shop.parameters = store  # type: ignore[assignment]
        provider.folders["auth"] |= token_settings() | {"key-set": '{"keys": []}'}
        answer = call("GET", "/orders", headers=signed_in())
        assert (answer.status, answer.code) == (503, "NOT_CONFIGURED")

    def test_a_warm_shop_sells_at_the_price_of_before(
        self, shop: Shop, store: ParameterStore, provider: Provider
    ) -> None:
        shop.parameters = store  # type: ignore[assignment]
        before = call("POST", "/quotes", CART)
        assert before.status == 200
        provider.folders["pricing"]["shipping"] = '{"US": {"flat": "free"}}'
        assert call("POST", "/quotes", CART).body == before.body


def token_settings() -> dict[str, str]:
    keys = json.dumps({"keys": [KEY.public]})
    return {
        "key-set": keys,
        "issuer": TOKENS.issuer,
        "audience": TOKENS.audience,
        "audience-claim": TOKENS.audience_claim,
    }
