"""Where Carbonext is (api-docs.carbonext.com.br, b2b-api-concepts/orders, /applications, /authorization)."""

HOMOLOGATION_URL = "https://api-b2b-hml.carbonext.com.br"
PRODUCTION_URL = "https://api-b2b.carbonext.com.br"
HOMOLOGATION_TOKEN_URL = "https://auth-hml.carbonext.com.br/auth/realms/co2free/protocol/openid-connect/token"  # noqa: S105 - an address
