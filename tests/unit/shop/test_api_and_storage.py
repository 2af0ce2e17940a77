"""The API and the tables share no names: renaming a stored attribute changes no answer.

The mapper is loaded once more with every attribute renamed, in all that it writes and reads of an
order, and takes the place of the one that is imported.
"""

from __future__ import annotations

import ast
import inspect
import json
from collections.abc import Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import pytest

from checkout.adapters import item_mapping
from checkout.domain.errors import WrongRow
from checkout.domain.order import Order
from checkout.ports import Page
from tests import complete, fakes
from tests.builders import a_product, a_promotion
from tests.shop import Shop
from tests.unit.shop.api import Answer, a_checkout, call, post_checkout, signed_in

Item = dict[str, Any]
TABLES = ("ADDRESS", "SUMS")
"""From stored names to those of the domain."""

NOT_ATTRIBUTES = ("_terms",)
"""What builds keyword arguments, not items."""


def renamed(name: str) -> str:
    return f"stored_{name}"


class Rename(ast.NodeTransformer):
    """Renames the keys of every map, and the names that are read from a row."""

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        return node if node.name in NOT_ATTRIBUTES else self.generic_visit(node)

    def visit_Dict(self, node: ast.Dict) -> ast.AST:
        node.keys = [self._text(key) for key in node.keys]
        return self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> ast.AST:
        if (
            isinstance(node.func, ast.Attribute)
            and isinstance(node.func.value, ast.Name)
            and node.args
        ):
            node.args[0] = self._text(node.args[0])
        return self.generic_visit(node)

    def _text(self, node: Any) -> Any:
        if isinstance(node, ast.IfExp):
            return ast.IfExp(node.test, self._text(node.body), self._text(node.orelse))
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            return ast.Constant(renamed(node.value))
        return node


def mapper_with_other_names() -> ModuleType:
    tree = ast.fix_missing_locations(Rename().visit(ast.parse(inspect.getsource(item_mapping))))
    module = ModuleType("other_mapping")
    exec(compile(tree, "other_mapping", "exec"), vars(module))
    return module


@dataclass
class StoredOrders(fakes.FakeOrders):
    """Orders that go through the mapper, there and back, whenever they are read."""

    def get(self, order_id: str) -> Order:
        return through_the_mapper(super().get(order_id))

    def of_customer(self, customer_id: str, limit: int, cursor: str | None) -> Page[Order]:
        page = super().of_customer(customer_id, limit, cursor)
        return Page([through_the_mapper(order) for order in page.items], page.cursor)


def through_the_mapper(order: Order) -> Order:
    return item_mapping.order(json.loads(json.dumps(item_of(order))))


def item_of(order: Order) -> Item:
    """An order's item, with what is written to it after it was placed."""
    name = renamed if "stored_orderId" in item_mapping.order_item(order) else str
    later: Mapping[str, Any] = {
        "rejection": item_mapping.rejection_item(order.rejection) if order.rejection else None,
        "eventAt": item_mapping.timestamp(order.published_at) if order.published_at else None,
        "mailAt": item_mapping.timestamp(order.mailed_at) if order.mailed_at else None,
    }
    return {
        **item_mapping.order_item(order),
        **(item_mapping.quote_item(order.quote) if order.quote else {}),
        **{name(key): value for key, value in later.items() if value is not None},
    }


def answers(shop: Shop) -> list[Answer]:
    """What a customer is told, from the cart to the order that has ended."""
    shop.sell(a_product("JAM", 700))
    shop.promote(a_promotion("TEN"))
    shop.orders = StoredOrders(shop.memory)
    shop.memory.orders["ord_1"] = complete.ORDER
    order = a_checkout(discountCodes=["TEN"], simulate={"fail": "ReserveStock", "how": "garbage"})
    cart = {"items": order["items"], "discountCodes": ["TEN"], "country": "US"}
    placed = post_checkout(order)
    order_id = placed.body["orderId"]
    found = [
        call("GET", "/products"),
        call("POST", "/quotes", cart),
        placed,
        post_checkout(order),
        call("GET", f"/orders/{order_id}", None, signed_in()),
        call("GET", "/orders/ord_1", None, signed_in()),
        call("GET", "/orders", None, signed_in()),
    ]
    assert [answer.status for answer in found] == [200, 200, 202, 202, 200, 200, 200]
    return [json.loads(json.dumps(a.body).replace(order_id, "ord_new")) for a in found]


@pytest.fixture
def other_names(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in vars(mapper_with_other_names()).items():
        if not name.startswith("__"):
            monkeypatch.setattr(item_mapping, name, value)


def test_renaming_every_stored_attribute_changes_no_answer(
    open_shop: Shop, request: pytest.FixtureRequest
) -> None:
    before = answers(open_shop)
    open_shop.__init__()  # type: ignore[misc]
    request.getfixturevalue("other_names")
    assert answers(open_shop) == before


def test_an_item_with_other_names_is_no_order_to_the_mapper() -> None:
    """The proof that the names were changed: each attribute of the item, and of all parts of it."""
    other = mapper_with_other_names()
    item = {**other.order_item(complete.ORDER), **other.quote_item(complete.QUOTE)}
    with pytest.raises(WrongRow):
        item_mapping.order(item)
    assert all(name.startswith("stored_") for name in names_in(item))


def names_in(value: object) -> set[str]:
    if isinstance(value, dict):
        return {*value, *(name for part in value.values() for name in names_in(part))}
    if isinstance(value, list):
        return {name for part in value for name in names_in(part)}
    return set()
