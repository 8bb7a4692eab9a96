"""Fixtures of the demo."""

from pathlib import Path

import pytest
from pytest_django import Settings

from demo.seed import seed_once


@pytest.fixture
def data_dir(settings: Settings, tmp_path: Path) -> Path:
    """A data folder of the test's own, and the usual ports whatever the environment says."""
    settings.PORT, settings.LIVE_PORT, settings.CALLCENTRE_PORT = 8000, 8001, 8002
    settings.PICO_DATA_DIR = tmp_path / "data"
    return tmp_path / "data"


@pytest.fixture
def seeded(db: None, data_dir: Path) -> Path:
    """The demo's data; gives the data folder."""
    assert seed_once()
    return data_dir
