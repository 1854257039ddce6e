from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.plugins.assay_page.servers import Server, serve


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for all tests of the page."""
    with serve(tmp_path_factory.mktemp("page")) as running:
        yield running
