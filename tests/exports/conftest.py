from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from tests.exports import builders as e

from assay.config import load_platform
from assay.exports import Described
from assay.steps.export import described_of
from assay.steps.frame import open_frame

Change = Callable[..., Described]


@pytest.fixture(scope="session")
def described(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Described]:
    """The corner shop in New York."""
    with pytest.MonkeyPatch.context() as patch:
        night = e.published(tmp_path_factory.mktemp("exports"), patch, timezone="America/New_York")
        with open_frame("export", night.platform, night.partition, ()) as frame:
            found: Any = described_of(frame)[0]
        assert load_platform(night.platform).timezone == "America/New_York"
    yield found
