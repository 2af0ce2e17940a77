# The page and the sign-in, as managed policies: in the roles' own there is no room for them.

data "aws_iam_policy_document" "storefront" {
  #checkov:skip=CKV_AWS_109:It deploys pages and user pools, but only those that carry the environment's name or tag
  #checkov:skip=CKV_AWS_111:What AWS gives an id of its own choice has no name that could be asked for
  #checkov:skip=CKV_AWS_356:What AWS gives an id of its own choice has no name that could be asked for

  for_each = var.environments

  statement {
    sid     = "ManageWhatIsNamedAfterIt"
    actions = ["cloudfront:*", "s3:*"]
    resources = concat(
      local.pages[each.key],
      [for page in local.pages[each.key] : "${page}/*"],
      ["${local.everywhere.cloudfront}:function/${local.prefix[each.key]}-*"],
    )
  }

  # AWS knows no resources for what is not there yet.
  # https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudfront.html
  statement {
    sid = "CreateWhatItCanTag"
    actions = [
      "cloudfront:CreateDistribution",
      "cloudfront:TagResource",
      "cognito-idp:CreateUserPool",
      "cognito-idp:TagResource",
    ]
    resources = ["*"]

    condition {
      test     = "StringEquals"
      variable = "aws:RequestTag/Stack"
      values   = [local.prefix[each.key]]
    }

    condition {
      test     = "StringEqualsIfExists"
      variable = "aws:ResourceTag/Stack"
      values   = [local.prefix[each.key]]
    }
  }

  statement {
    sid = "CreateWhatTakesNoTags"
    actions = [
      "cloudfront:CreateCachePolicy",
      "cloudfront:CreateFunction",
      "cloudfront:CreateOriginAccessControl",
      "cloudfront:CreateResponseHeadersPolicy",
    ]
    resources = ["*"]
  }

  statement {
    sid       = "ManageWhatIsTagged"
    actions   = ["cloudfront:*", "cognito-idp:*"]
    resources = ["${local.everywhere.cloudfront}:distribution/*", "${local.here.cognito-idp}:userpool/*"]

    condition {
      test     = "StringEquals"
      variable = "aws:ResourceTag/Stack"
      values   = [local.prefix[each.key]]
    }
  }

  # They have ids that AWS chooses, and take no tags: anybody's can be changed with them.
  statement {
    sid       = "ChangeWhatHasNoName"
    actions   = ["cloudfront:*CachePolicy", "cloudfront:*OriginAccessControl", "cloudfront:*ResponseHeadersPolicy"]
    resources = [for kind in ["cache-policy", "origin-access-control", "origin-request-policy", "response-headers-policy"] : "${local.everywhere.cloudfront}:${kind}/*"]
  }

  # AWS knows no resources for these.
  statement {
    sid       = "LookAround"
    actions   = ["cloudfront:List*", "cognito-idp:DescribeUserPoolDomain", "cognito-idp:ListUserPools"]
    resources = ["*"]
  }
}

data "aws_iam_policy_document" "storefront_plan" {
  #checkov:skip=CKV_AWS_356:It reads only, and what AWS gives an id of its own choice has no name that could be asked for

  statement {
    sid       = "SeeThePages"
    actions   = ["s3:Get*Configuration", "s3:GetBucket*", "s3:ListBucket", "s3:ListTagsForResource"]
    resources = flatten(values(local.pages))
  }

  # How pages are served is nothing to hide: whoever asks for one sees it.
  statement {
    sid       = "SeeHowTheyAreServed"
    actions   = ["cloudfront:Describe*", "cloudfront:Get*", "cloudfront:List*"]
    resources = ["*"]
  }

  # How people sign in, and not who.
  statement {
    sid = "SeeTheSignIn"
    actions = [
      "cognito-idp:DescribeUserPool",
      "cognito-idp:DescribeUserPoolClient",
      "cognito-idp:GetUserPoolMfaConfig",
      "cognito-idp:ListTagsForResource",
    ]
    resources = ["${local.here.cognito-idp}:userpool/*"]

    condition {
      test     = "StringEquals"
      variable = "aws:ResourceTag/Stack"
      values   = values(local.prefix)
    }
  }

  statement {
    sid       = "LookAround"
    actions   = ["cognito-idp:DescribeUserPoolDomain"]
    resources = ["*"]
  }
}

resource "aws_iam_policy" "storefront" {
  for_each = merge(
    { for name in var.environments : name => data.aws_iam_policy_document.storefront[name].json },
    { plan = data.aws_iam_policy_document.storefront_plan.json },
  )

  name        = "${var.name}-pipeline-storefront-${each.key}"
  description = "What the page and the sign-in need of a pipeline"
  policy      = each.value
}

resource "aws_iam_role_policy_attachment" "storefront" {
  for_each = aws_iam_policy.storefront

  role       = each.key == "plan" ? aws_iam_role.plan.name : aws_iam_role.deploy[each.key].name
  policy_arn = each.value.arn
}
