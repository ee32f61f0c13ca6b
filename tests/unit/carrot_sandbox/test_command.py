"""`python -m massid_local.carrot_sandbox`."""

from unittest.mock import patch

import pytest
import uvicorn
from massid_local.carrot_sandbox.__main__ import main


def test_settings_come_as_names_and_values(capsys: pytest.CaptureFixture[str]) -> None:
    with patch.object(uvicorn.Server, "run", autospec=True) as run:
        main(
            [
                "--port",
                "8701",
                "--set",
                "batch=missing",
                "--set",
                "requests_per_second=null",
                "--set",
                "path_prefix=/v1",
            ]
        )
    config = run.call_args.args[0].config
    settings = config.app.state.sandbox.settings
    assert (config.host, config.port) == ("127.0.0.1", 8701)
    assert (settings.batch, settings.requests_per_second, settings.path_prefix) == ("missing", None, "/v1")
    assert capsys.readouterr().out == "Carrot sandbox on http://127.0.0.1:8701/v1\n"


@pytest.mark.parametrize("wrong", ["batch", "batch=sometimes", "surprise=1"])
def test_a_wrong_setting_ends_with_status_2(wrong: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--set", wrong])
    assert ended.value.code == 2
    assert "usage" in capsys.readouterr().err
