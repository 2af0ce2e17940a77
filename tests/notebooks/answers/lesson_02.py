"""Lesson 02: keys."""

from __future__ import annotations

from tests.notebooks.answers.table import Answers, Table, Wrong

QUERY = """coffees = products.query(
    IndexName="listing", KeyConditionExpression=Key("listing").eq("ACTIVE"){}
)"""
COFFEE = ' & Key("listingKey").begins_with("coffee#")'
THREE = ', ProjectionExpression="sku, #n, price", ExpressionAttributeNames={"#n": "name"}'


def key_of(made: str) -> str:
    """An exercise cell that makes its key so."""
    return f"def key_of(product):\n    return {made}"


TABLE: Table = {
    "02.1": Answers(
        wrong=(
            Wrong(
                'coffees = products.scan(FilterExpression=Attr("category").eq("coffee"))',
                "filter less, and ask by key",
            ),
            Wrong(
                QUERY.format(', FilterExpression=Attr("category").eq("coffee")'),
                "filter less, and ask by key",
            ),
            Wrong(QUERY.format(COFFEE), "three were wanted"),
            Wrong(QUERY.format(THREE), "Too many or too few"),
            Wrong(QUERY.format(COFFEE + ', ProjectionExpression="sku, price"'), "['price', 'sku']"),
            Wrong(QUERY.format(COFFEE + THREE) + '["Items"]', "Your answer is not of the kind"),
            Wrong(QUERY.format(COFFEE.replace("coffee", "tea") + THREE), "Too many or too few"),
            Wrong(QUERY.format(COFFEE + THREE + ", Limit=2"), "Too many or too few"),
            Wrong(QUERY.format(COFFEE + ', Select="COUNT"'), "KeyError: 'Items'"),
        ),
        right=(
            QUERY.format(COFFEE + THREE + ", ScanIndexForward=False"),
            QUERY.format(
                COFFEE + ', ProjectionExpression="#n, #s, #p"'
                ', ExpressionAttributeNames={"#n": "name", "#s": "sku", "#p": "price"}'
            ),
        ),
    ),
    "02.2": Answers(
        wrong=(
            Wrong(
                key_of("f\"{product['category']}#{product['price']}#{product['sku']}\""),
                "does a dearer tea's key really come after?",
            ),
            Wrong(
                key_of("f\"{product['category']}#{product['price']:08d}\""),
                "Two teas of one price have one key",
            ),
            Wrong(
                key_of("f\"{product['price']:08d}#{product['sku']}\""),
                "A key begins with its category",
            ),
            Wrong(
                key_of("f\"tea#{product['price']:08d}#{product['sku']}\""),
                "A key begins with its category",
            ),
            Wrong(
                key_of("f\"{product['category']}#{product['price']:06d}#{product['sku']}\""),
                "A tea of 10,000.00",
            ),
            Wrong(
                key_of("f\"{product['category']}#{product['prize']:08d}#{product['sku']}\""),
                "KeyError: 'prize'",
            ),
            Wrong(key_of("None"), "listingKey"),
        ),
        right=(
            key_of(
                "'#'.join((product['category'], str(product['price']).zfill(7), product['sku']))"
            ),
        ),
    ),
}
