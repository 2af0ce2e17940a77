"""Lesson 04: stock."""

from __future__ import annotations

from tests.notebooks.answers.table import Answers, Table, Wrong

REFUSED = "table.meta.client.exceptions.ConditionalCheckFailedException"
UPDATE = """        table.update_item(
            Key={"sku": sku},
            UpdateExpression="SET available = available - :one",
            ConditionExpression="{}",
            ExpressionAttributeValues={":one": 1},
        )
"""


def take(condition: str, caught: str = REFUSED, sold: str = '"sold"') -> str:
    """An exercise cell that takes a piece on a condition, and catches these errors."""
    update = UPDATE.replace("{}", condition)
    tried = f'    try:\n{update}    except {caught}:\n        return "sold out"\n'
    return f"def take(table, sku):\n{tried}    return {sold}"


def take_set(body: str) -> str:
    """An exercise cell with this function."""
    return f"def take_set(stock, cup, saucer):\n{body}"


def both(caught: str) -> str:
    """An exercise cell with one transaction, that catches these errors."""
    return take_set(
        "    try:\n"
        "        steps = [stock.take(Take(sku, 0, 1)) for sku in (cup, saucer)]\n"
        "        transact(stock.table.client, steps)\n"
        f"    except {caught}:\n"
        "        return 'sold out'\n"
        "    return 'sold'"
    )


TABLE: Table = {
    "04.1": Answers(
        wrong=(
            Wrong("take = rushes.check_then_write", "bowls"),
            Wrong(take("attribute_exists(sku)"), "nothing keeps the write from happening"),
            Wrong(take("available > :one"), "4 of 12 buyers were told"),
            Wrong(take("available >= :one", "Exception"), "A table that is too busy"),
            Wrong(take("available >= :one", sold="True"), "0 of 12 buyers were told"),
            Wrong(
                take("available >= :one", "table.exceptions.ConditionalCheckFailedException"),
                "Seven came too late and should hear so",
            ),
            Wrong(take("available >= 1"), "0 of 12 buyers"),
            Wrong(
                "def take(table, sku):\n"
                "    table.get_item(Key={'sku': sku})\n"
                + take("available >= :one").partition("\n")[2],
                "leave the read out",
            ),
            Wrong("take = None", "0 of 12 buyers were told"),
        ),
        right=(
            take("attribute_exists(sku) AND NOT available < :one"),
            take("available >= :one", "table.meta.client.exceptions.ClientError")
            .replace(
                '        return "sold out"',
                "        if error.response['Error']['Code'] != 'ConditionalCheckFailedException':\n"
                "            raise\n        return 'sold out'",
            )
            .replace("ClientError:", "ClientError as error:"),
        ),
    ),
    "04.2": Answers(
        wrong=(
            Wrong(take_set("    return 'sold'"), "too busy after one write: ['sold', 'sold']"),
            Wrong(
                take_set(
                    "    for sku in (cup, saucer):\n"
                    "        try:\n"
                    "            transact(stock.table.client, [stock.take(Take(sku, 0, 1))])\n"
                    "        except TransactionRefused:\n"
                    "            return 'sold out'\n"
                    "    return 'sold'"
                ),
                "too busy after one write: ['ClientError'",
            ),
            Wrong(both("Exception"), "too busy after one write: ['sold', 'sold out']"),
            Wrong(both("KeyError"), "TransactionRefused"),
            Wrong(both("TransactionRefused").replace("'sold'", "True"), "after one write: ['True'"),
            Wrong(both("TransactionRefused").replace("(cup, saucer)", "(cup,)"), "Three sets"),
            Wrong(both("TransactionRefused").replace("Take(sku, 0, 1)", "sku"), "AttributeError"),
            Wrong(
                take_set(
                    "    client = stock.table.client\n"
                    "    try:\n"
                    "        transact(client, [stock.take(Take(saucer, 0, 1))])\n"
                    "        transact(client, [stock.take(Take(cup, 0, 1))])\n"
                    "    except TransactionRefused:\n"
                    "        return 'sold out'\n"
                    "    return 'sold'"
                ),
                "too busy after one write: ['ClientError'",
            ),
        ),
        right=(
            both("TransactionRefused").replace(
                "for sku in (cup, saucer)", "for sku in [saucer, cup]"
            ),
        ),
    ),
    "04.3": Answers(
        wrong=(
            Wrong("shards = 1", "open more tills"),
            Wrong("shards = 64", "You pay for one idle"),
            Wrong("shards = 0", "A number of shards is wanted"),
            Wrong("shards = '16'", "A number of shards is wanted"),
            Wrong("shards = [8, 16]", "A number of shards is wanted"),
        ),
        right=(
            "shards = 1\n"
            "while rush.simulate(console, shards, Random(7)).success < 0.999:\n"
            "    shards += 1",
        ),
    ),
}
