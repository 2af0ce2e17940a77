"""Checks definitions when they are stored, with AWS's diagnostics.

https://docs.aws.amazon.com/step-functions/latest/apireference/API_ValidateStateMachineDefinitionDiagnostic.html
"""
