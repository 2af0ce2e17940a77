"""HTTP APIs of API Gateway (apigatewayv2), which LocalStack's community edition does not have."""
