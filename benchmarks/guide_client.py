"""The guide followed literally: one call per thing, in the order of its steps (docs.carrot.eco, guides/submitting-a-mass-id).

The baseline of `calls`, and what the literal design of `price` does. It sends ids in place of parties as soon as an answer told
them, as the guide advises; it knows nothing of rate limits, crashes or repeats.
"""

import base64
import json
from collections.abc import Mapping
from typing import Any

import httpx
from massid_local.samples import SampleMassID
from massid_relay.core.jsons import dumps

Json = dict[str, Any]


class GuideClient:
    """One integrator's session. `known` maps a party's content to its id."""

    def __init__(self, base_url: str, client_id: str = "sandbox-client", client_secret: str = "sandbox-secret") -> None:  # noqa: S107
        self._http = httpx.Client(base_url=base_url, trust_env=False)
        self._storage = httpx.Client(trust_env=False)  # a presigned URL is its own permission
        self.known: dict[str, str] = {}
        pair = base64.b64encode(f"{client_id}:{client_secret}".encode()).decode()
        form = {"grant_type": "client_credentials", "scope": "api.carrot.eco/main-scope"}
        answer = self._http.post("/oauth2/token", data=form, headers={"Authorization": f"Basic {pair}"})
        self._http.headers["Authorization"] = f"Bearer {answer.raise_for_status().json()['access_token']}"

    def submit(self, sample: SampleMassID, external_id: str) -> Json:
        """Steps 1 to 4, with the same two reads as ours: before CLOSE and after. Returns the closed document."""
        submission = json.loads(dumps(sample.submission).replace(sample.external_id, external_id))
        document_id = self.create_document(submission["document"], external_id)
        attachments = {
            file.name: self.attach(document_id, file.name, file.content_type, file.render()) for file in sample.files
        }
        *events, close = submission["events"]
        for event in events:
            self.append_event(document_id, event, attachments)
        self.get(document_id)
        integrator = next(event for event in events if event.get("label") == "Integrator")
        self.append_event(document_id, {**{kind: integrator[kind] for kind in ("participant", "address")}, **close}, {})
        return self.get(document_id)

    def create_document(self, document: Json, external_id: str) -> str:
        """Step 1."""
        body = self._with_ids(document) | {"externalId": external_id, "deduplicationId": f"{external_id}-document"}
        answer = self._call("POST", "/documents", body)
        self._learn(document, answer)
        document_id: str = answer["id"]
        return document_id

    def append_event(self, document_id: str, event: Json, attachments: Mapping[str, Json]) -> None:
        """Step 2, for one event."""
        body = self._with_ids(event) | {"deduplicationId": event["externalId"]}
        for attribute in (body.get("metadata") or {}).get("attributes", []):
            attribute.setdefault("isPublic", body["isPublic"])
        if "attachments" in body:
            body["attachments"] = [
                {**attachments[item["fileName"]], "label": item["label"], "isPublic": body["isPublic"]}
                for item in body["attachments"]
            ]
        self._learn(event, self._call("POST", f"/documents/{document_id}/events", body))

    def attach(self, document_id: str, name: str, content_type: str, content: bytes) -> Json:
        """Step 3, for one file. The upload itself goes to the storage and is no call of the API."""
        agreed = {"contentLength": len(content), "contentType": content_type}
        answer = self._call("PUT", f"/documents/{document_id}/attachments/{name}", agreed)
        self._storage.put(answer["url"], content=content, headers={"Content-Type": content_type}).raise_for_status()
        return {"attachmentId": answer["attachmentId"], "contentLength": len(content)}

    def get(self, document_id: str) -> Json:
        """Step 4."""
        return self._call("GET", f"/documents/{document_id}", None)

    def _call(self, method: str, path: str, body: Json | None) -> Json:
        answer = self._http.request(method, path, json=body)
        result: Json = answer.raise_for_status().json()
        return result

    def _with_ids(self, payload: Json) -> Json:
        result = dict(payload)
        for kind in ("participant", "address"):
            if kind in payload and (known := self.known.get(_key(payload[kind]))):
                del result[kind]
                result[f"{kind}Id"] = known
        return result

    def _learn(self, payload: Json, answer: Json) -> None:
        for kind in ("participant", "address"):
            if kind in payload and isinstance(answer.get(f"{kind}Id"), str):
                self.known[_key(payload[kind])] = answer[f"{kind}Id"]


def _key(party: Json) -> str:
    return json.dumps(party, sort_keys=True)
