# Planned with a mocked provider: terraform init && terraform test

mock_provider "aws" {
  source = "../../modules/checkout/tests/mocks"
}

variables {
  api = { domain_name = "a1b2c3.execute-api.us-east-2.amazonaws.com", stage = "v1" }
}

run "a_page_has_a_bucket_and_a_sign_in" {
  command = plan

  assert {
    condition     = output.bucket_name == "greetings-dev-storefront-123456789012"
    error_message = "Got ${output.bucket_name}."
  }
}
