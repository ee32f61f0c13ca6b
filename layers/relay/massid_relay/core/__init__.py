"""Code that decides. It imports no cloud: no boto3, no powertools, no httpx (invariant 9)."""
