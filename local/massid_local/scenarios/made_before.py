"""A document that stands on the platform already, made by its integrator before massid-relay."""

import httpx
from massid_relay.core.jsons import JsonObject, dumps, loads

from massid_local.scenarios.stage import Stage, Step
from massid_local.stack import LocalStack
from massid_local.stack.carrot import CREDENTIALS


class MadeBefore(Step):
    """Create the document on the platform with a call of the integrator's own; the relay knows nothing of it."""

    def do(self, stage: Stage) -> str:
        massid = stage.massid(self.of)
        with _calls(stage.shared.stack) as calls:
            body = dumps({**massid.document, "externalId": massid.external_id})
            answer = calls.post("/documents", content=body).raise_for_status()
            document_id: str = answer.json()["id"]
            shown: JsonObject = loads(calls.get(f"/documents/{document_id}").raise_for_status().content)
        stage.made[massid.external_id] = document_id
        ids = {"participant": shown["primaryParticipant"]["id"], "address": shown["primaryAddress"]["id"]}
        stage.made_parties.append({kind: massid.document[kind] | {"id": ids[kind]} for kind in ids})
        return f"{massid} was made on the platform before, as {document_id}"


def _calls(stack: LocalStack) -> httpx.Client:
    """A client with a token of its own."""
    carrot = stack.carrot
    credentials, parameters = carrot.secrets()[CREDENTIALS], carrot.parameters()
    form = {"grant_type": "client_credentials", "scope": parameters["CarrotScope"]}
    pair = httpx.BasicAuth(credentials["clientId"], credentials["clientSecret"])
    token = httpx.post(parameters["CarrotTokenUrl"], data=form, auth=pair, trust_env=False).raise_for_status()
    headers = {"Authorization": f"Bearer {token.json()['access_token']}", "Content-Type": "application/json"}
    base = f"{carrot.url}{parameters['CarrotPathPrefix']}"
    return httpx.Client(base_url=base, headers=headers, trust_env=False)
