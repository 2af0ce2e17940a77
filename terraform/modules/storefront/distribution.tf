locals {
  headers = jsondecode(templatefile("${path.module}/headers.json", {
    sign_in = var.sign_in_origin == null ? "" : " ${var.sign_in_origin}"
  }))

  # AWS's own, which are the same in every account:
  # https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-cache-policies.html
  caching_disabled              = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
  all_viewer_except_host_header = "b689b0a8-53d0-40ab-baf2-68738e2966ac"
}

resource "aws_cloudfront_origin_access_control" "this" {
  count = local.count

  name                              = local.bucket
  description                       = "The files of ${var.name}"
  origin_access_control_origin_type = "s3"
  signing_behavior                  = "always"
  signing_protocol                  = "sigv4"
}

# How long a file is kept is said with the file, when it is uploaded: a name with a version in it for
# a year, and any other not without asking.
resource "aws_cloudfront_cache_policy" "files" {
  count = local.count

  name        = "${var.name}-files"
  comment     = "As long as each file says"
  min_ttl     = 0
  default_ttl = 0
  max_ttl     = 31536000

  parameters_in_cache_key_and_forwarded_to_origin {
    enable_accept_encoding_brotli = true
    enable_accept_encoding_gzip   = true

    cookies_config {
      cookie_behavior = "none"
    }

    headers_config {
      header_behavior = "none"
    }

    query_strings_config {
      query_string_behavior = "none"
    }
  }
}

resource "aws_cloudfront_response_headers_policy" "this" {
  #checkov:skip=CKV_AWS_259:It is enforced for a year; the list in browsers (preload) is for who owns the domain to enter
  count = local.count

  name    = var.name
  comment = "What a browser may do with the shop's page"

  security_headers_config {
    content_security_policy {
      content_security_policy = local.headers["Content-Security-Policy"]
      override                = true
    }

    content_type_options {
      override = true
    }

    frame_options {
      frame_option = local.headers["X-Frame-Options"]
      override     = true
    }

    referrer_policy {
      referrer_policy = local.headers["Referrer-Policy"]
      override        = true
    }

    strict_transport_security {
      access_control_max_age_sec = 31536000
      include_subdomains         = true
      preload                    = false
      override                   = true
    }
  }

  custom_headers_config {
    dynamic "items" {
      for_each = ["Cross-Origin-Opener-Policy", "Cross-Origin-Resource-Policy", "Permissions-Policy"]

      content {
        header   = items.value
        value    = local.headers[items.value]
        override = true
      }
    }
  }
}

# Not as error pages of the distribution: those would take the place of the API's answers as well.
resource "aws_cloudfront_function" "this" {
  for_each = var.distribution ? toset(["page", "api"]) : []

  name    = "${var.name}-${each.key}"
  runtime = "cloudfront-js-2.0"
  comment = each.key == "page" ? "A path that names no file leads to the page" : "/api is not part of the API's own paths; who asks, for the firewall"
  publish = true
  code    = file("${path.module}/functions/${each.key}.js")
}

resource "aws_cloudfront_distribution" "this" {
  #checkov:skip=CKV2_AWS_32:Both behaviours have the policy above; checkov does not see it through count
  #checkov:skip=CKV_AWS_68:The environment's web ACL stands in front of the API, which is all that costs; web_acl_arn adds one here
  #checkov:skip=CKV2_AWS_47:AWS's rules for known bad inputs are in the web ACL in front of the API
  #checkov:skip=CKV_AWS_310:A second bucket would have the same files, and there is one API
  #checkov:skip=CKV_AWS_374:Who may buy is said by where the shop ships to
  #checkov:skip=CKV2_AWS_42:A certificate needs a domain, which var.domain brings
  #checkov:skip=CKV_AWS_174:With CloudFront's own certificate it chooses the protocol; with var.domain it is TLS 1.2
  count = local.count

  enabled             = true
  comment             = "The shop's page: ${var.name}"
  default_root_object = "index.html"
  http_version        = "http2and3"
  is_ipv6_enabled     = true
  price_class         = var.price_class
  aliases             = var.domain == null ? [] : [var.domain.name]
  web_acl_id          = var.web_acl_arn

  origin {
    origin_id                = "files"
    domain_name              = aws_s3_bucket.files.bucket_regional_domain_name
    origin_access_control_id = aws_cloudfront_origin_access_control.this[0].id
  }

  origin {
    origin_id   = "api"
    domain_name = var.api.domain_name
    origin_path = "/${var.api.stage}"

    custom_origin_config {
      http_port              = 80
      https_port             = 443
      origin_protocol_policy = "https-only"
      origin_ssl_protocols   = ["TLSv1.2"]
    }
  }

  default_cache_behavior {
    target_origin_id           = "files"
    allowed_methods            = ["GET", "HEAD"]
    cached_methods             = ["GET", "HEAD"]
    viewer_protocol_policy     = "redirect-to-https"
    compress                   = true
    cache_policy_id            = aws_cloudfront_cache_policy.files[0].id
    response_headers_policy_id = aws_cloudfront_response_headers_policy.this[0].id

    function_association {
      event_type   = "viewer-request"
      function_arn = aws_cloudfront_function.this["page"].arn
    }
  }

  ordered_cache_behavior {
    path_pattern               = "/api/*"
    target_origin_id           = "api"
    allowed_methods            = ["GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE"]
    cached_methods             = ["GET", "HEAD"]
    viewer_protocol_policy     = "https-only"
    compress                   = true
    cache_policy_id            = local.caching_disabled
    origin_request_policy_id   = local.all_viewer_except_host_header
    response_headers_policy_id = aws_cloudfront_response_headers_policy.this[0].id

    function_association {
      event_type   = "viewer-request"
      function_arn = aws_cloudfront_function.this["api"].arn
    }
  }

  logging_config {
    bucket          = aws_s3_bucket.logs[0].bucket_domain_name
    include_cookies = false
  }

  restrictions {
    geo_restriction {
      restriction_type = "none"
    }
  }

  viewer_certificate {
    cloudfront_default_certificate = var.domain == null
    acm_certificate_arn            = var.domain == null ? null : var.domain.certificate_arn
    minimum_protocol_version       = var.domain == null ? "TLSv1" : "TLSv1.2_2021"
    ssl_support_method             = var.domain == null ? null : "sni-only"
  }

  # CloudFront writes its logs with an access control list, which the bucket must take.
  depends_on = [aws_s3_bucket_ownership_controls.logs]
}
