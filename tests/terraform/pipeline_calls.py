"""Calls of AWS that are the work of the pipelines' roles, and calls that are not."""

from __future__ import annotations

from lab.core import naming
from lab.deploy.plans import offline
from tests.terraform.policies import Call

REGION, ACCOUNT = naming.shop().region, offline.ACCOUNT

API = f"arn:aws:apigateway:{REGION}::"

BOUNDARY = f"arn:aws:iam::{ACCOUNT}:policy/checkout-pipeline-boundary-dev"

STATES = "ecommerce-checkout-terraform-state-acme"

OWN, OTHERS = {"aws:ResourceTag/Stack": "checkout-dev"}, {"aws:ResourceTag/Stack": "checkout-prod"}

NEW, NEW_OTHERS = (
    {"aws:RequestTag/Stack": "checkout-dev"},
    {"aws:RequestTag/Stack": "checkout-prod"},
)

BOUND = {"iam:PermissionsBoundary": BOUNDARY}


def arn(service: str, resource: str) -> str:
    return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{resource}"


def role(name: str) -> str:
    return f"arn:aws:iam::{ACCOUNT}:role/{name}"


DEPLOYS = [
    Call("dynamodb:CreateTable", arn("dynamodb", "table/orders-dev")),
    Call("dynamodb:TagResource", arn("dynamodb", "table/orders-dev")),
    Call("lambda:CreateFunction", arn("lambda", "function:checkout-dev-notifier")),
    Call("lambda:UpdateAlias", arn("lambda", "function:checkout-dev-notifier:live")),
    Call("lambda:AddPermission", arn("lambda", "function:checkout-dev-checkout-api:live")),
    Call(
        "lambda:CreateEventSourceMapping",
        context={"lambda:FunctionArn": arn("lambda", "function:checkout-dev-notifier:live")} | NEW,
    ),
    Call("lambda:GetEventSourceMapping", arn("lambda", "event-source-mapping:gone")),
    Call("lambda:TagResource", arn("lambda", "event-source-mapping:*"), NEW),
    Call("lambda:TagResource", arn("lambda", "event-source-mapping:1-2"), NEW | OWN),
    Call("lambda:ListTags", arn("lambda", "event-source-mapping:1-2"), OWN),
    Call("iam:CreateRole", role("checkout-dev-sweeper"), BOUND),
    Call("iam:PutRolePolicy", role("checkout-dev-sweeper"), BOUND),
    Call("iam:PutRolePermissionsBoundary", role("checkout-dev-sweeper"), BOUND),
    Call("iam:UpdateAssumeRolePolicy", role("checkout-dev-sweeper"), BOUND),
    *(
        Call(
            "iam:AttachRolePolicy",
            role("checkout-dev-backup"),
            BOUND
            | {
                "iam:PolicyARN": "arn:aws:iam::aws:policy/service-role/"
                f"AWSBackupServiceRolePolicyFor{work}"
            },
        )
        for work in ("Backup", "Restores")
    ),
    Call("iam:DetachRolePolicy", role("checkout-dev-backup"), BOUND),
    Call(
        "iam:PassRole",
        role("checkout-dev-workflow"),
        {"iam:PassedToService": "states.amazonaws.com"},
    ),
    Call("cloudtrail:DescribeTrails"),
    Call("cloudtrail:CreateTrail", arn("cloudtrail", "trail/checkout-dev")),
    Call("backup:CreateBackupPlan", arn("backup", "backup-plan:*"), NEW),
    Call("backup:TagResource", arn("backup", "backup-plan:1"), NEW),
    Call("backup:ListTags", arn("backup", "backup-plan:1"), OWN),
    Call("backup:CreateBackupSelection", arn("backup", "backup-plan:1"), OWN),
    Call("backup:CreateBackupVault", arn("backup", "backup-vault:checkout-dev"), NEW),
    Call("backup-storage:MountCapsule"),
    *(Call(f"sns:{a}") for a in ("GetSubscriptionAttributes", "Unsubscribe")),
    Call("sns:SetSubscriptionAttributes", arn("sns", "checkout-dev-orders")),
    Call("sns:Unsubscribe", arn("sns", "checkout-dev-orders:1-2")),
    Call("kms:CreateKey", context=NEW),
    Call("kms:TagResource", arn("kms", "key/*"), NEW),
    Call("kms:EnableKeyRotation", arn("kms", "key/1"), OWN),
    Call("kms:CreateAlias", arn("kms", "alias/checkout-dev-topics")),
    Call("kms:CreateAlias", arn("kms", "key/1"), OWN),
    Call("apigateway:POST", f"{API}/restapis", NEW),
    Call("apigateway:PUT", f"{API}/tags/arn%3Aaws%3Aapigateway%3A%3A%3A%2Frestapis%2F*", NEW),
    Call("apigateway:PUT", f"{API}/restapis/a1", OWN),
    Call("apigateway:POST", f"{API}/restapis/a1/deployments", OWN),
    Call("apigateway:POST", f"{API}/restapis/a1/stages", OWN | NEW),
    Call("apigateway:PATCH", f"{API}/restapis/a1/stages/dev", OWN),
    Call("apigateway:SetWebACL", f"{API}/restapis/a1/stages/dev", OWN),
    Call("apigateway:POST", f"{API}/usageplans", NEW),
    Call("apigateway:POST", f"{API}/usageplans/u1/keys", OWN),
    Call("apigateway:POST", f"{API}/apikeys", NEW),
    Call("wafv2:CreateWebACL", arn("wafv2", "regional/webacl/checkout-dev/*")),
    Call(
        "wafv2:CreateWebACL",
        f"arn:aws:wafv2:{REGION}:aws:regional/managedruleset/AWS/AWSManagedRulesCommonRuleSet",
    ),
    Call("wafv2:AssociateWebACL", f"{API}/restapis/a1/stages/dev"),
    Call("budgets:ModifyBudget", f"arn:aws:budgets::{ACCOUNT}:budget/checkout-dev"),
    Call("cloudwatch:PutCompositeAlarm"),
    Call("cloudwatch:PutCompositeAlarm", arn("cloudwatch", "alarm:checkout-dev-unhealthy")),
    Call("cloudwatch:PutDashboard", f"arn:aws:cloudwatch::{ACCOUNT}:dashboard/checkout-dev"),
    Call("logs:CreateLogGroup", arn("logs", "log-group:/aws/vendedlogs/states/checkout-dev")),
    Call("logs:PutRetentionPolicy", arn("logs", "log-group:/aws/lambda/checkout-dev-sweeper:*")),
    Call("logs:PutResourcePolicy"),
    Call("events:PutTargets", arn("events", "rule/checkout-dev/checkout-dev-operations")),
    Call("events:PutRule", arn("events", "rule/checkout-dev-sweep")),
    Call("s3:PutObject", f"arn:aws:s3:::checkout-dev-code-{ACCOUNT}/functions/1.zip"),
    Call("s3:PutBucketPolicy", f"arn:aws:s3:::checkout-dev-trail-{ACCOUNT}"),
    Call("ssm:PutParameter", arn("ssm", "parameter/checkout/dev/auth/key-set")),
    Call("states:UpdateStateMachine", arn("states", "stateMachine:checkout-dev")),
    Call("states:ValidateStateMachineDefinition"),
    Call("s3:PutObject", f"arn:aws:s3:::{STATES}/dev/terraform.tfstate"),
    Call(
        "dynamodb:PutItem",
        arn("dynamodb", "table/terraform-state-lock"),
        {"dynamodb:LeadingKeys": [f"{STATES}/dev/terraform.tfstate-md5"]},
    ),
]

ADMINISTRATOR = {"iam:PolicyARN": "arn:aws:iam::aws:policy/AdministratorAccess"}

DOES_NOT = [
    Call("iam:CreateRole", role("checkout-dev-sweeper")),
    Call(
        "iam:CreateRole",
        role("checkout-dev-sweeper"),
        {"iam:PermissionsBoundary": BOUNDARY.replace("-dev", "-prod")},
    ),
    Call("iam:CreateRole", role("checkout-prod-sweeper"), BOUND),
    Call("iam:PutRolePolicy", role("checkout-pipeline-deploy-dev")),
    Call("iam:PutRolePolicy", role("checkout-pipeline-deploy-dev"), BOUND),
    Call("iam:PutRolePolicy", role("checkout-dev-sweeper")),
    Call("iam:UpdateAssumeRolePolicy", role("checkout-dev-sweeper")),
    Call("iam:AttachRolePolicy", role("checkout-dev-backup"), BOUND | ADMINISTRATOR),
    Call("iam:DeleteRolePermissionsBoundary", role("checkout-dev-sweeper"), BOUND),
    Call("iam:CreatePolicyVersion", BOUNDARY),
    Call("iam:SetDefaultPolicyVersion", BOUNDARY),
    Call("iam:DeletePolicy", BOUNDARY),
    Call("iam:CreateUser", f"arn:aws:iam::{ACCOUNT}:user/checkout-dev-me"),
    Call(
        "iam:PassRole", role("checkout-dev-sweeper"), {"iam:PassedToService": "ec2.amazonaws.com"}
    ),
    Call("iam:PassRole", role("payroll"), {"iam:PassedToService": "lambda.amazonaws.com"}),
    Call("sts:AssumeRole", role("checkout-pipeline-deploy-prod")),
    Call("apigateway:DELETE", f"{API}/restapis/a1", OTHERS),
    Call("apigateway:DELETE", f"{API}/restapis/a1"),
    Call("apigateway:PATCH", f"{API}/restapis/a1/stages/prod", OTHERS),
    Call("apigateway:PATCH", f"{API}/account"),
    Call("apigateway:POST", f"{API}/restapis", NEW_OTHERS),
    Call(
        "apigateway:PUT",
        f"{API}/tags/arn%3Aaws%3Aapigateway%3A%3A%3A%2Frestapis%2Fa1",
        NEW | OTHERS,
    ),
    Call("apigateway:DELETE", f"{API}/usageplans/u1", OTHERS),
    Call("apigateway:GET", f"{API}/apikeys/k1", OTHERS),
    Call("budgets:ModifyBudget", f"arn:aws:budgets::{ACCOUNT}:budget/checkout-prod"),
    Call("budgets:ModifyBudget", f"arn:aws:budgets::{ACCOUNT}:budget/payroll"),
    Call("kms:ScheduleKeyDeletion", arn("kms", "key/1"), OTHERS),
    Call("kms:ScheduleKeyDeletion", arn("kms", "key/1")),
    Call("kms:ScheduleKeyDeletion", arn("kms", "key/1"), {"aws:ResourceTag/Environment": "dev"}),
    Call("kms:TagResource", arn("kms", "key/1"), NEW | OTHERS),
    Call("kms:CreateKey", context=NEW_OTHERS),
    Call("kms:DeleteAlias", arn("kms", "alias/checkout-prod")),
    Call("kms:UpdateAlias", arn("kms", "alias/checkout-dev2")),
    Call(
        "lambda:DeleteEventSourceMapping",
        arn("lambda", "event-source-mapping:1"),
        {"lambda:FunctionArn": arn("lambda", "function:checkout-prod-notifier:live")},
    ),
    Call("lambda:DeleteFunction", arn("lambda", "function:checkout-prod-notifier")),
    Call("lambda:DeleteFunction", arn("lambda", "function:checkout-dev2-notifier")),
    Call("wafv2:DeleteWebACL", arn("wafv2", "regional/webacl/checkout-prod/1")),
    Call("wafv2:DisassociateWebACL", f"{API}/restapis/a1/stages/prod"),
    Call("cloudwatch:PutCompositeAlarm", arn("cloudwatch", "alarm:checkout-prod-unhealthy")),
    Call("cloudwatch:DeleteAlarms", arn("cloudwatch", "alarm:checkout-prod-unhealthy")),
    Call("logs:DeleteResourcePolicy"),
    Call("logs:DeleteLogGroup", arn("logs", "log-group:/aws/lambda/checkout-prod-sweeper:*")),
    Call("logs:DeleteLogGroup", arn("logs", "log-group:/aws/lambda/payroll-checkout-dev:*")),
    Call("dynamodb:DeleteTable", arn("dynamodb", "table/orders-prod")),
    Call("dynamodb:DeleteTable", arn("dynamodb", "table/payroll-dev")),
    Call("dynamodb:DeleteTable", arn("dynamodb", "table/terraform-state-lock")),
    Call("sns:Unsubscribe", arn("sns", "checkout-prod-orders:1-2")),
    Call("s3:DeleteBucket", f"arn:aws:s3:::checkout-prod-code-{ACCOUNT}"),
    Call("s3:GetObject", f"arn:aws:s3:::checkout-dev-trail-{ACCOUNT}/AWSLogs/1"),
    Call("s3:DeleteObjectVersion", f"arn:aws:s3:::checkout-dev-trail-{ACCOUNT}/AWSLogs/1"),
    Call("s3:GetObject", f"arn:aws:s3:::{STATES}/prod/terraform.tfstate"),
    Call("s3:PutBucketPolicy", f"arn:aws:s3:::{STATES}"),
    Call("ssm:GetParameter", arn("ssm", "parameter/checkout/prod/payment/provider-secret")),
    Call("backup:DeleteBackupPlan", arn("backup", "backup-plan:1"), OTHERS),
    Call("backup:TagResource", arn("backup", "backup-plan:1"), NEW | OTHERS),
    Call("backup:DeleteBackupVault", arn("backup", "backup-vault:checkout-prod")),
    Call(
        "dynamodb:DeleteItem",
        arn("dynamodb", "table/terraform-state-lock"),
        {"dynamodb:LeadingKeys": [f"{STATES}/prod/terraform.tfstate-md5"]},
    ),
    Call("ec2:RunInstances"),
]

VIA = "kms:ViaService"

PLANS = [
    Call("s3:GetObject", f"arn:aws:s3:::checkout-prod-code-{ACCOUNT}/functions/1.zip"),
    Call("s3:GetObject", f"arn:aws:s3:::{STATES}/prod/terraform.tfstate"),
    Call("s3:GetEncryptionConfiguration", f"arn:aws:s3:::checkout-prod-trail-{ACCOUNT}"),
    Call("s3:ListBucket", f"arn:aws:s3:::checkout-prod-code-{ACCOUNT}"),
    *(
        Call(
            "kms:Decrypt",
            arn("kms", "key/1"),
            OTHERS | {VIA: f"{service}.{REGION}.amazonaws.com"},
        )
        for service in ("ssm", "lambda")
    ),
    Call("kms:GetKeyPolicy", arn("kms", "key/1"), OWN),
    Call("ssm:GetParameter", arn("ssm", "parameter/checkout/prod/pricing/tax")),
    Call("ssm:DescribeParameters"),
    Call("iam:GetRolePolicy", role("checkout-staging-sweeper")),
    Call("lambda:GetFunction", arn("lambda", "function:checkout-dev-sweeper")),
    Call("lambda:GetAlias", arn("lambda", "function:checkout-dev-sweeper:live")),
    Call("lambda:ListFunctions"),
    Call(
        "lambda:GetEventSourceMapping",
        arn("lambda", "event-source-mapping:1"),
        {"lambda:FunctionArn": arn("lambda", "function:checkout-prod-notifier:live")},
    ),
    Call("apigateway:GET", f"{API}/restapis/a1/stages/prod", OTHERS),
    Call("apigateway:GET", f"{API}/usageplans/u1", OTHERS),
    Call("cloudtrail:DescribeTrails"),
    Call("backup:GetBackupSelection", arn("backup", "backup-plan:1"), OTHERS),
    Call("budgets:ViewBudget", f"arn:aws:budgets::{ACCOUNT}:budget/checkout-prod"),
    Call("wafv2:GetWebACLForResource", f"{API}/restapis/a1/stages/prod"),
    Call("sns:GetSubscriptionAttributes"),
    Call("dynamodb:DescribeContinuousBackups", arn("dynamodb", "table/orders-prod")),
]

DOES_NOT_PLAN = [
    Call("ssm:GetParameter", arn("ssm", "parameter/checkout/prod/payment/provider-secret")),
    Call("ssm:GetParametersByPath", arn("ssm", "parameter/checkout/prod/auth")),
    Call("ssm:GetParameterHistory", arn("ssm", "parameter/checkout/prod/payment/provider-secret")),
    Call("ssm:GetParameter", arn("ssm", "parameter/checkout/prod/payment/provider-secret")),
    Call("ssm:GetParameter", arn("ssm", "parameter/payroll/password")),
    Call("kms:Decrypt", arn("kms", "key/1"), OTHERS),
    Call("kms:Decrypt", arn("kms", "key/1"), {VIA: f"ssm.{REGION}.amazonaws.com"}),
    Call(
        "kms:Decrypt",
        arn("kms", "key/1"),
        OTHERS | {VIA: f"secretsmanager.{REGION}.amazonaws.com"},
    ),
    Call("secretsmanager:GetSecretValue", arn("secretsmanager", "secret:payroll")),
    Call("dynamodb:GetItem", arn("dynamodb", "table/orders-prod")),
    Call("dynamodb:Scan", arn("dynamodb", "table/orders-prod")),
    Call("dynamodb:GetRecords", arn("dynamodb", "table/orders-prod/stream/1")),
    Call("logs:FilterLogEvents", arn("logs", "log-group:/aws/lambda/checkout-prod-notifier:*")),
    Call("logs:GetLogEvents", arn("logs", "log-group:/aws/lambda/checkout-prod-notifier:*")),
    Call("sqs:ReceiveMessage", arn("sqs", "checkout-prod-notifications")),
    Call("states:GetExecutionHistory", arn("states", "execution:checkout-prod:1")),
    Call("states:DescribeExecution", arn("states", "execution:checkout-prod:1")),
    Call("apigateway:GET", f"{API}/apikeys"),
    Call("apigateway:GET", f"{API}/usageplans/u1/keys", OTHERS),
    Call("s3:GetObject", f"arn:aws:s3:::checkout-prod-trail-{ACCOUNT}/AWSLogs/1"),
    Call("s3:GetObject", f"arn:aws:s3:::{STATES}/bootstrap/terraform.tfstate"),
    Call("s3:GetObject", "arn:aws:s3:::payroll/2026.csv"),
    Call("lambda:GetFunction", arn("lambda", "function:payroll")),
    Call("lambda:InvokeFunction", arn("lambda", "function:checkout-dev-sweeper")),
    Call("iam:GetRolePolicy", role("payroll")),
    Call("dynamodb:DescribeTable", arn("dynamodb", "table/payroll")),
    Call("backup:GetRecoveryPointRestoreMetadata", arn("backup", "backup-vault:checkout-prod")),
    Call("dynamodb:PutItem", arn("dynamodb", "table/terraform-state-lock")),
    Call("sts:AssumeRole", role("checkout-dev-sweeper")),
]

RUNS = [
    Call("dynamodb:UpdateItem", arn("dynamodb", "table/orders-dev")),
    Call("dynamodb:Query", arn("dynamodb", "table/orders-dev/index/open")),
    Call("ssm:GetParametersByPath", arn("ssm", "parameter/checkout/dev/auth")),
    Call("states:StartExecution", arn("states", "stateMachine:checkout-dev")),
    Call("ses:SendRawEmail", arn("ses", "identity/somebody@example.com")),
    Call("kms:Decrypt", arn("kms", "key/1"), OWN),
    Call("sqs:DeleteMessage", arn("sqs", "checkout-dev-notifications")),
    Call("xray:PutTraceSegments"),
    Call("dynamodb:RestoreTableFromAwsBackup", arn("dynamodb", "table/orders-dev-before")),
]

DOES_NOT_RUN = [
    Call("dynamodb:GetItem", arn("dynamodb", "table/orders-prod")),
    Call("dynamodb:GetItem", arn("dynamodb", "table/terraform-state-lock")),
    Call("iam:CreateRole", role("checkout-dev-me"), BOUND),
    Call("iam:CreateUser", f"arn:aws:iam::{ACCOUNT}:user/me"),
    Call("sts:AssumeRole", role("checkout-pipeline-deploy-prod")),
    Call("lambda:UpdateFunctionCode", arn("lambda", "function:checkout-dev-sweeper")),
    Call("lambda:InvokeFunction", arn("lambda", "function:checkout-prod-sweeper")),
    Call("s3:GetObject", f"arn:aws:s3:::{STATES}/dev/terraform.tfstate"),
    Call("s3:GetObject", f"arn:aws:s3:::checkout-dev-trail-{ACCOUNT}/AWSLogs/1"),
    Call("kms:Decrypt", arn("kms", "key/1"), OTHERS),
    Call("ssm:GetParameter", arn("ssm", "parameter/checkout/prod/payment/provider-secret")),
    Call("secretsmanager:GetSecretValue", arn("secretsmanager", "secret:payroll")),
    Call("logs:FilterLogEvents", arn("logs", "log-group:/aws/lambda/checkout-dev-notifier:*")),
]

PAGES = "arn:aws:s3:::checkout-{}-storefront-" + ACCOUNT

POOL, DISTRIBUTION = (
    arn("cognito-idp", "userpool/us-east-2_a"),
    f"arn:aws:cloudfront::{ACCOUNT}:distribution/E1",
)

POLICY = f"arn:aws:cloudfront::{ACCOUNT}:cache-policy/1"

SERVES = [
    Call("s3:PutObject", f"{PAGES.format('dev')}/index.html"),
    Call("s3:PutBucketPolicy", PAGES.format("dev")),
    Call("s3:PutBucketOwnershipControls", f"{PAGES.format('dev')}-logs"),
    Call("cloudfront:CreateDistribution", "*", NEW),
    Call("cloudfront:TagResource", DISTRIBUTION, NEW),
    Call("cloudfront:UpdateDistribution", DISTRIBUTION, OWN),
    Call("cloudfront:CreateInvalidation", DISTRIBUTION, OWN),
    Call("cloudfront:CreateFunction", "*"),
    Call("cloudfront:CreateCachePolicy", "*"),
    Call("cognito-idp:CreateUserPool", "*", NEW),
    Call("cognito-idp:CreateUserPoolClient", POOL, OWN),
    Call("cognito-idp:CreateUserPoolDomain", POOL, OWN),
    Call("cognito-idp:DescribeUserPoolDomain"),
]

DOES_NOT_SERVE = [
    Call("s3:PutObject", f"{PAGES.format('prod')}/index.html"),
    Call("s3:DeleteBucket", f"{PAGES.format('prod')}-logs"),
    Call("cloudfront:UpdateDistribution", DISTRIBUTION, OTHERS),
    Call("cloudfront:CreateInvalidation", DISTRIBUTION, OTHERS),
    Call("cloudfront:CreateDistribution", "*", NEW_OTHERS),
    Call("cloudfront:TagResource", DISTRIBUTION, NEW | OTHERS),
    Call("cloudfront:UpdateFunction", f"arn:aws:cloudfront::{ACCOUNT}:function/checkout-prod-api"),
    Call("cognito-idp:CreateUserPool", "*", NEW_OTHERS),
    Call("cognito-idp:DeleteUserPool", POOL, OTHERS),
    Call("cognito-idp:AdminSetUserPassword", POOL, OTHERS),
    Call("cognito-idp:ListUsers", POOL),
]

PLANS_PAGES = [
    Call("s3:GetBucketPolicy", PAGES.format("prod")),
    Call("cloudfront:GetDistribution", DISTRIBUTION, OTHERS),
    Call("cognito-idp:DescribeUserPoolClient", POOL, OTHERS),
    Call("cognito-idp:DescribeUserPoolDomain"),
]

PLANS_NO_PAGES = [
    Call("s3:GetObject", f"{PAGES.format('prod')}-logs/E1.gz"),
    Call("s3:PutObject", f"{PAGES.format('dev')}/index.html"),
    Call("cloudfront:UpdateDistribution", DISTRIBUTION, OWN),
    Call("cognito-idp:ListUsers", POOL, OWN),
    Call("cognito-idp:AdminGetUser", POOL, OWN),
]

ASKED = [
    ("dev", DEPLOYS, True),
    ("dev", DOES_NOT, False),
    ("plan", PLANS, True),
    ("plan", DOES_NOT_PLAN, False),
    ("storefront-dev", SERVES, True),
    ("storefront-dev", DOES_NOT_SERVE, False),
    ("storefront-plan", PLANS_PAGES, True),
    ("storefront-plan", PLANS_NO_PAGES, False),
    ("boundary-dev", RUNS, True),
    ("boundary-dev", DOES_NOT_RUN, False),
]
