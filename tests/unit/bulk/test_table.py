"""CSV: a row an event, consecutive rows of one external id one submission; any submission can be said in it."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from massid_local.samples.table import table_of
from massid_relay.core.bulk.columns import column_of, fields, named
from massid_relay.core.errors import BulkRefused
from massid_relay.core.jsons import JsonObject, canonical, loads
from massid_relay.core.messages import Submission, parse_submission

from tests.unit.bulk.files import read

EVENTS = Path(__file__).parents[3] / "events"
SAMPLE: JsonObject = loads((EVENTS / "submission.json").read_bytes())
MANY: JsonObject = loads((EVENTS / "all-event-types.json").read_bytes())
HEAD = "externalId,document.category,event.name,event.value,event.isPublic\n"


def only(content: str | bytes) -> JsonObject:
    """The one submission of a good file."""
    (entry,) = read(content)
    assert entry.problems == ()
    message: JsonObject = loads(entry.text or "")
    return message


def problems(content: str | bytes) -> list[tuple[str, str, int | None]]:
    """All problems of all submissions."""
    return [(one.path, one.problem, one.line) for entry in read(content) for one in entry.problems]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_whole_massid_comes_out_as_it_went_in(separator: str) -> None:
    """The very payload of the NDJSON line: its hash, and with it every deduplication id, is the same."""
    sent = only(table_of([SAMPLE], separator))
    assert canonical(sent) == canonical(SAMPLE)
    read_back, original = (parse_submission(canonical(one)) for one in (sent, SAMPLE))
    assert isinstance(read_back, Submission)
    assert isinstance(original, Submission)
    assert canonical(read_back.to_payload()) == canonical(original.to_payload())


def test_the_sample_file_is_the_sample_submission() -> None:
    assert only((EVENTS / "bulk.csv").read_bytes()) == SAMPLE
    (line,) = (EVENTS / "bulk.ndjson").read_bytes().splitlines()
    assert loads(line) == SAMPLE


def test_every_event_type_can_be_said() -> None:
    submission = {"version": 1, "externalId": "load-1", "events": MANY["events"]}
    assert canonical(only(table_of([submission]))) == canonical(submission)


texts = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=12).filter(str.strip)
values = st.one_of(texts, st.integers(-9999, 9999), st.booleans(), st.none(), st.lists(st.integers(), max_size=2))
attributes = st.lists(
    st.fixed_dictionaries({"name": texts, "value": values}, optional={"isPublic": st.booleans()}), max_size=4
)
events = st.fixed_dictionaries(
    {"name": texts},
    optional={
        "value": st.decimals(allow_nan=False, allow_infinity=False, places=2, min_value=0, max_value=99999),
        "isPublic": st.booleans(),
        "metadata": st.fixed_dictionaries({"attributes": attributes.filter(bool)}),
        "permissions": st.dictionaries(texts, texts, min_size=1, max_size=2),
    },
)
submissions = st.lists(
    st.fixed_dictionaries(
        {"version": st.just(1)},
        optional={
            "document": st.fixed_dictionaries({"type": texts}, optional={"isPublic": st.booleans()}),
            "events": st.lists(events, min_size=1, max_size=4),
        },
    ),
    min_size=1,
    max_size=3,
).map(lambda many: [{**one, "externalId": f"load-{number}"} for number, one in enumerate(many)])


@settings(max_examples=40)
@given(submissions, st.sampled_from([",", ";"]), st.integers(1, 300))
def test_any_submission_can_be_said(many: list[JsonObject], separator: str, piece: int) -> None:
    """Quotes, separators, accents and emoji inside cells included."""
    entries = read(table_of(many, separator), piece=piece)
    assert [canonical(loads(entry.text or "")) for entry in entries] == [canonical(one) for one in many]


cells = st.sampled_from(["a", "b", "", "1", '"', '"x"', "ç", "true", "a,b", "\r\n"])
wild = st.lists(st.one_of(cells, st.sampled_from(["\n", ",", "\n", ",", "\nload-1,", "\nload-2,"])), max_size=25)


@settings(max_examples=40)
@given(wild, st.integers(1, 60))
def test_reading_goes_on_behind_any_submission_as_if_it_had_never_stopped(parts: list[str], piece: int) -> None:
    """Also behind rows that can't be read, and before a quotation mark that is never closed (invariant 2)."""
    content = HEAD + "".join(parts)
    entries = read(content, piece=piece)
    for place, entry in enumerate(entries, 1):
        assert read(content, start=entry.after, piece=piece) == entries[place:]


@given(st.binary(max_size=200))
def test_any_bytes_below_a_header_get_an_answer(content: bytes) -> None:
    """Invariant 10."""
    for entry in read(HEAD.encode() + content.replace(b"\x00", b"0")):
        assert entry.text is None or not entry.problems


def test_rows_of_one_external_id_are_one_submission_and_a_blank_one_goes_on() -> None:
    content = HEAD + "a,MassID,Pick-up,,\n,,Weighing,5,TRUE\n\na,,Drop-off,,\nb,MassID,,,\n"
    first, second = read(content)
    assert (first.line, first.rows, second.line) == (2, (2, 3, 5), 6)
    assert loads(first.text or "")["events"] == [
        {"name": "Pick-up"},
        {"name": "Weighing", "value": 5, "isPublic": True},
        {"name": "Drop-off"},
    ]
    assert loads(second.text or "") == {"version": 1, "externalId": "b", "document": {"category": "MassID"}}


@pytest.mark.parametrize("spelling", ["\ufeff{}", "{}"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_it_may_come_out_of_excel(spelling: str, newline: str) -> None:
    """With or without a byte order mark, semicolons, CRLF, its own words for true, a line break inside a cell."""
    rows = ["externalId;event.name;event.isPublic;event.label", 'load-1;ACTOR;VERDADEIRO;"two\nlines"', ";CLOSE;falso;"]
    message = only(spelling.format(newline.join(rows)))
    assert message["events"] == [
        {"name": "ACTOR", "isPublic": True, "label": "two\nlines"},
        {"name": "CLOSE", "isPublic": False},
    ]


@pytest.mark.parametrize("cell", ["150,5", "1.150,5", "1 150", "1150kg", "007", "NaN", "true", '"5"', "1e999999"])
def test_a_number_is_plain_or_refused(cell: str) -> None:
    """A thousand kilograms too much can't be mended after CLOSE, so a decimal comma is never guessed at."""
    content = f"externalId;event.name;event.value\nload-1;Weighing;'{cell}'\n".replace(
        "'", "" if '"' not in cell else "'"
    )
    ((path, problem, line),) = problems(content)
    assert (path, line) == ("event.value", 2)
    assert "decimal point" in problem
    assert cell not in problem


def test_a_value_is_said_once_in_a_row() -> None:
    """A column of another kind is for the rows that need it."""
    heads = "externalId,event.name,event.metadata.attributes[Tare],event.metadata.attributes[Tare]:number\n"
    first, second = read(heads + "a,Weighing,9,\nb,Weighing,9,9\n")
    assert loads(first.text or "")["events"][0]["metadata"] == {"attributes": [{"name": "Tare", "value": "9"}]}
    assert second.problems[0].problem == "is said twice in this row"


def test_rows_that_contradict_each_other_are_named() -> None:
    assert problems(HEAD + "a,MassID,Pick-up,,\na,Mass,Weighing,,\n") == [
        ("document.category", "is not what line 2 says", 3)
    ]


def test_a_row_that_cannot_be_read_takes_its_neighbours_along() -> None:
    """It may be an event of either, and nothing goes out with an event missing (invariant 3)."""
    content = HEAD + 'a,MassID,Pick-up,,\nx"y"z,"q"r,,,\nb,MassID,Pick-up,,\nc,MassID,Pick-up,,\n'
    assert [(entry.line, bool(entry.problems)) for entry in read(content)] == [(2, True), (3, True), (5, False)]


def test_a_first_row_without_an_external_id_is_nobodys() -> None:
    """It must not become an event of the submission below it (invariant 3)."""
    first, second, third = read(HEAD + ",,Weighing,,\n,,CLOSE,,\na,MassID,Pick-up,,\n,,Drop-off,,\nb,MassID,,,\n")
    assert [(one.path, one.line) for one in first.problems] == [("externalId", 2)]
    assert [event["name"] for event in loads(second.text or "")["events"]] == ["Pick-up", "Drop-off"]
    assert third.text


def test_a_quotation_mark_that_is_never_closed_ends_the_file_in_words() -> None:
    content = HEAD + 'a,MassID,Pick-up,,\nb,"MassID,Pick-up,,\nc,MassID,Pick-up,,\n'
    first, last = read(content)
    assert first.problems
    assert "not closed" in last.problems[0].problem
    assert last.problems[0].line == 3


def test_a_latin1_row_is_refused_with_its_submission() -> None:
    content = HEAD.encode() + b"a,MassID,Pick-up,,\n,Jo\xe3o,,,\nb,MassID,,,\n"
    first, second = read(content)
    assert [(one.line, "UTF-8" in one.problem) for one in first.problems] == [(3, True)]
    assert second.problems == ()


def test_a_cell_without_a_heading_is_named() -> None:
    assert problems("externalId,,event.name\na,x,Pick-up,y\n") == [
        ("column B (2)", "holds something but has no heading", 2),
        ("column D (4)", "holds something but has no heading", 2),
    ]


def test_more_rows_than_a_document_can_have_are_refused_without_being_kept() -> None:
    (entry,) = read(HEAD + "a,MassID,Weighing,1,\n" * 5000)
    assert (entry.line, entry.after.line) == (2, 5001)
    assert "more than 200 rows" in entry.problems[0].problem


@pytest.mark.parametrize(
    ("header", "says"),
    [
        ("", "is empty"),
        ("id,event.name", "no column externalId"),
        ("externalId,event.nome,Joana Prado", "column B (2) is none that we know; column C (3) is none that we know"),
        ("externalId,event.name,event.name", "column C (3) says the same as column B (2)"),
        ("externalId,version", "column B (2) is none"),
        ("externalId,event.value:text", "column B (2) is none"),
    ],
)
def test_a_header_that_cannot_be_read_refuses_the_file_by_column(header: str, says: str) -> None:
    """Invariant 7: a file without a header begins with data, so no heading is quoted."""
    with pytest.raises(BulkRefused) as caught:
        read(header)
    assert says in caught.value.reason
    assert "Joana" not in caught.value.reason


def test_a_column_whose_name_is_the_senders_is_named_by_its_place() -> None:
    content = "externalId,event.name,event.metadata.attributes[Tare]:number\na,Weighing,9kg\n"
    ((path, _, _),) = problems(content)
    assert path == "event.metadata.attributes[].value in column C (3)"


@pytest.mark.parametrize(
    ("place", "letters"), [(1, "A"), (18, "R"), (26, "Z"), (27, "AA"), (52, "AZ"), (702, "ZZ"), (703, "AAA")]
)
def test_a_column_has_the_letters_that_a_spreadsheet_shows(place: int, letters: str) -> None:
    assert named(place) == f"column {letters} ({place})"


def test_problems_of_the_message_are_found_in_their_rows() -> None:
    (entry,) = read(HEAD + "a,MassID,Pick-up,,\n\n,,Weighing,,\n")
    with pytest.raises(Exception, match="required") as caught:
        parse_submission(entry.text or "")
    placed = {(one.path, one.line) for one in map(entry.placed, getattr(caught.value, "fields", ()))}
    assert {("document.type", None), ("events.1.externalCreatedAt", 4)} <= placed


def test_every_field_of_a_submission_has_a_column() -> None:
    """Also those that the models gain."""
    for path in fields():
        assert column_of(1, path.replace("[]", "[1]")) is not None
    names = {path.split(".")[0].removesuffix("[]") for path in fields()}
    own = {field.alias or name for name, field in Submission.model_fields.items()}
    assert {name.lower() for name in names} == {
        name.replace("_", "").lower().replace("events", "event") for name in own
    } - {"version"}
