# Planned with a mocked provider: terraform init && terraform test

mock_provider "aws" {
  source = "../../modules/checkout/tests/mocks"
}

variables {
  package = "main.tf" # any file does for a plan
}

run "an_api_stands_in_front_of_a_function" {
  command = plan

  assert {
    condition     = module.api.stage_name == "v1" && module.function.function_name == "greetings-dev-api"
    error_message = "Got ${module.api.stage_name} and ${module.function.function_name}."
  }
}
