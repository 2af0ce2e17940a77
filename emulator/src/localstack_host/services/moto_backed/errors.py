"""Errors of services that moto answers."""

from __future__ import annotations

from http import HTTPStatus

from localstack_host.localstack_api import CommonServiceException


def client_error(code: str, message: str) -> CommonServiceException:
    """An error that the caller has caused."""
    return CommonServiceException(code, message, HTTPStatus.BAD_REQUEST, sender_fault=True)
