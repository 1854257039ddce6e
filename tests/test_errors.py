"""Every error is one bounded sentence, carries its data, and is caught as the builtin that a caller would expect."""

from __future__ import annotations

import inspect

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay import errors
from assay.errors import shorten

LONG = "ten\nthousand\r\n characters\t" * 400
BUILTINS = {
    errors.ConfigError: ValueError, errors.UnknownPlatform: LookupError, errors.PartitionError: ValueError,
    errors.SourceEnded: ValueError, errors.SourceUnavailable: OSError, errors.NotSent: OSError,
    errors.UnreadableData: ValueError,
    errors.ContractError: TypeError, errors.ArtifactMissing: LookupError, errors.NotEnoughData: ValueError,
    errors.RunFailed: RuntimeError, errors.AssetUnknown: LookupError, errors.AssetUnused: LookupError,
    errors.AirflowUnreachable: ConnectionError, errors.ArtifactTooNew: TypeError, errors.StorageUnreachable: OSError,
}
TREE = [cls for _, cls in inspect.getmembers(errors, inspect.isclass)
        if issubclass(cls, errors.AssayError) and cls is not errors.AssayError]


def make(cls: type[errors.AssayError], text: str) -> errors.AssayError:
    """An error with `text` wherever it takes one."""
    arguments = {name: (text,) * 3 if any(many in str(parameter.annotation) for many in ("tuple", "Sequence")) else text
                 for name, parameter in inspect.signature(cls).parameters.items()}
    return cls(**arguments)


def test_every_error_has_its_builtin():
    assert set(TREE) == set(BUILTINS)


@pytest.mark.parametrize("cls", TREE)
def test_an_error_is_caught_as_its_builtin(cls):
    assert issubclass(cls, BUILTINS[cls])
    assert issubclass(cls, errors.AssayError)


@pytest.mark.parametrize("cls", TREE)
def test_a_message_is_one_bounded_line_whatever_it_was_given(cls):
    message = str(make(cls, LONG))
    assert len(message.splitlines()) == 1
    assert "\t" not in message
    assert len(message) < 1500


@pytest.mark.parametrize("cls", TREE)
def test_an_error_carries_what_it_was_given(cls):
    error = make(cls, "landing")
    names = list(inspect.signature(cls).parameters)
    assert getattr(error, names[0]) in ("landing", ("landing",) * 3)


def test_an_unreadable_column_is_named_with_its_file():
    error = errors.UnreadableData("landing/t/ds=2017-12-31/part-0.parquet", "it is text here", column="amount")
    assert str(error) == ("column 'amount' of landing/t/ds=2017-12-31/part-0.parquet can't be read (it is text here); "
                          "write the file again at its source")


def test_an_unknown_platform_lists_the_known_ones():
    error = errors.UnknownPlatform("shop", ("bank", "clinic"), "platforms")
    assert str(error) == ("unknown platform 'shop': platforms has bank, clinic; "
                          "add platforms/shop/platform.yaml or name one of these")
    assert "has no platform;" in str(errors.UnknownPlatform("shop", (), "platforms"))


@given(st.text(max_size=600), st.integers(1, 400))
def test_shortened_text_is_one_line_within_its_bound(text, longest):
    line = shorten(text, longest)
    assert len(line) <= longest
    assert line.split() == line.split(" ") or line == ""
    if len(" ".join(text.split())) <= longest:
        assert line == " ".join(text.split())
