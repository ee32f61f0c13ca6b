"""No real credential gets into the stack, and the standard variables replace services."""

import os

import pytest
from massid_local.stack.environment import (
    SERVICES,
    Clients,
    endpoint_variable,
    replaced_endpoints,
    sealed_environment,
)


def test_a_child_starts_from_an_empty_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SESSION_TOKEN", "genuine")
    monkeypatch.setenv("ANY_OTHER_SECRET", "genuine")
    monkeypatch.setenv("LANG", "C.UTF-8")
    environment = sealed_environment({"sqs": "http://127.0.0.1:1"}, {"NAME": "value"})
    assert "genuine" not in environment.values()
    assert environment["LANG"] == "C.UTF-8"
    assert environment["NAME"] == "value"
    assert environment["AWS_ENDPOINT_URL_SQS"] == "http://127.0.0.1:1"
    assert environment["AWS_CONFIG_FILE"] == environment["AWS_SHARED_CREDENTIALS_FILE"] == os.devnull


@pytest.mark.parametrize(
    ("service", "variable"),
    [
        ("sqs", "AWS_ENDPOINT_URL_SQS"),
        ("stepfunctions", "AWS_ENDPOINT_URL_SFN"),
        ("secretsmanager", "AWS_ENDPOINT_URL_SECRETS_MANAGER"),
        ("dynamodbstreams", "AWS_ENDPOINT_URL_DYNAMODB_STREAMS"),
    ],
)
def test_endpoint_variables_have_the_sdks_names(service: str, variable: str) -> None:
    assert endpoint_variable(service) == variable


def test_only_services_that_are_named_are_replaced_and_a_table_takes_its_stream_along() -> None:
    environment = {
        "AWS_ENDPOINT_URL_DYNAMODB": "http://127.0.0.1:8000",
        "AWS_ENDPOINT_URL_SQS": "",
        "AWS_ENDPOINT_URL": "x",
    }
    elsewhere = "http://127.0.0.1:8000"
    assert replaced_endpoints(environment) == {"dynamodb": elsewhere, "dynamodbstreams": elsewhere}


@pytest.mark.parametrize("service", SERVICES)
def test_a_client_talks_to_its_endpoint_with_fake_keys(service: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "a profile that doesn't exist")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "genuine")
    clients = Clients({service: "http://127.0.0.1:1"})
    assert clients(service).meta.endpoint_url == "http://127.0.0.1:1"
    assert clients(service)._request_signer._credentials.access_key == "local"
    clients.close()
