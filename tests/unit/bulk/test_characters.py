"""What no queue takes is found before it is sent, by its line; so is what is nested deeper than anybody can read."""

import pytest
from massid_relay.core.bulk.entries import unsendable
from massid_relay.core.bulk.files import Format
from massid_relay.core.errors import BulkRefused

from tests.unit.bulk.files import read

HEAD = "externalId,event.name,event.permissions\n"


@pytest.mark.parametrize("character", ["\x01", "\x08", "\x0b", "\x0c", "\x1f", "\ufffe", "\uffff"])
def test_sqs_takes_no_message_with_these(character: str) -> None:
    """docs.aws.amazon.com, AWSSimpleQueueService, API_SendMessage: the characters of XML 1.0, no others."""
    assert unsendable(f"a{character}b")
    (entry,) = read(f'{{"name":"a{character}b"}}\n', Format.NDJSON)
    assert "no message may hold" in entry.problems[0].problem


def test_sqs_takes_all_others() -> None:
    for text in ("\t\r\n", " ~\x7f\x80", "\ud7ff\ue000\ufffd", "\U00010000\U0001f4c4\U0010ffff"):
        assert not unsendable(text)


@pytest.mark.parametrize("row", [",a\uffff,", ',a,"[""\\uffff""]"'], ids=["as it is", "escaped"])
def test_a_cell_may_hold_it_since_it_goes_out_escaped(row: str) -> None:
    (entry,) = read(f"{HEAD}a,Pick-up,\n{row}\n")
    assert not unsendable(entry.text or "")
    assert "\\uffff" in (entry.text or "")


def test_in_the_header_it_refuses_the_file() -> None:
    with pytest.raises(BulkRefused, match="no message may hold"):
        read("externalId,event.metadata.attributes[a\uffff]\n")


@pytest.mark.parametrize("depth", [100, 900, 5000])
def test_a_cell_of_nested_json_is_read_or_refused(depth: int) -> None:
    """It was a RecursionError, with which the file came back for ever."""
    nested = '{""a"":' * depth + "1" + "}" * depth
    (entry,) = read(f'{HEAD}a,Pick-up,"{nested}"\n')
    assert bool(entry.text) != bool(entry.problems)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"externalId,event.name\rload-1,Pick-up\r", "CR alone"),
        (b"externalId,event.name\r" + b"load-1,Pick-up\r" * 20_000, "lines end in LF or CRLF"),
        (b"externalId," + b"x" * 140_000 + b"\n", "a heading is longer"),
    ],
)
def test_a_header_that_no_reader_takes_refuses_the_file(content: bytes, says: str) -> None:
    """CSV Macintosh, and what is no table at all."""
    with pytest.raises(BulkRefused, match=says):
        read(content)


def test_a_row_that_no_reader_takes_is_refused_by_its_line() -> None:
    content = HEAD + "a,Pick-up,\n" + f"b,{'x' * 140_000},\n" + "c,\rd,\n" + "e,,\nf,,\n"
    told = {one.line: one.problem for entry in read(content) for one in entry.problems if one.line}
    assert "more than 131072 characters" in told[3]
    assert "no well-formed CSV" in told[4]
    assert read(content)[-1].problems == ()
