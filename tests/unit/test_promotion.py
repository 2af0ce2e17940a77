"""`lab promote`: what it finds in an account, and what it tells to do, without any AWS."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from botocore import exceptions
from botocore.exceptions import ClientError

from lab import account, cli, cost, documents, package, paths, render
from lab.account import BackendSettings, terraform
from lab.errors import LabError
from lab.promotion import (
    State,
    Step,
    credentials,
    leaving,
    mail,
    place,
    planning,
    promote,
    quotas,
    report,
    tools,
)
from lab.promotion.planning import Planned
from lab.promotion.steps import done, refused, to_do

OURS = "123456789012"
SETTINGS = documents.settings_of("prod")


class Missing(Exception):
    """The function is not there."""


def refuse(code: str, message: str = "no") -> Callable[..., Any]:
    def call(**_: Any) -> Any:
        raise ClientError({"Error": {"Code": code, "Message": message}}, "Operation")

    return call


def pages(*found: dict[str, Any]) -> Callable[[str], Any]:
    return lambda _: SimpleNamespace(paginate=lambda **_: found)


def a_lambda(limit: int, free: int, reserved: dict[str, int] | None = None) -> Any:
    def concurrency(**asked: str) -> dict[str, int]:
        name = asked["FunctionName"]
        if name not in (reserved or {}):
            raise Missing
        return {"ReservedConcurrentExecutions": (reserved or {})[name]}

    limits = {"ConcurrentExecutions": limit, "UnreservedConcurrentExecutions": free}
    return SimpleNamespace(
        get_account_settings=lambda: {"AccountLimit": limits},
        get_function_concurrency=concurrency,
        exceptions=SimpleNamespace(ResourceNotFoundException=Missing),
    )


def a_gateway(rate: float = 10_000, burst: int = 5_000) -> Any:
    throttle = {"rateLimit": rate, "burstLimit": burst}
    return SimpleNamespace(get_account=lambda: {"throttleSettings": throttle})


def a_dynamodb(*tables: str) -> Any:
    return SimpleNamespace(get_paginator=pages({"TableNames": list(tables)}))


def service_quotas(value: float = 2_500, *names: str) -> Any:
    listed = [{"QuotaName": name, "Value": value} for name in names]
    return SimpleNamespace(
        get_service_quota=lambda **_: {"Quota": {"Value": value}},
        get_paginator=pages({"Quotas": listed}),
    )


def a_ses(a_day: float = 50_000, **statuses: str) -> Any:
    known = {f"{name}@shop.com": {"VerificationStatus": said} for name, said in statuses.items()}
    return SimpleNamespace(
        get_send_quota=lambda: {"Max24HourSend": a_day},
        get_identity_verification_attributes=lambda **_: {"VerificationAttributes": known},
    )


@dataclass
class Somebody:
    """An identity whose clients are fakes; what it was not given, it is refused."""

    clients: dict[str, Any] = field(default_factory=dict)
    account: str = OURS
    arn: str = f"arn:aws:iam::{OURS}:user/ada"
    region: str = "us-east-2"
    profile: str | None = "mine"
    endpoint: str | None = None
    expires: datetime | None = None

    def client(self, service: str) -> Any:
        return self.clients[service]

    @property
    def session(self) -> Any:
        found = SimpleNamespace(_expiry_time=self.expires)
        return SimpleNamespace(get_credentials=lambda: found)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the environments' folders to write a backend.hcl into."""
    for name in ("dev", "prod"):
        there = tmp_path / "terraform/environments" / name
        there.mkdir(parents=True)
        source = paths.TERRAFORM / "environments" / name
        for file in ("main.tf", "terraform.tfvars"):
            (there / file).write_text((source / file).read_text())
    monkeypatch.setattr(paths, "TERRAFORM", tmp_path / "terraform")
    return tmp_path


# --- tools


def test_terraform_is_there() -> None:
    assert tools.look().state == State.DONE


def test_without_terraform_it_says_where_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda _: None)

    step = tools.look()

    assert (step.state, step.command) == (State.TO_DO, tools.INSTALL)


def test_an_old_terraform_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda _: "terraform")
    monkeypatch.setattr(terraform, "version", lambda: tools.Version("1.8.5"))

    assert "1.8.5 is too old" in tools.look().why


# --- credentials


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An AWS configuration with a profile that signs in by SSO, and one that does not."""
    file = tmp_path / "aws-config"
    file.write_text("[profile sso]\nsso_session = work\n[profile keys]\nregion = us-east-2\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(file))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))


def stranger(monkeypatch: pytest.MonkeyPatch, cause: Exception, profile: str | None) -> Step:
    def identify(_: str | None) -> None:
        raise LabError("AWS does not know us") from cause

    monkeypatch.setattr(account, "identify", identify)
    identity, step = credentials.look(profile)
    assert identity is None
    return step


EXPIRED = ClientError({"Error": {"Code": "ExpiredToken", "Message": "late"}}, "GetCallerIdentity")
SIGN_IN = "aws sso login --profile sso"


@pytest.mark.parametrize(
    ("cause", "profile", "state", "command"),
    [
        (
            exceptions.NoCredentialsError(),
            None,
            State.TO_DO,
            "aws configure sso --profile my-profile",
        ),
        (exceptions.UnauthorizedSSOTokenError(), "sso", State.TO_DO, SIGN_IN),
        (exceptions.SSOTokenLoadError(error_msg="none"), "sso", State.TO_DO, SIGN_IN),
        (EXPIRED, "sso", State.TO_DO, SIGN_IN),
        (EXPIRED, "keys", State.TO_DO, "get new ones where you got these"),
        (
            exceptions.ProfileNotFound(profile="typo"),
            "typo",
            State.REFUSED,
            "aws configure sso --profile typo",
        ),
    ],
)
@pytest.mark.usefixtures("config")
def test_whom_aws_does_not_know_is_told_how_to_sign_in(
    cause: Exception,
    profile: str | None,
    state: State,
    command: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    step = stranger(monkeypatch, cause, profile)

    assert (step.state, step.command) == (state, command)


@pytest.mark.usefixtures("config")
def test_a_profile_that_is_not_there_is_told_with_those_that_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    step = stranger(monkeypatch, exceptions.ProfileNotFound(profile="typo"), "typo")

    assert "'typo'; known: sso, keys" in step.why


def test_without_a_network_it_says_so_and_names_the_place(monkeypatch: pytest.MonkeyPatch) -> None:
    url = "https://sts.us-east-2.amazonaws.com/"
    step = stranger(monkeypatch, exceptions.EndpointConnectionError(endpoint_url=url), None)

    assert step.state == State.REFUSED
    assert "is there a network?" in step.why
    assert url in step.why


@pytest.mark.parametrize(("minutes", "state"), [(60, State.DONE), (5, State.TO_DO)])
def test_credentials_that_end_soon_are_renewed_before_an_apply(
    minutes: int, state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    ends = datetime.now(UTC) + timedelta(minutes=minutes)
    monkeypatch.setattr(account, "identify", lambda _: Somebody(expires=ends, profile=None))

    _, step = credentials.look(None)

    assert step.state == state
    assert any("more minutes" in fact for fact in step.facts)


# --- account, region, backend


@pytest.mark.usefixtures("folder")
def test_an_account_that_nobody_has_claimed_is_fine() -> None:
    assert place.look("prod", Somebody(), SETTINGS).state == State.DONE  # type: ignore[arg-type]


@pytest.mark.usefixtures("folder")
def test_another_account_than_the_environments_is_refused() -> None:
    BackendSettings("bucket", "999999999999", native_lock=True).write("prod")

    step = place.look("prod", Somebody(), SETTINGS)  # type: ignore[arg-type]

    assert step.state == State.REFUSED
    assert "belongs to account 999999999999" in step.why


@pytest.mark.parametrize(("endpoint", "state"), [(None, State.REFUSED), ("http://x", State.DONE)])
@pytest.mark.usefixtures("folder")
def test_the_root_user_is_refused_but_on_an_emulator_there_is_no_other(
    endpoint: str | None, state: State
) -> None:
    root = Somebody(arn=f"arn:aws:iam::{OURS}:root", endpoint=endpoint)

    assert place.look("dev", root, SETTINGS).state == state  # type: ignore[arg-type]


@pytest.mark.usefixtures("folder")
def test_another_region_than_the_environments_is_refused() -> None:
    step = place.look("dev", Somebody(), SETTINGS | {"region": "eu-west-1"})  # type: ignore[arg-type]

    assert (step.state, step.why) == (State.REFUSED, "dev is made for the region eu-west-1")


@pytest.mark.parametrize(
    ("head", "state"),
    [
        (lambda **_: {}, State.DONE),
        (refuse("404"), State.TO_DO),
        (refuse("403"), State.UNKNOWN),
    ],
)
@pytest.mark.usefixtures("folder")
def test_the_backend_is_ready_when_its_bucket_is_there(
    head: Callable[..., Any], state: State
) -> None:
    BackendSettings("bucket", OURS, native_lock=True).write("dev")
    s3 = SimpleNamespace(head_bucket=head)

    step = place.look_for_backend("dev", Somebody({"s3": s3}))  # type: ignore[arg-type]

    assert step.state == state


@pytest.mark.usefixtures("folder")
def test_without_a_backend_it_says_how_to_make_one() -> None:
    step = place.look_for_backend("dev", Somebody())  # type: ignore[arg-type]

    assert (step.state, step.command) == (State.TO_DO, "scripts/setup-backend.sh mine")


# --- quotas


def the_quota(name: str, environment: str = "prod", **clients: Any) -> Step:
    named = {service.replace("_", "-").rstrip("-"): fake for service, fake in clients.items()}
    usual = {
        "lambda": a_lambda(1_000, 1_000),
        "apigateway": a_gateway(),
        "dynamodb": a_dynamodb(),
        "service-quotas": service_quotas(),
    }
    somebody: Any = Somebody(usual | named)
    found = quotas.look(environment, somebody, documents.settings_of(environment))
    return next(step for step in found if name in step.name)


def test_a_new_account_cannot_reserve_what_prod_reserves() -> None:
    step = the_quota("Lambda", lambda_=a_lambda(10, 10))

    assert step.state == State.TO_DO
    assert "220 cannot be reserved" in step.why
    assert step.command == (
        "aws service-quotas request-service-quota-increase --service-code lambda"
        " --quota-code L-B99A9384 --desired-value 320 --region us-east-2 --profile mine"
    )


@pytest.mark.parametrize(("limit", "state"), [(319, State.TO_DO), (320, State.DONE)])
def test_a_hundred_invocations_must_stay_free_for_other_functions(limit: int, state: State) -> None:
    assert the_quota("Lambda", lambda_=a_lambda(limit, limit)).state == state


def test_what_the_environment_has_reserved_already_counts_as_free() -> None:
    there = {"checkout-prod-checkout-api": 200, "checkout-prod-notifier": 20}

    assert the_quota("Lambda", lambda_=a_lambda(320, 100, there)).state == State.DONE
    assert the_quota("Lambda", lambda_=a_lambda(320, 100)).state == State.TO_DO


def test_dev_reserves_nothing_and_fits_into_a_new_account_with_a_remark() -> None:
    step = the_quota("Lambda", "dev", lambda_=a_lambda(10, 10))

    assert step.state == State.DONE
    assert "too few for many orders" in step.facts[-1]


@pytest.mark.parametrize(("rate", "burst"), [(499, 5_000), (10_000, 999)])
def test_an_account_that_lets_in_less_than_the_api_is_told(rate: float, burst: int) -> None:
    step = the_quota("API Gateway", apigateway=a_gateway(rate, burst))

    assert step.state == State.TO_DO
    assert "L-8A5B8E43" in step.command


def test_tables_that_are_there_already_need_no_room() -> None:
    ours = [f"{name}-prod" for name in "abcdefg"]

    full = the_quota("DynamoDB", dynamodb=a_dynamodb("x"), service_quotas=service_quotas(7))
    there = the_quota("DynamoDB", dynamodb=a_dynamodb(*ours), service_quotas=service_quotas(7))

    assert full.state == State.TO_DO
    assert "--desired-value 8" in full.command
    assert there.state == State.DONE


def test_the_number_of_tables_is_that_of_the_configuration() -> None:
    stored = paths.ROOT / "tests" / "terraform" / "plans" / "prod.txt"

    assert stored.read_text().count(".aws_dynamodb_table.this |") == quotas.TABLES


def test_the_rate_of_state_transitions_is_told_where_the_account_tells_it() -> None:
    name = "StateTransition throttle token refill rate per second"

    told = the_quota("Step Functions", service_quotas=service_quotas(800, "Activities", name))

    assert told.facts == (f"{name}: 800",)
    assert the_quota("Step Functions").state == State.UNKNOWN


def test_a_quota_that_we_may_not_see_stops_nothing() -> None:
    step = the_quota("API Gateway", apigateway=SimpleNamespace(get_account=refuse("AccessDenied")))

    assert step.state == State.UNKNOWN
    assert not step.stops


# --- mail


def the_mail(ses: Any, sender: str = "ada@shop.com", **more: Any) -> Step:
    settings = {"mail_sender": sender, "alarm_receivers": [], **more}
    return mail.look("prod", Somebody({"ses": ses}), settings)  # type: ignore[arg-type]


def test_an_address_that_nobody_can_have_is_to_be_changed() -> None:
    step = the_mail(a_ses(), "orders@checkout-lab.example")

    assert step.state == State.TO_DO
    assert step.command.endswith("terraform/environments/prod/terraform.tfvars")


def test_so_is_one_that_alarms_go_to() -> None:
    assert "a@b.example" in the_mail(a_ses(), alarm_receivers=["a@b.example"]).why


@pytest.mark.parametrize(
    ("ses", "fact"),
    [
        (a_ses(ada="Success"), "ada@shop.com is verified"),
        (a_ses(ada="Pending"), "has not answered"),
        (a_ses(), "gets a mail from AWS after the apply"),
    ],
)
def test_it_says_whether_the_sender_is_verified(ses: Any, fact: str) -> None:
    assert fact in the_mail(ses).facts[1]


@pytest.mark.parametrize(("a_day", "told"), [(200, True), (50_000, False)])
def test_the_sandbox_is_told(a_day: float, told: bool) -> None:
    assert any("sandbox" in fact for fact in the_mail(a_ses(a_day)).facts) is told


# --- the plan


@dataclass
class Planning:
    """A Terraform that plans what it is told, and notes what it ran."""

    plan: dict[str, Any]
    ran: list[str] = field(default_factory=list)

    def __call__(self, *_: Any) -> Planning:
        return self

    def output(self, *arguments: str) -> str:
        self.ran.append(arguments[0])
        return json.dumps(self.plan)


def a_change(address: str, *actions: str) -> dict[str, Any]:
    kind = address.partition(".")[0]
    change = {"actions": actions, "after": {}}
    return {"address": address, "type": kind, "mode": "managed", "change": change}


@pytest.fixture
def packed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(package, "build", lambda: Path("functions.zip"))


@pytest.mark.usefixtures("packed")
def test_a_plan_says_what_is_lost_and_applies_nothing() -> None:
    old, new = a_change("aws_dynamodb_table.old", "delete"), a_change("aws_sqs_queue.q", "create")
    start: Any = Planning({"resource_changes": [old, new]})

    planned, step = planning.look("dev", Somebody(), start)  # type: ignore[arg-type]

    assert planned
    assert planned.lost == ("aws_dynamodb_table.old",)
    assert [group.name for group in planned.groups] == ["tables", "messaging"]
    assert step.facts == ("2 resources to change; nothing was applied",)
    assert start.ran == ["init", "plan", "show"]


@pytest.mark.usefixtures("packed")
def test_a_plan_that_fails_is_refused_in_terraforms_words() -> None:
    class Failing(Planning):
        def output(self, *_: str) -> str:
            raise LabError("terraform plan failed.", "Error: AccessDenied")

    planned, step = planning.look("dev", Somebody(), Failing({}))  # type: ignore[arg-type]

    assert planned is None
    assert (step.state, step.why) == (State.REFUSED, "terraform plan failed. Error: AccessDenied")


# --- taking it down


def test_what_is_protected_is_unprotected_first() -> None:
    assert [c.partition(" ")[0] for c in leaving.commands("prod", "mine", SETTINGS)] == [
        "set",
        "scripts/deploy.sh",
        "scripts/deploy.sh",
    ]
    assert leaving.commands("dev", None, {}) == ["scripts/deploy.sh dev destroy"]


def test_what_stays_is_said() -> None:
    assert len(leaving.left({})) == 1
    assert any("KMS" in line for line in leaving.left(SETTINGS))


# --- the whole way


SOME_PLAN = Planned("an empty account", (), ("aws_dynamodb_table.old",))


@pytest.fixture
def way(monkeypatch: pytest.MonkeyPatch) -> dict[str, Step]:
    """Every step done, unless a test says otherwise; nothing outside is asked."""
    steps = {name: done(name) for name in ("tools", "account", "quota", "mail", "backend")}
    look = {
        tools: lambda: steps["tools"],
        quotas: lambda *_: [steps["quota"]],
        mail: lambda *_: steps["mail"],
        place: lambda *_: steps["account"],
        planning: lambda *_: (SOME_PLAN, done("plan")),
    }
    for module, answer in look.items():
        monkeypatch.setattr(module, "look", answer)
    monkeypatch.setattr(place, "look_for_backend", lambda *_: steps["backend"])
    monkeypatch.setattr(planning, "look_without_account", lambda _: SOME_PLAN)
    who = lambda profile: (Somebody(profile=profile), steps.get("who", done("credentials")))  # noqa: E731
    monkeypatch.setattr(credentials, "look", who)
    return steps


def test_the_way_ends_with_an_apply_that_somebody_else_types(way: dict[str, Step]) -> None:
    changes = Planned("account", (planning.Group("tables", create=7),), ())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(planning, "look", lambda *_: (changes, done("plan")))

        assert promote("dev", "mine", str).next == "scripts/deploy.sh dev apply mine"


def test_where_everything_is_there_nothing_is_next(way: dict[str, Step]) -> None:
    assert promote("dev", None, str).next == ""


def test_the_first_step_that_is_not_done_is_the_next_one(way: dict[str, Step]) -> None:
    way["quota"] = to_do("quota", "too little", "ask for more")
    way["backend"] = to_do("backend", "none", "make one")

    found = promote("dev", None, str)

    assert found.next == "ask for more"
    assert found.steps[-1].state == State.WAITS
    assert not found.refused


def test_in_a_refused_account_nothing_more_is_asked(way: dict[str, Step]) -> None:
    way["account"] = refused("account", "root")

    states = {step.name: step.state for step in promote("dev", None, str).steps}

    assert states["quotas"] == states["mail"] == states["backend"] == State.WAITS


def test_without_credentials_the_plan_is_that_for_an_empty_account(
    way: dict[str, Step], monkeypatch: pytest.MonkeyPatch
) -> None:
    nobody = (None, to_do("credentials", "there are none", "sign in"))
    monkeypatch.setattr(credentials, "look", lambda _: nobody)

    found = promote("dev", None, str)

    assert found.plan == SOME_PLAN
    assert found.next == "sign in"


def test_the_report_shows_what_is_destroyed_and_the_next_command(way: dict[str, Step]) -> None:
    way["backend"] = to_do("backend", "there is none", "scripts/setup-backend.sh")

    with render.screen.capture() as shown:
        render.screen.print(report.drawn(promote("dev", None, str)))

    text = shown.get()
    assert "DESTROYS aws_dynamodb_table.old" in text
    assert "Next: scripts/setup-backend.sh" in text
    assert "docs/parity.md" in text
    assert "$" in text.partition("What it costs")[2].splitlines()[2]


def test_the_cost_is_that_of_lab_cost(way: dict[str, Step]) -> None:
    bill = cost.of("prod")

    told = promote("prod", None, str).cost

    assert (told.per_month_usd, told.per_order_usd) == (bill.total(), bill.per_order)
    assert 0 < told.fixed_usd < told.per_month_usd


def test_as_json_it_is_all_there_and_a_refusal_fails_the_command(
    way: dict[str, Step], capsys: pytest.CaptureFixture[str]
) -> None:
    way["account"] = refused("account", "this is the root user")

    code = cli.run(["promote", "dev", "--json"])

    said = json.loads(capsys.readouterr().out)
    assert code == 1
    assert said["steps"][2] == {
        "name": "account",
        "state": "refused",
        "facts": [],
        "why": "this is the root user",
        "command": "",
    }
    assert said["plan"]["lost"] == ["aws_dynamodb_table.old"]


def test_an_environment_that_there_is_not_is_a_mistake(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["promote", "pord"]) == 2
    assert "'pord' is none of dev, prod, staging" in capsys.readouterr().err
