"""The condition keys that are known here.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
A key that is not among them, nor supplied with the action, is not understood: an Allow that needs
it allows nothing, and a Deny that needs it denies.
"""

from __future__ import annotations

# In lower case, as keys are compared. A request that has no value for one of them lacks it on AWS.
GLOBAL = frozenset(
    {
        "aws:calledvia",
        "aws:currenttime",
        "aws:epochtime",
        "aws:principalaccount",
        "aws:principalarn",
        "aws:principalisawsservice",
        "aws:principalservicename",
        "aws:principaltype",
        "aws:referer",
        "aws:requestedregion",
        "aws:resourceaccount",
        "aws:securetransport",
        "aws:sourceaccount",
        "aws:sourcearn",
        "aws:sourceip",
        "aws:sourceowner",
        "aws:sourcevpc",
        "aws:sourcevpce",
        "aws:useragent",
        "aws:userid",
        "aws:username",
        "aws:viaawsservice",
        "lambda:functionarn",
        "lambda:functionurlauthtype",
        "sts:externalid",
        "sts:rolesessionname",
    }
)
PREFIXES = ("aws:principaltag/",)


def is_known(key: str) -> bool:
    """Whether the key, in lower case, is one whose absence in a request means something."""
    return key in GLOBAL or key.startswith(PREFIXES)
