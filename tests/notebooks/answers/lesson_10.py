"""Lesson 10: permissions."""

from __future__ import annotations

from tests.notebooks.answers.table import Answers, Table, Wrong

TABLES = 'f"arn:aws:dynamodb:{lesson.target.region}:000000000000:table/'
PRODUCTS = f"{TABLES}{{lesson.target.table('products')}}\""
PROMOTIONS = f"{TABLES}{{lesson.target.table('promotions')}}\""
ORDERS = f"{TABLES}{{lesson.target.table('orders')}}\""
INDEX = f"{TABLES}{{lesson.target.table('orders')}}/index/by-customer\""


def statement(name: str, action: str, resource: str, more: str = "") -> str:
    """An exercise cell that gives `name` a statement; the parts are code."""
    return (
        f'{name} = {{"Sid": "ReadCatalogue", "Effect": "Allow", {more}'
        f'"Action": {action}, "Resource": {resource}}}'
    )


def policy(statements: str) -> str:
    """An exercise cell with a policy."""
    return f'history = {{"Version": "2012-10-17", "Statement": {statements}}}'


def query(resource: str, action: str = '"dynamodb:Query"', more: str = "") -> str:
    """A statement about orders."""
    return f'{{"Effect": "Allow", {more}"Action": {action}, "Resource": {resource}}}'


READ = '"dynamodb:BatchGetItem"'

TABLE: Table = {
    "10.1": Answers(
        wrong=(
            Wrong(statement("missing", '"dynamodb:*"', PRODUCTS), "Action is dynamodb:*"),
            Wrong(statement("missing", READ, '"*"'), "Resource is *"),
            Wrong(statement("missing", '"dynamodb:GetItem"', PRODUCTS), "your Action is"),
            Wrong(statement("missing", READ, ORDERS), "your Resource is"),
            Wrong(statement("missing", READ, f"[{PRODUCTS}, {ORDERS}]"), "your Resource is"),
            Wrong(statement("missing", READ, PRODUCTS).replace("Allow", "Deny"), "must be Allow"),
            Wrong(
                f'missing = {{"Version": "2012-10-17", "Statement": [{query(PRODUCTS, READ)}]}}',
                "One statement is asked for",
            ),
            Wrong('missing = "dynamodb:BatchGetItem"', "One statement is asked for"),
            Wrong('missing = {"Sid": "A", "Effect": "Allow", "Action": ...}', "`...`"),
        ),
        right=(
            statement("missing", READ, PRODUCTS).replace('"Sid": "ReadCatalogue", ', ""),
            statement("missing", f"[{READ}]", f"[{PRODUCTS}]").replace("ReadCatalogue", "Other"),
            statement("missing", '"dynamodb:batchgetitem"', PRODUCTS),
        ),
    ),
    "10.2": Answers(
        wrong=(
            Wrong(statement("whole", READ, '"*"'), "Resource is *"),
            Wrong(statement("whole", READ, PRODUCTS), "your Resource is"),
            Wrong(statement("whole", READ, PROMOTIONS), "your Resource is"),
            Wrong(
                statement("whole", READ, f"[{PRODUCTS}, {PROMOTIONS}, {ORDERS}]"),
                "your Resource is",
            ),
            Wrong(
                statement("whole", f'[{READ}, "dynamodb:GetItem"]', f"[{PRODUCTS}, {PROMOTIONS}]"),
                "your Action is",
            ),
            Wrong(f"whole = [{query(PRODUCTS, READ)}]", "One statement is asked for"),
        ),
        right=(
            statement("whole", READ, f"[{PROMOTIONS}, {PRODUCTS}]").replace(
                '"Sid": "ReadCatalogue", ', ""
            ),
        ),
    ),
    "10.3": Answers(
        wrong=(
            Wrong(policy(f"[{query(ORDERS)}]"), "On the index, not the table?"),
            Wrong(policy(f"[{query(INDEX, READ)}]"), "It cannot list the orders yet"),
            Wrong(
                policy(f"[{query(INDEX, '["dynamodb:Query", "dynamodb:Scan"]')}]"),
                "read all through the index",
            ),
            Wrong(policy(f"[{query('"*"', '"dynamodb:*"')}]"), "It can also do this"),
            Wrong(
                policy(f"[{query(INDEX)}, {query(ORDERS, '"dynamodb:DeleteTable"')}]"),
                "It allows more than was asked for: dynamodb:DeleteTable on arn",
            ),
            Wrong(
                policy(f"[{query(INDEX)}, {query('"*"', '"s3:*"')}]"),
                "It allows more than was asked for: s3:* on *",
            ),
            Wrong(f"history = {query(INDEX)}", "MalformedPolicyDocument"),
        ),
        right=(
            policy(query(INDEX)),
            policy(f"[{query(f'[{INDEX}]', '["dynamodb:query"]')}]"),
        ),
    ),
}
