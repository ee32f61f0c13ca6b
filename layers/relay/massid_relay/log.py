"""The one logger: JSON lines, one per thing that an operator may ask about, never with a payload (invariant 7)."""

import logging

from aws_lambda_powertools import Logger

logger = Logger(service="massid-relay")
logging.getLogger("botocore").setLevel(logging.WARNING)  # at INFO it tells of every client it makes
