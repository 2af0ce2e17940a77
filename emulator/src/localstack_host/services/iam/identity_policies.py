"""What the policies of roles, users and groups may say, beyond what moto looks at.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_sid.html
"""

from __future__ import annotations

import re

from localstack_host.services.iam.trust_policies import malformed, statements_of

SID = re.compile("[0-9A-Za-z]*")


def check(document: str) -> None:
    """Raises MalformedPolicyDocument for a policy that names a principal, or has a wrong Sid.

    Trust policies name one, and policies of resources may have other Sids.
    """
    for statement in statements_of(document):
        if "Principal" in statement or "NotPrincipal" in statement:
            raise malformed("Policy document should not specify a principal.")
        if not SID.fullmatch(str(statement.get("Sid") or "")):
            raise malformed(
                "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the"
                f" regular expression {SID.pattern}"
            )
