"""The supported condition keys.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
Other keys are not supported, unless they come with the action: an Allow that depends on one allows
nothing, and a Deny that depends on one denies.
"""

from __future__ import annotations

# In lower case, for comparison. A request without a value for one of them has none on AWS, either.
GLOBAL = frozenset(
    {
        "aws:calledvia",
        "aws:currenttime",
        "aws:epochtime",
        "aws:multifactorauthage",
        "aws:multifactorauthpresent",
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
        "aws:tagkeys",
        "aws:tokenissuetime",
        "aws:useragent",
        "aws:userid",
        "aws:username",
        "aws:viaawsservice",
        "dynamodb:attributes",
        "dynamodb:enclosingoperation",
        "dynamodb:fulltablescan",
        "dynamodb:leadingkeys",
        "dynamodb:returnconsumedcapacity",
        "dynamodb:returnvalues",
        "dynamodb:select",
        "events:targetarn",
        "iam:passedtoservice",
        "iam:permissionsboundary",
        "iam:policyarn",
        "kms:viaservice",
        "lambda:functionarn",
        "lambda:functionurlauthtype",
        "lambda:principal",
        "s3:prefix",
        "s3:x-amz-acl",
        "sns:endpoint",
        "sns:protocol",
        "sts:externalid",
        "sts:rolesessionname",
    }
)
# A request may have several values of these. Other keys have at most one.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
MULTIVALUED = frozenset(
    {
        "aws:calledvia",
        "aws:principalorgpaths",
        "aws:principalservicenameslist",
        "aws:resourceorgpaths",
        "aws:sourceorgpaths",
        "aws:tagkeys",
        "dynamodb:attributes",
        "dynamodb:leadingkeys",
    }
)
RESOURCE_TAG = "aws:resourcetag/"
PREFIXES = ("aws:principaltag/", "aws:requesttag/", RESOURCE_TAG)


def is_known(key: str) -> bool:
    """Whether the key, in lower case, is supported, so that its absence is significant."""
    return key in GLOBAL or key.startswith(PREFIXES)
