"""Questions that are put together at random, the same for the same number."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Any

from tests.unit.iam.other_evaluator.questions import ANONYMOUS, Document, Question

OWN, OTHER = "000000000000", "111111111111"
SERVICE = "events.amazonaws.com"
VERSIONS = ["2012-10-17"] * 19 + ["2008-10-17"]


@dataclass(frozen=True)
class Target:
    """An action and the ARN of what it is about; `ACCOUNT` stands for the owner."""

    action: str
    resource: str


TARGETS = [
    Target("dynamodb:PutItem", "arn:aws:dynamodb:us-east-2:ACCOUNT:table/orders-dev"),
    Target("sqs:SendMessage", "arn:aws:sqs:us-east-2:ACCOUNT:notes-dev"),
    Target("sns:Publish", "arn:aws:sns:us-east-2:ACCOUNT:orders-dev"),
    Target("lambda:InvokeFunction", "arn:aws:lambda:us-east-2:ACCOUNT:function:sweeper-dev"),
    Target("ssm:GetParameter", "arn:aws:ssm:us-east-2:ACCOUNT:parameter/checkout/dev/tax"),
    Target("s3:GetObject", "arn:aws:s3:::pages-dev/orders/1.html"),
    Target("kms:Decrypt", "arn:aws:kms:us-east-2:ACCOUNT:key/0a1b"),
    Target("sts:AssumeRole", "arn:aws:iam::ACCOUNT:role/reader"),
    Target("ssm:DescribeParameters", "*"),
]

STRINGS = {
    "aws:PrincipalTag/team": [
        "orders",
        "ORDERS",
        "orders-dev",
        "a*b",
        "[orders]",
        "${x}",
        "o?ders",
    ],
    "aws:RequestTag/team": ["orders", "orders-dev", "blue"],
    "aws:RequestedRegion": ["us-east-2", "eu-west-1"],
    "aws:SourceAccount": [OWN, OTHER],
    "aws:UserAgent": ["curl/8.1", "Terraform (x)"],
}
ARNS = {
    "aws:SourceArn": [
        f"arn:aws:sns:us-east-2:{OWN}:orders",
        f"arn:aws:events:us-east-2:{OWN}:rule/bus/sweep",
    ],
    "aws:PrincipalArn": [f"arn:aws:iam::{OWN}:role/worker", f"arn:aws:iam::{OWN}:role/path/other"],
}
BOOLS = {"aws:SecureTransport": ["true", "false"], "aws:ViaAWSService": ["true", "false"]}
DATES = {"aws:CurrentTime": ["2026-01-01T00:00:00Z", "2026-06-01T12:00:00+02:00", "2027-01-01"]}
NUMBERS = {"aws:EpochTime": ["1767225600", "1767225599", "1800000000"]}
ADDRESSES = {"aws:SourceIp": ["10.1.2.3", "203.0.113.7", "2001:db8::1"]}
LISTS = {
    "aws:TagKeys": [["Stack"], ["Stack", "Owner"], ["Owner", "CostCenter"], ["stack"]],
    "aws:CalledVia": [["athena.amazonaws.com"], [SERVICE, "athena.amazonaws.com"]],
}
SINGLE = STRINGS | ARNS | BOOLS | DATES | NUMBERS | ADDRESSES

PATTERNS = {
    "String": [
        "orders",
        "ORD*",
        "orders*",
        "*",
        "o?ders",
        "blue",
        OWN,
        "us-*",
        "curl/*",
        "a${*}b",
        "[orders]",
        "o*r?ers*",
        "${$}{x}",
        "*${aws:PrincipalTag/team}*",
        "",
    ],
    "Arn": [
        f"arn:aws:sns:us-east-2:{OWN}:orders",
        "arn:aws:sns:*:*:ord*",
        f"arn:aws:iam::{OWN}:role/*",
        "arn:aws:iam::*:role/worker",
        "arn:*:events:*:*:rule/*",
        "arn:aws:events:us-east-2:*",
        f"arn:aws:s?s:us-east-2:{OWN}:orders",
        "*",
        f"arn:aws:sns:US-EAST-2:{OWN}:orders",
        f"arn:aws:sns:us-east-2:{OWN}:*:x",
    ],
    "Bool": ["true", "false", "True", True, False],
    "Date": [
        "2026-01-01T00:00:00Z",
        "2026-06-01T10:00:00Z",
        "2026-12-31",
        "1767225600",
        "2026-01",
        "2026-01-01T00:00Z",
        "2026-01-01T01:00:00.500+01:00",
    ],
    "Numeric": ["1767225600", 1767225600, "1767225600.0", "9", "1800000001"],
    "Ip": [
        "10.0.0.0/8",
        "10.1.2.3",
        "10.1.2.3/32",
        "203.0.113.0/24",
        "2001:db8::/32",
        "0.0.0.0/0",
        "2001:0db8:0::1",
        "::/0",
        "10.1.2.3/24",
    ],
    "List": ["Stack", "Owner", "stack", "*", "S*", "CostCenter", "athena.amazonaws.com", SERVICE],
}
VARIABLES = [
    "${aws:PrincipalTag/team}",
    "${aws:PrincipalTag/team, 'orders'}",
    "${aws:RequestTag/team}*",
    "${aws:principaltag/team}",
    "${aws:TagKeys}",
]
ORDERED = ["Equals", "NotEquals", "LessThan", "LessThanEquals", "GreaterThan", "GreaterThanEquals"]
OPERATORS = {
    "String": [
        "StringEquals",
        "StringNotEquals",
        "StringEqualsIgnoreCase",
        "StringNotEqualsIgnoreCase",
        "StringLike",
        "StringNotLike",
    ],
    "Arn": ["ArnEquals", "ArnNotEquals", "ArnLike", "ArnNotLike"],
    "Bool": ["Bool"],
    "Date": [f"Date{order}" for order in ORDERED],
    "Numeric": [f"Numeric{order}" for order in ORDERED],
    "Ip": ["IpAddress", "NotIpAddress"],
}
KEYS = {
    "String": STRINGS,
    "Arn": ARNS,
    "Bool": BOOLS,
    "Date": DATES,
    "Numeric": NUMBERS,
    "Ip": ADDRESSES,
}


def question(number: int) -> Question:
    """The question with a number."""
    return _Author(Random(f"question {number}")).question()


class _Author:
    """Writes one question."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._target = random.choice(TARGETS)
        nobodys = self._target.resource == "*"
        self._account = OWN if nobodys else random.choice([OWN] * 9 + [OTHER])
        self._resource = self._target.resource.replace("ACCOUNT", self._account)

    def question(self) -> Question:
        principal = self._principal()
        signed = principal not in (ANONYMOUS, SERVICE)
        session = signed and ":assumed-role/" in principal and self._chance(0.2)
        return Question(
            principal=principal,
            action=self._target.action,
            resource=self._resource,
            account=self._account,
            context=self._context(),
            identity=tuple(self._policy() for _ in range(self._identities())) if signed else (),
            boundary=self._policy() if signed and self._chance(0.25) else None,
            session=self._policy() if session else None,
            of_resource=self._of_resource(signed),
        )

    def _chance(self, probability: float) -> bool:
        return self._random.random() < probability

    def _identities(self) -> int:
        return self._random.choice([0, 1, 1, 1, 2])

    def _principal(self) -> str:
        session = f"arn:aws:sts::{OWN}:assumed-role/worker/run"
        user = f"arn:aws:iam::{OWN}:user/me"
        return self._random.choice([session] * 6 + [user] * 2 + [SERVICE, ANONYMOUS])

    def _context(self) -> dict[str, Any]:
        present = {key: values for key, values in (SINGLE | LISTS).items() if self._chance(0.7)}
        return {key: self._random.choice(values) for key, values in present.items()}

    def _policy(self) -> Document:
        statements = [self._statement() for _ in range(self._random.choice([1, 1, 2, 3]))]
        return {"Version": self._random.choice(VERSIONS), "Statement": statements}

    def _of_resource(self, signed: bool) -> Document | None:
        trust = self._target.action == "sts:AssumeRole"  # every role has one
        needed = 1.0 if trust else 0.45 if signed else 0.9
        if self._target.resource == "*" or not self._chance(needed):
            return None
        statements = [self._statement() for _ in range(self._random.choice([1, 1, 2]))]
        named = [self._with_principal(statement) for statement in statements]
        if trust:  # it has no resource
            named = [{k: v for k, v in n.items() if "Resource" not in k} for n in named]
        return {"Version": self._random.choice(VERSIONS), "Statement": named}

    def _with_principal(self, statement: dict[str, Any]) -> dict[str, Any]:
        denies = statement["Effect"] == "Deny"
        element = "NotPrincipal" if denies and self._chance(0.3) else "Principal"
        return statement | {element: self._principals(element)}

    def _principals(self, element: str) -> Any:
        role, session = (
            f"arn:aws:iam::{OWN}:role/worker",
            f"arn:aws:sts::{OWN}:assumed-role/worker/run",
        )
        root, user = f"arn:aws:iam::{OWN}:root", f"arn:aws:iam::{OWN}:user/me"
        one = [role, session, root, user, OWN, f"{role}-other", f"arn:aws:iam::{OTHER}:root"]
        some = [{"AWS": name} for name in one]
        some += [{"AWS": [role, root]}, {"AWS": [user, root]}, {"Service": SERVICE}]
        some += [{"Service": ["sns.amazonaws.com", SERVICE]}, {"AWS": [role], "Service": SERVICE}]
        everybody: list[Any] = ["*", {"AWS": "*"}] if element == "Principal" else []
        return self._random.choice(some + everybody)

    def _statement(self) -> dict[str, Any]:
        statement: dict[str, Any] = {"Effect": "Allow" if self._chance(0.75) else "Deny"}
        kind = "NotAction" if self._chance(0.15) else "Action"
        statement[kind] = self._some(self._actions(), 0.5)
        kind = "NotResource" if self._chance(0.15) else "Resource"
        statement[kind] = self._some(self._resources(), 0.5)
        if self._chance(0.55):
            statement["Condition"] = self._conditions()
        return statement

    def _some(self, patterns: list[str], more: float) -> Any:
        found = [self._random.choice(patterns)]
        while self._chance(more):
            found.append(self._random.choice(patterns))
        return found[0] if len(found) == 1 and self._chance(0.5) else found

    def _actions(self) -> list[str]:
        service, action = self._target.action.split(":")
        near = [f"{service}:{action[:3]}*", f"{service}:*", f"{service}:?{action[1:]}"]
        cased = [f"{service}:{action.upper()}", f"{service.upper()}:{action}"]
        others = [f"{service}:{action}Other", f"{service}:*Other", "ec2:*", "ec2:RunInstances"]
        return [self._target.action] * 3 + ["*"] * 2 + near + cased[:1] * 2 + cased[1:] + others

    def _resources(self) -> list[str]:
        if self._resource == "*":
            return ["*", "*", f"arn:aws:ssm:us-east-2:{OWN}:parameter/*", "arn:aws:ssm:*"]
        arn = self._resource
        start, end = arn[:-4], arn.split(":", 5)[5]
        service = arn.split(":")[2]
        cut = end.rpartition("orders")
        own = arn.replace("orders", "${aws:PrincipalTag/team}") if cut[1] else f"{start}*"
        near = [f"{start}*", f"{start}????", f"{start}*dev", arn.replace("us-east-2", "*"), own]
        wide = [f"arn:aws:{service}:*:*:*", f"arn:aws:{service}:*", f"arn:*:{service}:*:*:{end}"]
        near += [arn.replace("us-east-2", "us-*-?"), arn.replace(end, f"{end[:2]}*{end[3:]}")]
        near += [f"{arn}*", arn.replace("dev", "${aws:PrincipalTag/team, 'dev'}")]
        others = [
            arn.upper(),
            arn.replace("arn:aws:", "arn:aws-cn:"),
            f"{arn}-other",
            f"arn:aws:{service}:eu-west-1:{OWN}:{end}",
            f"arn:aws:sqs:*:*:{end}",
        ]
        return [arn] * 4 + ["*"] * 3 + near + wide + others

    def _conditions(self) -> dict[str, Any]:
        block: dict[str, Any] = {}
        for _ in range(self._random.choice([1, 1, 1, 2])):
            operator, key, values = self._condition()
            block.setdefault(operator, {})[key] = values
        return block

    def _condition(self) -> tuple[str, str, Any]:
        if self._chance(0.1):
            key = self._random.choice([*SINGLE, *LISTS])
            return "Null", key, self._random.choice(["true", "false", True, False])
        if self._chance(0.2):
            return self._quantified()
        kind = self._random.choice([*OPERATORS, "String", "Arn"])
        operator = self._random.choice(OPERATORS[kind]) + self._random.choice(["", "", "IfExists"])
        several = kind == "String" and self._chance(0.1)
        key = self._random.choice(list(LISTS if several else KEYS[kind]))
        return operator, self._cased(key), self._values(kind)

    def _quantified(self) -> tuple[str, str, Any]:
        quantifier = self._random.choice(["ForAllValues", "ForAnyValue"])
        operator = self._random.choice(OPERATORS["String"])
        ending = self._random.choice(["", "", "IfExists"])
        name = f"{quantifier}:{operator}{ending}"
        if self._chance(0.2):
            return name, self._random.choice(list(STRINGS)), self._values("String")
        return name, self._random.choice(list(LISTS)), self._some(PATTERNS["List"], 0.5)

    def _cased(self, key: str) -> str:
        return key.lower() if self._chance(0.1) else key

    def _values(self, kind: str) -> Any:
        values = list(PATTERNS[kind])
        if self._chance(0.25) and kind in ("String", "Arn", "Bool"):
            values = VARIABLES if kind != "Arn" else [f"arn:aws:sns:*:*:{v}" for v in VARIABLES]
        return self._some(values, 0.4)
