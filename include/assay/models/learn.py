"""From a use case's windows to its model: behaviour encoder, codes, network, calibration."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from assay.errors import NotEnoughData
from assay.features.table import TOKENS, FeatureTables, tokens_of, without_assets
from assay.models.behaviour import FIRST, Behaviour, Kinds, item_codes, kind_codes, learn_sequence_code, read_events
from assay.models.encoding import TokenCode, encode, foretelling, learn_codes
from assay.models.outcome import Size
from assay.models.pretrain import pretrain
from assay.models.rows import Rows, put_together, thin_negatives
from assay.models.spool import Spool
from assay.models.store import OutcomeModel
from assay.models.targets import PURCHASE, Target
from assay.models.train import calibrated, fit

logger = logging.getLogger(__name__)

_LEARNED_ROWS = 200_000  # of the training windows, for knots and vocabularies
SCORED_ROWS = 60_000  # of a validation window, for calibration and scores: more don't move them
_STOPPING_ROWS = 30_000  # of the validation windows, for early stopping

_NO_ITEMS = pa.table({"item": pa.nulls(0, pa.string())}).replace_schema_metadata({TOKENS: b"[]"})

Part = tuple[FeatureTables, np.ndarray, np.ndarray]  # tables, y and amount of some of a window's candidates


@dataclass(frozen=True)
class LabelledWindow:
    """Candidates of a window whose outcomes are known.

    Attributes:
        rows: About how many.
        parts: Reads them part by part, anew with each call.
    """

    rows: int
    parts: Callable[[], Iterable[Part]]

    def some(self, most: int, rng: np.random.Generator) -> Iterator[Part]:
        """At most about `most` candidates, drawn at random from each part."""
        share = min(1.0, most / max(1, self.rows))
        for features, y, amount in self.parts():
            chosen = np.sort(rng.permutation(len(y))[:max(1, round(share * len(y)))])
            yield features.take(chosen), y[chosen], amount[chosen]

    def without(self, assets: Collection[str]) -> LabelledWindow:
        """The same window if nobody had these assets."""
        def parts() -> Iterator[Part]:
            for features, y, amount in self.parts():
                left, rows = features.without(assets)
                yield left, y[rows], amount[rows]

        return LabelledWindow(self.rows, parts)


@dataclass(frozen=True)
class Windows:
    """What a model is made from.

    Attributes:
        name: Of the use case.
        train: Training windows, oldest first.
        valid: Validation windows.
        history: Tables `user` and `item` of what happened before the first training window; None where there is none.
        days: Length of a window.
        target: What is predicted.
    """

    name: str
    train: Sequence[LabelledWindow]
    valid: Sequence[LabelledWindow]
    history: Mapping[str, pa.Table] | None
    days: int
    target: Target = PURCHASE

    def without(self, assets: Collection[str]) -> Windows:
        """What a model would be made from if nobody had these assets."""
        history = {of: without_assets(table, assets) for of, table in (self.history or {}).items()}
        sequences = "user" in history and any(f.kind == "sequence" for t in tokens_of(history["user"]) for f in t.features)
        return Windows(self.name, [window.without(assets) for window in self.train],
                       [window.without(assets) for window in self.valid], history if sequences else None, self.days,
                       self.target)


def learn(windows: Windows, size: Size, seed: int, behaviour: Behaviour | None = None) -> tuple[OutcomeModel, Rows]:
    """Train from scratch.

    Args:
        windows: What the model is made from.
        size: Widths and length of training.
        seed: Of rows, weights, order and coalitions.
        behaviour: An encoder that was trained on the same history at the same widths; None trains one.

    Returns:
        The model, and the validation rows that it was chosen and calibrated on, in random order.

    Raises:
        NotEnoughData: If no feature varies, or all training rows have the same outcome.
    """
    target = windows.target
    rng = np.random.default_rng(seed)
    behaviour = behaviour or _behaviour(windows, size, seed)
    each = _LEARNED_ROWS // len(windows.train)
    codes = learn_codes([features for window in windows.train for features, _, _ in window.some(each, rng)])
    codes += foretelling(behaviour) if behaviour else ()
    if not codes:
        raise NotEnoughData(windows.name, "no feature varies in the training windows", "check the assets that feed it")
    players = tuple(sorted({asset for code in codes for asset in code.assets}))
    with Spool() as train:
        _spool(train, windows, codes, behaviour, size, rng)
        if not target.varies(train.totals):
            raise NotEnoughData(windows.name, f"all {round(train.totals.weight)} training rows have the same outcome",
                                "train on more windows or entities")
        valid = scored_rows(windows.valid, codes, behaviour, same_draw(seed))
        network = fit(codes, players, train, valid.take(slice(_STOPPING_ROWS)).compact(), size, seed, target=target)
        calibration = calibrated(network, train, valid, len(windows.train), target)
    return OutcomeModel(network, codes, calibration, players, behaviour, target), valid


def learn_on(base: OutcomeModel, windows: Windows, size: Size, seed: int) -> tuple[OutcomeModel, Rows]:
    """Train a base model on, over windows that came since: gently, for one pass, and only if the validation windows gain.

    Returns:
        As `learn`.
    """
    rng = np.random.default_rng(seed)
    with Spool() as train:
        _spool(train, windows, base.codes, base.behaviour, size, rng)
        valid = scored_rows(windows.valid, base.codes, base.behaviour, same_draw(seed))
        some = valid.take(slice(_STOPPING_ROWS)).compact()
        network = fit(base.codes, base.players, train, some, size, seed, base.network, base.target)
        calibration = calibrated(network, train, valid, len(windows.train), base.target)
    return OutcomeModel(network, base.codes, calibration, base.players, base.behaviour, base.target), valid


def _spool(train: Spool, windows: Windows, codes: Sequence[TokenCode], behaviour: Behaviour | None, size: Size,
           rng: np.random.Generator) -> None:
    """Add the training windows' rows, thinned."""
    for window in windows.train:
        for features, y, amount in window.parts():
            chosen, weight = thin_negatives(y, size.negatives, rng)
            train.add(Rows(encode(codes, features.take(chosen), behaviour), y[chosen], amount[chosen], weight))


def scored_rows(windows: Sequence[LabelledWindow], codes: Sequence[TokenCode], behaviour: Behaviour | None,
                rng: np.random.Generator) -> Rows:
    """Rows of windows that the model isn't trained on, in random order, at most `SCORED_ROWS` of each."""
    parts = [Rows(encode(codes, features, behaviour), y, amount, np.ones(len(y), np.float32))
             for window in windows for features, y, amount in window.some(SCORED_ROWS, rng)]
    rows = put_together(parts)
    return rows.take(rng.permutation(len(rows.y)))


def same_draw(seed: int) -> np.random.Generator:
    """Draws validation rows: the same ones for every model of that seed, so that their scores can be compared."""
    return np.random.default_rng([seed, 1])


def _behaviour(windows: Windows, size: Size, seed: int) -> Behaviour | None:
    """The behaviour encoder, where there is a history to train it on."""
    if windows.history is None:
        return None
    users, items = windows.history["user"], windows.history.get("item", _NO_ITEMS)
    (token,) = (token for token in tokens_of(users) if any(feature.kind == "sequence" for feature in token.features))
    code = learn_sequence_code(users, token.name, token.assets, ("user", "item"), size.events,
                               size.vocabulary, _kinds(items))
    if code is None:
        return None
    events = read_events(code, users)
    kinds = []
    for kind in code.kinds:
        known = np.zeros(len(code.items) + FIRST, np.int32)
        known[item_codes(code, items.column("item").cast(pa.string()))] = kind_codes(kind, items.column(kind.column))
        known[:FIRST] = 0
        kinds.append(known)
    logger.info("behaviour encoder: %d users, %d events, %d items", len(events), len(events.items), len(code.items))
    return pretrain(code, events, kinds, size, windows.days, seed)


def _kinds(items: pa.Table) -> list[Kinds]:
    """The attributes of the items, each with what it may say."""
    return [Kinds(name, token.assets[0], tuple(sorted(set(items.column(name).drop_null().to_pylist()))))
            for token in tokens_of(items) for name in map(token.column, token.features)]
