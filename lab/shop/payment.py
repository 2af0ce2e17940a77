"""The payment gateway of an environment, and the charges that the provider has recorded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from aws_lambda_powertools.utilities.parameters import SSMProvider
from botocore.exceptions import ClientError

from checkout import gateways
from checkout.adapters.dynamodb import Table
from checkout.adapters.rows import Logged
from checkout.domain.errors import WrongSetting
from checkout.domain.payment import Charge
from checkout.settings import ParameterStore
from lab.core.errors import LabError
from lab.core.target import Target

CHARGING_FUNCTION = "payment-processor"
ALIAS = "live"


@dataclass(frozen=True)
class ProviderBooks:
    """The charges recorded by a provider; None if they cannot be read, for the reason `why`."""

    charges: Iterator[Charge] | None
    why: str = ""


@dataclass(frozen=True)
class RaisingReporter(Logged):
    """Raises for a wrong setting instead of logging it."""

    def wrong_setting(self, wrong: WrongSetting) -> None:
        """Raises LabError."""
        raise LabError(
            f"A setting in Parameter Store is wrong: {wrong}.",
            "`lab deploy` writes it again as Terraform has it.",
        )


def chosen(target: Target) -> str | None:
    """The name of the deployed payment gateway: "" if unset, None if nothing is deployed."""
    client, function = target.client("lambda"), target.named(CHARGING_FUNCTION)
    try:
        # LocalStack accepts only a version here, not the alias.
        version = client.get_alias(FunctionName=function, Name=ALIAS)["FunctionVersion"]
        configuration = client.get_function_configuration(FunctionName=function, Qualifier=version)
    except ClientError as error:
        if error.response["Error"]["Code"] != "ResourceNotFoundException":
            raise
        return None
    variables = configuration.get("Environment", {}).get("Variables", {})
    return str(variables.get("PAYMENT_GATEWAY", ""))


def books(target: Target) -> ProviderBooks:
    """The charges that the provider of the environment's gateway has recorded.

    Raises LabError if the environment uses a gateway that this checkout does not have.
    """
    name = chosen(target)
    if name is None:
        return ProviderBooks(None, f"no function charges in {target.environment}")
    if not name:
        return ProviderBooks(None, f"{target.environment} has no payment gateway")
    _require_known(name, target)
    provider = gateways.books_of(name, _payments(target), _parameters(target))
    if provider is None:
        return ProviderBooks(None, f"the gateway {name} has no report of its charges")
    return ProviderBooks(iter(provider.charges()))


def _require_known(name: str, target: Target) -> None:
    if name not in gateways.GATEWAYS:
        raise LabError(
            f"{target.environment} charges with {name}, but functions/checkout/gateways.py has no"
            " such gateway.",
            "Use the source that it was deployed from.",
        )


def _payments(target: Target) -> Table:
    return Table(target.client("dynamodb"), target.table("payments"))


def _parameters(target: Target) -> ParameterStore:
    provider = SSMProvider(boto3_client=target.client("ssm"))
    return ParameterStore(provider, target.settings_path, RaisingReporter())
