"""The credentials of a request: in its Authorization header, or in a presigned URL.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-authentication-methods.html
Here only their form is read; `localstack_host.services.iam.genuine` verifies signatures of keys
that the emulator issued.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

QUERY_SIGNATURE = ("x-amz-signature", "x-amz-credential", "x-amz-algorithm", "signature")
ALGORITHMS = ("AWS4-HMAC-SHA256", "AWS4-ECDSA-P256-SHA256")
IN_HEADER = ("Credential", "Signature", "SignedHeaders")
IN_QUERY = ("Algorithm", "Credential", "Signature", "SignedHeaders", "Date")
EXPECTED_IN_VERSION_2 = "AWS authorization header is invalid. Expected AwsAccessKeyId:signature"
PARTS = {ALGORITHMS[0]: 5, ALGORITHMS[1]: 4}  # key/date/region/service/term; 4A has no region

# The access keys that are accepted. `test` and twelve digits belong to accounts of the emulator; a
# key in AWS's format may have been issued by the emulator, which is checked with permissions.
KNOWN = re.compile(r"test|[0-9]{12}|(AKIA|ASIA|LKIA|LSIA)[A-Z0-9]{12,124}")

# Operations that change nothing, and issue no credentials as STS's do. What they answer is given to
# the program that opens the URL, and to no page: `localstack_host.server` refuses browsers.
READS = re.compile(r"(Get|List|Describe)(?![A-Za-z]*Token$)[A-Z][A-Za-z]*")


class Incomplete(Exception):
    """A signature with a missing or invalid part. The message is AWS's own."""


@dataclass(frozen=True)
class Credentials:
    """An access key, and the equivalent Authorization header."""

    access_key: str
    header: str

    @property
    def are_known(self) -> bool:
        """Whether the emulator accepts the access key."""
        return KNOWN.fullmatch(self.access_key) is not None


def of(headers: Mapping[str, str], values: Mapping[str, str]) -> Credentials | None:
    """The credentials of a request with these headers and parameters, or None if it has none.

    `values` are the parameters of the query, and of the form if the protocol uses forms.
    Other schemes than AWS's (Basic, Bearer) are ignored. Raises Incomplete.
    """
    if any(f"X-Amz-{name}" in values for name in ("Algorithm", "Credential", "Signature")):
        return _of_query(values)
    header = headers.get("Authorization", "").strip()
    if header.startswith("AWS"):
        return _of_header(header, headers)
    if values.get("AWSAccessKeyId") and values.get("Signature"):
        key = values["AWSAccessKeyId"]
        return Credentials(key, f"AWS {key}:{values['Signature']}")
    return None


def is_presigned_command(query: Any) -> bool:
    """Whether a query (werkzeug's MultiDict) has a signature and names an operation that writes.

    Media players, office programs and link previews request any URL that they are given. As
    signatures with the owner's keys are not verified, such a URL would run the operation as the
    laptop's owner.
    """
    is_signed = any(name.lower() in QUERY_SIGNATURE for name in query)
    return is_signed and not all(READS.fullmatch(name) for name in query.getlist("Action"))


def of_form(form: Mapping[str, str]) -> Credentials | None:
    """The credentials of a form with an S3 POST policy, or None if it has none."""
    fields = {name.lower(): value for name, value in form.items() if name}
    if not fields.get("policy"):
        return None
    if fields.get("x-amz-credential") and fields.get("x-amz-signature"):
        credential = fields["x-amz-credential"]
        key = _access_key(credential, ALGORITHMS[0])
        return Credentials(key, _header(ALGORITHMS[0], credential, "", fields["x-amz-signature"]))
    if fields.get("awsaccesskeyid") and fields.get("signature"):
        key = fields["awsaccesskeyid"]
        return Credentials(key, f"AWS {key}:{fields['signature']}")
    return None


def _of_header(header: str, headers: Mapping[str, str]) -> Credentials:
    scheme, _, rest = header.partition(" ")
    if scheme == "AWS":  # version 2, which S3 still accepts
        key, _, signature = rest.strip().partition(":")
        if not key or not signature:
            raise Incomplete(EXPECTED_IN_VERSION_2)
        return Credentials(key, header)
    if scheme not in ALGORITHMS:
        raise Incomplete(f"Unsupported AWS 'algorithm': '{scheme}'.")
    pairs = list(_pairs(rest, header))
    parameters = dict(pairs)
    if len(parameters) < len(pairs):
        [(repeated, _)] = Counter(name for name, _ in pairs).most_common(1)
        raise Incomplete(f"Authorization header has '{repeated}' more than once.")
    _require_complete(parameters, headers, scheme)
    key = _access_key(parameters["Credential"], scheme)
    parts = (parameters["Credential"], parameters["SignedHeaders"], parameters["Signature"])
    return Credentials(key, _header(scheme, *parts))


def _require_complete(
    parameters: Mapping[str, str], headers: Mapping[str, str], scheme: str
) -> None:
    missing = [f"'{name}' parameter." for name in IN_HEADER if not parameters.get(name)]
    if not (headers.get("X-Amz-Date") or headers.get("Date")):
        missing.append("existence of either a 'X-Amz-Date' or a 'Date' header.")
    if missing:
        text = " ".join(f"Authorization header requires {part}" for part in missing)
        raise Incomplete(f"{text} Authorization={scheme}")


def _pairs(text: str, header: str) -> Iterator[tuple[str, str]]:
    for pair in re.split(r"[,\s]+", text.strip(", ")):
        name, equals, value = pair.partition("=")
        if not equals:
            raise Incomplete(
                f"'{pair}' not a valid key=value pair (missing equal-sign)"
                f" in Authorization header: '{header}'."
            )
        yield name, value


def _of_query(values: Mapping[str, str]) -> Credentials:
    missing = [name for name in IN_QUERY if not values.get(f"X-Amz-{name}")]
    if missing:
        text = "".join(
            f"AWS query-string parameters must include 'X-Amz-{name}'. " for name in missing
        )
        raise Incomplete(f"{text}Re-examine the query-string parameters.")
    algorithm, credential, signature, signed, _ = (values[f"X-Amz-{name}"] for name in IN_QUERY)
    if algorithm not in ALGORITHMS:
        raise Incomplete(f"Unsupported AWS 'algorithm': '{algorithm}'.")
    key = _access_key(credential, algorithm)
    return Credentials(key, _header(algorithm, credential, signed, signature))


def _access_key(credential: str, algorithm: str) -> str:
    parts = credential.split("/")
    if len(parts) != PARTS[algorithm] or not all(parts):
        raise Incomplete(
            "Credential must have exactly 5 slash-delimited elements,"
            f" e.g. keyid/date/region/service/term, got '{credential}'"
        )
    return parts[0]


def _header(scheme: str, credential: str, signed: str, signature: str) -> str:
    """The normalized header: every later parser reads the same access key from it."""
    return f"{scheme} Credential={credential}, SignedHeaders={signed}, Signature={signature}"
