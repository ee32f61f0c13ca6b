"""JSON as it goes to queues, and back without loss."""

import re
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from massid_relay.core.jsons import dumps, loads

NO_QUEUE_TAKES = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""docs.aws.amazon.com, AWSSimpleQueueService, SendMessage."""
texts = st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from("\x00\x1f\ufffe\uffff\U0001f4c4"))
values = st.recursive(
    texts | st.integers() | st.booleans() | st.none(), lambda inner: st.lists(inner) | st.dictionaries(texts, inner)
)


@given(values)
def test_whatever_was_read_can_be_sent_to_a_queue_again(value: Any) -> None:
    """Else a dead letter that holds an escaped U+FFFF could never be redriven (invariant 2)."""
    text = dumps(value)
    assert not NO_QUEUE_TAKES.search(text)
    assert loads(text) == value
