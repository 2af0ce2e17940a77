"""The payment gateway of an environment, and what its provider has in its own books."""

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

CHARGES_WITH = "payment-processor"
ALIAS = "live"


@dataclass(frozen=True)
class ProviderBooks:
    """The charges that a provider tells of. `why` says why there are none, if nobody can tell."""

    charges: Iterator[Charge] | None
    why: str = ""


@dataclass(frozen=True)
class Told(Logged):
    """Tells whoever uses the lab of a wrong setting, instead of the log."""

    def wrong_setting(self, wrong: WrongSetting) -> None:
        """Raises LabError."""
        raise LabError(
            f"A setting in Parameter Store is wrong: {wrong}.",
            "`lab deploy` writes it again as Terraform has it.",
        )


def chosen(target: Target) -> str | None:
    """The gateway that the deployed shop charges with: "" for none, None if it is not deployed."""
    client, function = target.client("lambda"), target.named(CHARGES_WITH)
    try:
        # Not by the alias itself: LocalStack knows only versions here.
        live = client.get_alias(FunctionName=function, Name=ALIAS)["FunctionVersion"]
        said = client.get_function_configuration(FunctionName=function, Qualifier=live)
    except ClientError as error:
        if error.response["Error"]["Code"] != "ResourceNotFoundException":
            raise
        return None
    return str(said.get("Environment", {}).get("Variables", {}).get("PAYMENT_GATEWAY", ""))


def books(target: Target) -> ProviderBooks:
    """What the provider of the environment's gateway has in its own books.

    Raises LabError if the environment charges with a gateway that this checkout has not.
    """
    name = chosen(target)
    if name is None:
        return ProviderBooks(None, f"no function charges in {target.environment}")
    if not name:
        return ProviderBooks(None, f"{target.environment} has no payment gateway")
    found = gateways.books_of(_known(name, target), _payments(target), _parameters(target))
    if found is None:
        return ProviderBooks(None, f"the gateway {name} does not tell of its books")
    return ProviderBooks(iter(found.charges()))


def _known(name: str, target: Target) -> str:
    if name in gateways.GATEWAYS:
        return name
    raise LabError(
        f"{target.environment} charges with {name}, but functions/checkout/gateways.py has not.",
        "Ask from the checkout that it was deployed from.",
    )


def _payments(target: Target) -> Table:
    return Table(target.client("dynamodb"), target.table("payments"))


def _parameters(target: Target) -> ParameterStore:
    provider = SSMProvider(boto3_client=target.client("ssm"))
    return ParameterStore(provider, target.settings_path, Told())
