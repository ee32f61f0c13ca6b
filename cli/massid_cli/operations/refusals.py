"""What AWS and its client library say when they refuse a call, in one sentence."""

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    CredentialRetrievalError,
    NoCredentialsError,
    NoRegionError,
)

AwsError = (BotoCoreError, ClientError)

_OWN_WORDS: dict[type[BotoCoreError], str] = {
    NoRegionError: "no region is set: set AWS_REGION, or a profile that has one",
    NoCredentialsError: "there are no credentials: set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
    CredentialRetrievalError: "the credentials can't be retrieved: log in again",  # its text is that of a foreign program
}


def sentence(error: BotoCoreError | ClientError) -> str:
    """Why it failed. Only the first line: what follows may hold the request, and so a session token."""
    if isinstance(error, ClientError):
        told = error.response.get("Error", {})
        text = f"{told.get('Code', 'unknown error')}: {told.get('Message', '')}"
    else:
        text = next((words for kind, words in _OWN_WORDS.items() if isinstance(error, kind)), str(error))
    return text.partition("\n")[0].strip()
