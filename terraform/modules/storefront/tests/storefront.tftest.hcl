# The shop's page, as everybody gets it.

mock_provider "aws" {
  mock_data "aws_iam_policy_document" {
    defaults = { json = "{}" }
  }

  mock_resource "aws_s3_bucket" {
    defaults = {
      arn                         = "arn:aws:s3:::checkout-prod-storefront-123456789012"
      bucket_domain_name          = "checkout-prod-storefront-123456789012-logs.s3.amazonaws.com"
      bucket_regional_domain_name = "checkout-prod-storefront-123456789012.s3.us-east-2.amazonaws.com"
    }
  }

  mock_resource "aws_cloudfront_distribution" {
    defaults = {
      arn         = "arn:aws:cloudfront::123456789012:distribution/E1EXAMPLE"
      domain_name = "d1example.cloudfront.net"
    }
  }

  mock_resource "aws_cloudfront_function" {
    defaults = { arn = "arn:aws:cloudfront::123456789012:function/checkout-prod-page" }
  }
}

variables {
  name               = "checkout-prod"
  account            = { id = "123456789012" }
  api                = { domain_name = "a1b2c3.execute-api.us-east-2.amazonaws.com", stage = "prod" }
  log_retention_days = 365
}

run "only_this_distribution_reads_the_files" {
  assert {
    condition     = alltrue([aws_s3_bucket_public_access_block.files.block_public_policy, aws_s3_bucket_public_access_block.files.restrict_public_buckets])
    error_message = "Wanted a private bucket."
  }

  assert {
    condition     = contains(flatten([for s in data.aws_iam_policy_document.files.statement : [for c in s.condition : c.values]]), "arn:aws:cloudfront::123456789012:distribution/E1EXAMPLE")
    error_message = "Wanted the bucket to be read for this distribution, and no other."
  }

  assert {
    condition     = toset(flatten([for s in data.aws_iam_policy_document.files.statement : s.actions if s.sid == "ReadForCustomers"])) == toset(["s3:GetObject"])
    error_message = "Wanted CloudFront to read, and not to list."
  }

  assert {
    condition     = aws_cloudfront_origin_access_control.this[0].signing_behavior == "always"
    error_message = "Wanted each request to the bucket to be signed."
  }

  assert {
    condition     = output.url == "https://d1example.cloudfront.net/"
    error_message = "Wanted the address of the page, got ${output.url}."
  }
}

run "the_api_is_below_api_and_its_stage_is_hidden" {
  command = plan

  assert {
    condition     = anytrue([for o in aws_cloudfront_distribution.this[0].origin : o.origin_id == "api" && o.origin_path == "/prod" && o.domain_name == var.api.domain_name])
    error_message = "Wanted the stage in the path of the origin."
  }

  assert {
    condition     = aws_cloudfront_distribution.this[0].ordered_cache_behavior[0].path_pattern == "/api/*" && aws_cloudfront_distribution.this[0].ordered_cache_behavior[0].cache_policy_id == "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
    error_message = "Wanted no answer of the API in a cache."
  }

  assert {
    condition     = aws_cloudfront_distribution.this[0].ordered_cache_behavior[0].viewer_protocol_policy == "https-only"
    error_message = "Wanted a token never to go over plain HTTP."
  }

  assert {
    condition     = length(aws_cloudfront_distribution.this[0].custom_error_response) == 0
    error_message = "Wanted the API's answers, also where they are errors."
  }

  assert {
    condition     = strcontains(aws_cloudfront_function.this["api"].code, "^\\/api") && strcontains(aws_cloudfront_function.this["page"].code, "location: { value: \"/\" }")
    error_message = "Wanted /api taken off, and deep links to lead to the page."
  }

  assert {
    condition     = strcontains(aws_cloudfront_function.this["api"].code, "request.headers[\"true-client-ip\"] = { value: event.viewer.ip }")
    error_message = "Wanted the viewer's address for the firewall, whatever the viewer says."
  }
}

run "a_browser_runs_what_is_ours_and_talks_to_the_sign_in" {
  command = plan

  variables {
    sign_in_origin = "https://checkout-prod-123456789012.auth.us-east-2.amazoncognito.com"
  }

  assert {
    condition     = strcontains(aws_cloudfront_response_headers_policy.this[0].security_headers_config[0].content_security_policy[0].content_security_policy, "connect-src 'self' https://checkout-prod-123456789012.auth.us-east-2.amazoncognito.com;")
    error_message = "Wanted the sign-in to be reached."
  }

  assert {
    condition     = !strcontains(aws_cloudfront_response_headers_policy.this[0].security_headers_config[0].content_security_policy[0].content_security_policy, "unsafe")
    error_message = "Wanted no script and no style but in files."
  }

  assert {
    condition     = aws_cloudfront_response_headers_policy.this[0].security_headers_config[0].strict_transport_security[0].access_control_max_age_sec >= 31536000
    error_message = "Wanted HTTPS for a year."
  }

  assert {
    condition     = length(aws_cloudfront_response_headers_policy.this[0].custom_headers_config[0].items) == 3
    error_message = "Wanted the other headers of headers.json, too."
  }
}

run "files_are_compressed_logged_and_kept_as_each_says" {
  command = plan

  assert {
    condition     = aws_cloudfront_distribution.this[0].default_cache_behavior[0].compress && aws_cloudfront_cache_policy.files[0].parameters_in_cache_key_and_forwarded_to_origin[0].enable_accept_encoding_brotli
    error_message = "Wanted compression."
  }

  assert {
    condition     = aws_cloudfront_cache_policy.files[0].min_ttl == 0 && aws_cloudfront_cache_policy.files[0].default_ttl == 0
    error_message = "Wanted nothing to be kept that does not say so."
  }

  assert {
    condition     = !aws_cloudfront_distribution.this[0].logging_config[0].include_cookies && aws_s3_bucket_lifecycle_configuration.logs[0].rule[0].expiration[0].days == 365
    error_message = "Wanted a log for a year, without cookies."
  }
}

run "a_domain_of_ones_own_has_a_certificate_and_tls_1_2" {
  command = plan

  variables {
    domain = { name = "shop.example", certificate_arn = "arn:aws:acm:us-east-1:123456789012:certificate/c" }
  }

  assert {
    condition     = aws_cloudfront_distribution.this[0].viewer_certificate[0].minimum_protocol_version == "TLSv1.2_2021" && toset(aws_cloudfront_distribution.this[0].aliases) == toset(["shop.example"])
    error_message = "Wanted the domain, and TLS 1.2."
  }

  assert {
    condition     = output.url == "https://shop.example/"
    error_message = "Wanted the domain as the address."
  }
}

run "without_a_distribution_there_are_the_files_only" {
  command = plan

  variables {
    distribution = false
  }

  assert {
    condition     = length(aws_cloudfront_distribution.this) == 0 && length(aws_s3_bucket.logs) == 0 && output.url == null && output.distribution_id == null
    error_message = "Wanted the bucket, and nothing that reads it."
  }
}

run "a_certificate_elsewhere_is_refused" {
  command = plan

  variables {
    domain = { name = "shop.example", certificate_arn = "arn:aws:acm:us-east-2:123456789012:certificate/c" }
  }

  expect_failures = [var.domain]
}

run "a_regional_web_acl_is_refused" {
  command = plan

  variables {
    web_acl_arn = "arn:aws:wafv2:us-east-2:123456789012:regional/webacl/checkout/a"
  }

  expect_failures = [var.web_acl_arn]
}

run "the_whole_world_may_have_the_page_near" {
  command = plan

  variables {
    price_class = "PriceClass_All"
  }

  assert {
    condition     = aws_cloudfront_distribution.this[0].price_class == "PriceClass_All"
    error_message = "Wanted the price class that was asked for."
  }
}

run "a_name_that_no_bucket_can_have_is_refused" {
  command = plan

  variables {
    name = "Checkout_Prod"
  }

  expect_failures = [var.name]
}

run "a_price_class_that_there_is_not_is_refused" {
  command = plan

  variables {
    price_class = "PriceClass_300"
  }

  expect_failures = [var.price_class]
}

run "a_sign_in_with_a_path_is_refused" {
  command = plan

  variables {
    sign_in_origin = "https://issuer.example/oauth2"
  }

  expect_failures = [var.sign_in_origin]
}
