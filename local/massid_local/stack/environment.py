"""What the stack, its children and its clients see of the machine's environment: never a real credential.

Children start from an empty environment. Clients get their endpoint and fake keys as arguments, and a session that
reads neither profiles nor configuration files.
"""

import os
import threading
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import botocore.session
from botocore.config import Config

REGION = "us-east-1"
ACCOUNT = "123456789012"
FAKE_KEY_ID = "local"
FAKE_SECRET = "local"  # noqa: S105 - the emulator checks no signature

SERVICES = ("sqs", "s3", "dynamodb", "dynamodbstreams", "stepfunctions", "secretsmanager", "events")
"""What the emulator serves, under boto3's names."""

_VARIABLES = {
    "stepfunctions": "SFN",
    "secretsmanager": "SECRETS_MANAGER",
    "events": "EVENTBRIDGE",
    "dynamodbstreams": "DYNAMODB_STREAMS",
}
"""Where the service id in AWS_ENDPOINT_URL_<SERVICE> differs from boto3's name
(docs.aws.amazon.com/sdkref, "Service-specific endpoints")."""

_KEPT = (
    "PATH",
    "LANG",
    "LC_ALL",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "http_proxy",
    "https_proxy",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
)
"""All that a child inherits. The proxies and certificates are for a Carrot that isn't the sandbox."""

_SEALED: dict[str, tuple[Any, ...]] = {
    "profile": (None, None, None, None),
    "config_file": (None, None, os.devnull, None),
    "credentials_file": (None, None, os.devnull, None),
    "ca_bundle": (None, None, None, None),
}


def endpoint_variable(service: str) -> str:
    """`stepfunctions` → `AWS_ENDPOINT_URL_SFN`."""
    return f"AWS_ENDPOINT_URL_{_VARIABLES.get(service, service.upper())}"


def replaced_endpoints(environment: Mapping[str, str]) -> dict[str, str]:
    """The services that the caller serves elsewhere, by boto3's name. A table's stream is where the table is."""
    found = {service: environment.get(endpoint_variable(service), "") for service in SERVICES}
    found["dynamodbstreams"] = found["dynamodbstreams"] or found["dynamodb"]
    return {service: url for service, url in found.items() if url}


def sealed_environment(endpoints: Mapping[str, str], extra: Mapping[str, str]) -> dict[str, str]:
    """The whole environment of a child process: fake credentials, no configuration file, our endpoints, then `extra`."""
    environment = {name: os.environ[name] for name in _KEPT if name in os.environ}
    environment |= {
        "PYTHONUNBUFFERED": "1",
        "PYTHONDONTWRITEBYTECODE": os.environ.get("PYTHONDONTWRITEBYTECODE", ""),
        "NO_PROXY": "127.0.0.1,localhost",
        "no_proxy": "127.0.0.1,localhost",
        "AWS_ACCESS_KEY_ID": FAKE_KEY_ID,
        "AWS_SECRET_ACCESS_KEY": FAKE_SECRET,
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    environment |= {endpoint_variable(service): url for service, url in endpoints.items()}
    return {**environment, **extra}


class Clients:
    """Makes boto3-style clients for the stack's endpoints, one per service. Safe to share between threads."""

    def __init__(self, endpoints: Mapping[str, str]) -> None:
        self.endpoints = dict(endpoints)
        self._session = botocore.session.Session(session_vars=_SEALED)
        self._made: dict[str, Any] = {}
        self._lock = threading.Lock()

    def __call__(self, service: str) -> Any:
        """The client of `service`; KeyError if the stack doesn't serve it."""
        with self._lock:  # making one isn't safe, using one is
            if service not in self._made:
                self._made[service] = self._make(service)
            return self._made[service]

    def _make(self, service: str) -> Any:
        return self._session.create_client(
            service,
            region_name=REGION,
            endpoint_url=self.endpoints[service],
            aws_access_key_id=FAKE_KEY_ID,
            aws_secret_access_key=FAKE_SECRET,
            config=Config(
                retries={"total_max_attempts": 1},
                max_pool_connections=64,
                s3={"addressing_style": "path"},
                proxies={},
                read_timeout=90,
            ),
        )

    def close(self) -> None:
        """Close the connections of all clients."""
        for client in self._made.values():
            client.close()
        self._made.clear()


def port_of(url: str) -> int:
    """The port in `http://127.0.0.1:4599`."""
    port = urlsplit(url).port
    if port is None:
        raise ValueError("the URL has no port")
    return port
