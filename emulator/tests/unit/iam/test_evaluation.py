"""Allow, deny, and who has a say."""

from __future__ import annotations

from typing import Any

import pytest

from localstack_host.services.iam.evaluation import (
    Caller,
    Decision,
    Grant,
    Policies,
    Request,
    Source,
    not_understood,
)
from localstack_host.services.iam.policies import MalformedPolicy, parse
from tests.unit.iam.asked import (
    ACCOUNT,
    EVENTS,
    ISSUER,
    NOBODY,
    OUTSIDER,
    ROLE,
    SESSION,
    TABLE,
    WORKER,
    ask,
    policy,
    statement,
)

ROOT = f"arn:aws:iam::{ACCOUNT}:root"
QUEUE = f"arn:aws:sqs:us-east-2:{ACCOUNT}:notes"
RULE = f"arn:aws:events:us-east-2:{ACCOUNT}:rule/checkout-dev-sweep"
NOTHING = "because no identity-based policy allows the dynamodb:PutItem action"


def test_nothing_is_allowed_by_nothing() -> None:
    assert ask() == Decision(False, NOTHING)


def test_the_answer_names_the_words_that_allowed_it() -> None:
    decision = ask(
        statement(Sid="Other", Action="dynamodb:GetItem"),
        statement(Sid="Keep", Action=["sqs:*", "dynamodb:Put*"], Resource=["x", TABLE]),
    )
    assert decision == Decision(True, grant=Grant("Keep", "dynamodb:Put*", TABLE))


@pytest.mark.parametrize("allow_first", [True, False])
def test_a_deny_wins_wherever_it_stands(allow_first: bool) -> None:
    statements = [statement(), statement("Deny", Action="dynamodb:PutItem")]
    decision = ask(*(statements if allow_first else reversed(statements)))
    assert decision == Decision(False, "with an explicit deny in an identity-based policy")


def test_a_deny_of_something_else_does_no_harm() -> None:
    assert ask(statement(), statement("Deny", Action="dynamodb:DeleteItem")).allowed
    assert ask(statement(), statement("Deny", Resource=f"{TABLE}-other")).allowed


@pytest.mark.parametrize(
    ("elements", "allowed"),
    [
        ({"NotAction": "dynamodb:GetItem"}, True),
        ({"NotAction": ["dynamodb:Get*", "sqs:*"]}, True),
        ({"NotAction": "dynamodb:*"}, False),
        ({"NotAction": "DYNAMODB:PUTITEM"}, False),
        ({"NotResource": f"{TABLE}-other"}, True),
        ({"NotResource": [f"{TABLE}-other", TABLE]}, False),
        ({"NotResource": "*"}, False),
        ({"NotAction": "iam:*", "NotResource": "arn:aws:iam::*:*"}, True),
    ],
)
def test_everything_but(elements: dict[str, Any], allowed: bool) -> None:
    assert ask(statement(**elements)).allowed is allowed
    assert ask(statement(), statement("Deny", **elements)).allowed is not allowed


def test_an_identity_policy_without_a_resource_allows_nothing() -> None:
    assert not ask({"Effect": "Allow", "Action": "*"}).allowed


@pytest.mark.parametrize(
    ("principal", "allowed"),
    [
        ("*", True),
        ({"AWS": "*"}, True),
        ({"AWS": ROLE}, True),
        ({"AWS": [SESSION, "x"]}, True),
        ({"AWS": ROOT}, False),  # the account's own policies must allow it too
        ({"AWS": ACCOUNT}, False),
        ({"AWS": f"{ROLE}-other"}, False),
        ({"Service": "events.amazonaws.com"}, False),
    ],
)
def test_a_resources_policy_allows_whom_it_names(principal: Any, allowed: bool) -> None:
    allow = statement(Principal=principal)
    assert ask(action="sqs:SendMessage", resource=QUEUE, of_resource=allow).allowed is allowed


@pytest.mark.parametrize(
    "principal",
    ["*", {"AWS": "*"}, {"AWS": ROLE}, {"AWS": SESSION}, {"AWS": ROOT}, {"AWS": ACCOUNT}],
)
def test_a_resources_policy_denies_whom_it_names_directly_or_by_account(principal: Any) -> None:
    decision = ask(statement(), of_resource=statement("Deny", Principal=principal))
    assert decision == Decision(False, "with an explicit deny in a resource-based policy")


@pytest.mark.parametrize(("effect", "allowed"), [("ALLOW", True), ("allow", True), ("DENY", False)])
def test_an_effect_is_spelled_in_any_case(effect: str, allowed: bool) -> None:
    assert ask(statement(effect), of_resource=statement(effect, Principal="*")).allowed is allowed


@pytest.mark.parametrize("element", ["Condition", "Sid", "NotResource", "NotPrincipal"])
def test_an_element_that_is_null_is_one_that_is_missing(element: str) -> None:
    assert ask(statement(), of_resource=statement(Principal="*", **{element: None})).allowed
    assert not ask(of_resource=statement("Deny", Principal="*", **{element: None})).allowed


def test_a_deny_for_everybody_but_one_spares_the_one() -> None:
    assert ask(
        statement(), of_resource=statement("Deny", NotPrincipal={"AWS": [ROLE, ROOT]})
    ).allowed
    without_account = statement("Deny", NotPrincipal={"AWS": ROLE})
    assert not ask(statement(), of_resource=without_account).allowed, "as AWS warns"
    other = statement("Deny", NotPrincipal={"AWS": f"{ROLE}-other"})
    assert not ask(statement(), of_resource=other).allowed


@pytest.mark.parametrize(
    ("principal", "source", "allowed"),
    [
        ({"Service": "events.amazonaws.com"}, RULE, True),
        ({"Service": ["sns.amazonaws.com", "events.amazonaws.com"]}, RULE, True),
        ("*", RULE, True),
        ({"Service": "events.us-east-2.amazonaws.com"}, RULE, True),
        ({"Service": "events.us-east-1.amazonaws.com"}, RULE, False),
        ({"Service": "sns.amazonaws.com"}, RULE, False),
        ({"AWS": ROOT}, RULE, False),
        ({"Service": "events.amazonaws.com"}, f"{RULE}-other", False),
        ({"Service": "events.amazonaws.com"}, None, False),
    ],
)
def test_a_service_needs_the_resources_word(
    principal: Any, source: str | None, allowed: bool
) -> None:
    allow = statement(Principal=principal, Condition={"ArnLike": {"AWS:SourceArn": RULE}})
    keys = {"aws:SourceArn": source} if source else {}
    decision = ask(
        action="sqs:SendMessage", resource=QUEUE, caller=EVENTS, of_resource=allow, keys=keys
    )
    assert decision.allowed is allowed
    if not allowed:
        assert (
            decision.reason == "because no resource-based policy allows the sqs:SendMessage action"
        )


def trust(principal: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": principal}


def assume(principal: Any, *identity: dict[str, Any], caller: Caller | None = None) -> Decision:
    more = {"caller": caller} if caller else {}
    return ask(
        *identity,
        action="sts:AssumeRole",
        resource=ROLE,
        of_resource=trust(principal),
        resource_decides=True,
        **more,
    )


def test_a_role_is_assumed_by_whom_it_trusts() -> None:
    assert assume({"Service": "events.amazonaws.com"}, caller=EVENTS).allowed
    assert not assume({"Service": "lambda.amazonaws.com"}, caller=EVENTS).allowed
    assert assume({"AWS": ROLE}).allowed
    assert assume({"AWS": ROOT}, statement(Action="sts:AssumeRole", Resource=ROLE)).allowed


def test_a_right_to_assume_is_not_enough_without_trust_nor_the_accounts_trust_without_it() -> None:
    without_trust = assume({"Service": "lambda.amazonaws.com"}, statement())
    assert (
        without_trust.reason == "because no resource-based policy allows the sts:AssumeRole action"
    )
    without_right = assume({"AWS": ROOT})
    assert (
        without_right.reason == "because no identity-based policy allows the sts:AssumeRole action"
    )


@pytest.mark.parametrize("source", [Source.BOUNDARY, Source.SESSION])
def test_a_boundary_limits_what_is_allowed(source: Source) -> None:
    wide, narrow = policy(statement()), policy(statement(Action="dynamodb:GetItem"))
    assert ask(statement(), boundaries=((source, (wide,)),)).allowed
    decision = ask(statement(), boundaries=((source, (wide,)), (source, (narrow,))))
    assert decision == Decision(False, f"because no {source} allows the dynamodb:PutItem action")


def test_a_boundary_alone_allows_nothing() -> None:
    assert not ask(boundaries=((Source.BOUNDARY, (policy(statement()),)),)).allowed


USER = f"arn:aws:iam::{ACCOUNT}:user/me"
ME = Caller(USER, ACCOUNT, names=(USER,))


@pytest.mark.parametrize("source", [Source.BOUNDARY, Source.SESSION])
@pytest.mark.parametrize(
    ("caller", "principal", "allowed"),
    [
        (WORKER, {"AWS": SESSION}, True),
        (WORKER, "*", True),
        (WORKER, {"AWS": ["x", "*"]}, True),
        (WORKER, {"AWS": ROLE}, False),
        (WORKER, {"AWS": [ROLE, ROOT]}, False),
        (ME, {"AWS": USER}, True),
        (ME, {"AWS": ROOT}, False),
    ],
)
def test_a_boundary_limits_what_a_resource_allows_unless_it_names_the_very_caller(
    source: Source, caller: Caller, principal: Any, allowed: bool
) -> None:
    allow = statement(Principal=principal)
    narrow, denying = policy(statement(Action="s3:*")), policy(statement(), statement("Deny"))

    for identity in ([], [statement()]) if allowed else ([],):
        limited = ask(
            *identity, caller=caller, of_resource=allow, boundaries=((source, (narrow,)),)
        )
        assert limited.allowed is allowed
    assert not ask(caller=caller, of_resource=allow, boundaries=((source, (denying,)),)).allowed


def test_a_boundary_limits_what_another_accounts_resource_allows() -> None:
    theirs = TABLE.replace(ACCOUNT, "111111111111")
    limit = ((Source.BOUNDARY, (policy(statement(Action="s3:*")),)),)
    allow = statement(Principal={"AWS": SESSION})
    assert not ask(statement(), resource=theirs, of_resource=allow, boundaries=limit).allowed


def test_a_deny_for_everybody_but_one_spares_nobody_with_a_boundary() -> None:
    denial = statement("Deny", NotPrincipal={"AWS": [ROLE, SESSION, ROOT]})
    wide = (policy(statement()),)
    assert ask(statement(), of_resource=denial).allowed
    assert ask(statement(), of_resource=denial, boundaries=((Source.SESSION, wide),)).allowed
    assert not ask(statement(), of_resource=denial, boundaries=((Source.BOUNDARY, wide),)).allowed


@pytest.mark.parametrize(("owner", "allowed"), [("", True), (ACCOUNT, True), ("1" * 12, False)])
def test_a_bucket_of_another_account_needs_the_word_of_both(owner: str, allowed: bool) -> None:
    request = {"action": "s3:GetObject", "resource": "arn:aws:s3:::pages/1", "owner": owner}
    allow = statement(Principal={"AWS": ROLE})
    assert ask(statement(), **request).allowed is allowed
    assert ask(of_resource=allow, **request).allowed is allowed
    assert ask(statement(), of_resource=allow, **request).allowed


def test_another_accounts_resource_needs_the_word_of_both() -> None:
    theirs = TABLE.replace(ACCOUNT, "111111111111")
    allow = statement(Principal={"AWS": ROLE})
    assert not ask(statement(), resource=theirs).allowed
    assert not ask(resource=theirs, of_resource=allow).allowed
    assert ask(statement(), resource=theirs, of_resource=allow).allowed


@pytest.mark.parametrize(
    "block",
    [
        {"StringEquals": {"x:Unknown": "x"}},  # a key that nobody supplies here
        {"StringNotEquals": {"x:Unknown": "x"}},
        {"Null": {"x:Unknown": "true"}},
        {"StringResembles": {"aws:SourceArn": "x"}},
        {"ForMostValues:StringEquals": {"aws:SourceArn": "x"}},
    ],
)
def test_what_is_not_understood_works_against_the_request(block: dict[str, Any]) -> None:
    assert not ask(statement(Condition=block)).allowed
    assert not ask(statement(), statement("Deny", Condition=block)).allowed


def test_what_is_not_understood_is_told() -> None:
    block = {"StringResembles": {"aws:SourceArn": "x"}, "StringEquals": {"x:Y": "1"}}
    elsewhere = statement(Action="s3:*", Condition={"StringEquals": {"x:Other": "1"}})
    policies = Policies(identity=(policy(statement(Condition=block), elsewhere),))
    request = Request(WORKER, "dynamodb:PutItem", TABLE, {})
    told = ["StringEquals x:y", "StringResembles aws:sourcearn"]
    assert not_understood(request, policies) == told


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", "null", '{"Statement": [{"Effect": "Maybe"}]}', '{"Statement": ["x"]}']
)
def test_a_document_that_is_no_policy_is_not_guessed_at(text: str) -> None:
    with pytest.raises(MalformedPolicy):
        parse(text)


def test_a_policy_of_one_statement_needs_no_list() -> None:
    text = '{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}'
    assert parse(text).statements[0].allows


@pytest.mark.parametrize(
    ("principal", "allowed"),
    [
        ("*", True),
        ({"AWS": "*"}, True),
        ({"AWS": ROLE}, False),
        ({"AWS": ACCOUNT}, False),
        ({"AWS": "anonymous"}, False),
        ({"Service": "*"}, False),
        ({"Federated": "*"}, False),
    ],
)
def test_nobody_is_allowed_only_what_everybody_is(principal: Any, allowed: bool) -> None:
    grant = statement(Principal=principal)
    assert ask(caller=NOBODY, of_resource=grant).allowed is allowed
    assert not ask(caller=NOBODY, of_resource=statement("Deny", Principal="*")).allowed


@pytest.mark.parametrize(
    ("principal", "allowed"),
    [({"Federated": ISSUER}, True), ({"Federated": "other"}, False), ({"AWS": ACCOUNT}, False)],
)
def test_who_comes_from_elsewhere_is_trusted_by_the_name_of_the_issuer(
    principal: Any, allowed: bool
) -> None:
    grant = statement(Principal=principal)
    assert ask(caller=OUTSIDER, of_resource=grant, resource_decides=True).allowed is allowed
