"""Which verified identity an address belongs to."""

from __future__ import annotations

from types import SimpleNamespace

import moto.ses.models
import pytest

from localstack_host.services.ses.sandbox import identity_of

ACCOUNT, REGION = "000000000000", "us-east-2"


@pytest.fixture(autouse=True)
def verified(monkeypatch: pytest.MonkeyPatch) -> None:
    names = dict.fromkeys(["ada@example.com", "Shop.example", "news.shop.example"])
    store = {ACCOUNT: {REGION: SimpleNamespace(email_identities=names)}}
    monkeypatch.setattr(moto.ses.models, "ses_backends", store)


@pytest.mark.parametrize(
    ("address", "identity"),
    [
        ("ada@example.com", "ada@example.com"),
        ("ada@EXAMPLE.com", "ada@example.com"),
        ("Ada@example.com", ""),
        ("eve@example.com", ""),
        ("eve@shop.example", "Shop.example"),
        ("eve@mail.eu.shop.example", "Shop.example"),
        ("eve@a.news.shop.example", "news.shop.example"),
        ("eve@myshop.example", ""),
        ("eve@example", ""),
        ("eve", ""),
        ("", ""),
    ],
)
def test_an_address_belongs_to_itself_or_to_the_nearest_domain(address: str, identity: str) -> None:
    assert identity_of(address, ACCOUNT, REGION) == identity
