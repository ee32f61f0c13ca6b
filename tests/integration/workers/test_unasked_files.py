"""A file that nobody asks for is told of after a stated time, once; one that is asked for meanwhile is not."""

import pytest

from tests.integration.workers.bench import DOCUMENTS, EVIDENCE, Bench
from tests.integration.workers.payloads import PDF, document_message, files_message

LINE = "a file that nobody asked for"


def told(caplog: pytest.LogCaptureFixture) -> int:
    """How often it was told."""
    return sum(record.message == LINE for record in caplog.records)


def unasked(bench: Bench) -> list[tuple[str, str, bool]]:
    """What the ledger holds: document, file, whether it was told of."""
    files = bench.container().unasked.all()
    return [(file.key.external_id, file.key.file_name, file.told) for file in files]


@pytest.mark.parametrize("known", [True, False], ids=["known document", "unknown document"])
def test_it_is_told_of_once_after_its_time(bench: Bench, caplog: pytest.LogCaptureFixture, known: bool) -> None:
    if known:
        bench.send(DOCUMENTS, document_message())
    bench.drop("doc", "tiket 17.png", PDF)
    bench.run()
    bench.move(days=6)
    bench.sweep()
    assert told(caplog) == 0
    assert unasked(bench) == [("doc", "tiket 17.png", False)]

    bench.move(days=2)
    for _ in range(3):
        bench.sweep()
        bench.move(days=30)

    assert told(caplog) == 1
    assert unasked(bench) == [("doc", "tiket 17.png", True)]
    assert bench.dead == []


def test_the_line_names_the_document_and_not_the_file(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    """Invariant 7: who knows what people write into file names."""
    bench.drop("doc", "placa QRS7T89.pdf", PDF)
    bench.run()
    bench.move(days=8)
    bench.sweep()

    (record,) = [record for record in caplog.records if record.message == LINE]
    assert record.__dict__["externalId"] == "doc"
    assert "QRS7T89" not in caplog.text


def test_a_file_that_comes_before_its_submission_is_forgotten_at_the_look(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    bench.drop("doc", "mtr.pdf", PDF)
    bench.run()
    bench.send(DOCUMENTS, document_message())
    bench.send(EVIDENCE, files_message("mtr.pdf"))
    bench.run()
    bench.move(days=8)
    bench.sweep()

    assert bench.carrot.uploads == [("mtr.pdf", PDF)]
    assert told(caplog) == 0
    assert unasked(bench) == []


def test_a_file_that_was_asked_for_before_it_came_costs_nothing(bench: Bench) -> None:
    """Also if its document isn't there yet."""
    bench.send(EVIDENCE, files_message("mtr.pdf"))
    bench.run()
    bench.drop("doc", "mtr.pdf", PDF)
    bench.run()

    assert unasked(bench) == []


def test_one_that_is_dropped_again_has_its_time_anew(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    bench.drop("doc", "mtr.pdf", PDF)
    bench.run()
    bench.move(days=6)
    bench.drop("doc", "mtr.pdf", PDF)
    bench.run()
    bench.move(days=6)
    bench.sweep()

    assert told(caplog) == 0


def test_one_that_is_dropped_again_while_it_is_told_of_is_not_lost(bench: Bench) -> None:
    """The look and the drop may cross."""
    bench.drop("doc", "mtr.pdf", PDF)
    bench.run()
    bench.move(days=8)
    tell = bench.relay.unasked.tell

    def be_overtaken(*given: object) -> None:
        bench.drop("doc", "mtr.pdf", PDF)
        bench.work(EVIDENCE, relay=bench.container())
        tell(*given)  # type: ignore[arg-type]

    bench.relay.unasked.tell = be_overtaken  # type: ignore[method-assign,assignment]
    bench.sweep()

    assert unasked(bench) == [("doc", "mtr.pdf", False)]
