"""What users will do next, learned without labels from what all of them did: a causal transformer over their events.

It is trained before the windows that the outcome model is trained on begin: trained on them, it would know their outcomes by
heart and the outcome model would trust it too much.

Sources: Vaswani et al. 2017, Attention is all you need; Kang & McAuley 2018, Self-attentive sequential recommendation; Press et
al. 2022, Train short, test long (attention that fades with distance, here in days); Devlin et al. 2019 (masked events).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from assay.features.blocks.sequence import AGES, BEGINS, ITEMS

if TYPE_CHECKING:
    import keras

ENCODER = "behaviour"  # name of the layer
PAD, UNSEEN, FIRST = 0, 1, 2  # codes of items
LONGEST_WAIT = 21  # days without an event that the encoder tells apart
_FEWEST_EVENTS = 5  # of an item in the vocabulary
_USERS = 256  # per pass through the transformer


@dataclass(frozen=True)
class Kinds:
    """One attribute of the items, whose next values are foretold as the items are.

    Attributes:
        column: Its column in the table of the items.
        asset_id: Asset that says it.
        words: Its values; their places, plus one, are the codes, 0 is any other.
    """

    column: str
    asset_id: str
    words: tuple[str, ...]


@dataclass(frozen=True)
class SequenceCode:
    """How sequences become arrays.

    Attributes:
        token: Name of the token that holds them.
        assets: Assets that it reads.
        keys: (user's role, item's role).
        items: Vocabulary; places plus two are the codes.
        measures: Columns of additive measures, and what is large for each.
        length: Events that the transformer reads, the last ones.
        kinds: Attributes of the items.
    """

    token: str
    assets: tuple[str, ...]
    keys: tuple[str, str]
    items: tuple[str, ...]
    measures: tuple[tuple[str, float], ...]
    length: int
    kinds: tuple[Kinds, ...]

    def to_json(self) -> dict[str, Any]:
        """As JSON-like data."""
        return asdict(self)

    @staticmethod
    def from_json(raw: Mapping[str, Any]) -> SequenceCode:
        """Inverse of `to_json`."""
        return SequenceCode(raw["token"], tuple(raw["assets"]), (raw["keys"][0], raw["keys"][1]), tuple(raw["items"]),
                            tuple((name, large) for name, large in raw["measures"]), raw["length"],
                            tuple(Kinds(k["column"], k["asset_id"], tuple(k["words"])) for k in raw["kinds"]))


@dataclass(frozen=True)
class Behaviour:
    """A trained encoder.

    Attributes:
        network: From `build_encoder`.
        code: How sequences become its inputs.
    """

    network: keras.Model
    code: SequenceCode


@dataclass(frozen=True)
class Events:
    """Events of many users behind one another, each user's oldest first.

    Attributes:
        starts: Where each user's begin, and the end; int64, shape (users + 1,).
        items: Codes, int32, shape (events,).
        ages: Days before the cut-off, float32, shape (events,).
        begins: 1 where a session begins, float32, shape (events,).
        measures: In about 0..1, signs kept, float32, shape (events, measures).
    """

    starts: np.ndarray
    items: np.ndarray
    ages: np.ndarray
    begins: np.ndarray
    measures: np.ndarray

    def __len__(self) -> int:
        """Number of users."""
        return len(self.starts) - 1

    def padded(self, first: np.ndarray, last: np.ndarray, length: int) -> dict[str, np.ndarray]:
        """Events `first` to `last` (exclusive) of a user a row, the last `length` of them, at the right end of the arrays."""
        at = last[:, None] - np.arange(length, 0, -1)
        inside = at >= np.maximum(first, last - length)[:, None]
        at = np.where(inside, at, 0)
        if not len(self.items):
            nothing = np.zeros(at.shape, np.float32)
            return {"items": np.full(at.shape, PAD, np.int32), "ages": nothing, "begins": nothing,
                    "measures": np.zeros((*at.shape, self.measures.shape[1]), np.float32)}
        return {"items": np.where(inside, self.items[at], PAD), "ages": self.ages[at] * inside,
                "begins": self.begins[at] * inside, "measures": self.measures[at] * inside[..., None]}


def learn_sequence_code(table: pa.Table, token: str, assets: Sequence[str], keys: tuple[str, str], length: int, most: int,
                        kinds: Sequence[Kinds]) -> SequenceCode | None:
    """Vocabulary and scales from the histories of all users; None if there is no event.

    Args:
        table: A row per user with the token's lists.
        token: Its name.
        assets: What it reads.
        keys: (user's role, item's role).
        length: Events that the transformer will read.
        most: Items in the vocabulary.
        kinds: Attributes of the items.
    """
    items = pc.value_counts(pc.list_flatten(table.column(f"{token}.{ITEMS}")).combine_chunks()).to_pylist()
    kept = sorted((row for row in items if row["counts"] >= _FEWEST_EVENTS), key=lambda row: (-row["counts"], row["values"]))
    if not kept:
        return None
    names = [name for name in table.column_names
             if name.startswith(f"{token}.") and name.removeprefix(f"{token}.") not in (ITEMS, AGES, BEGINS)]
    large = [float(np.quantile(np.log1p(np.abs(_flat(table, name))), 0.99)) or 1.0 for name in names]
    return SequenceCode(token, tuple(assets), keys, tuple(row["values"] for row in kept[:most]),
                        tuple(zip(names, large, strict=True)), length, tuple(kinds))


def _flat(table: pa.Table, name: str) -> np.ndarray:
    return np.asarray(pc.list_flatten(table.column(name)).to_numpy(), np.float64)


def read_events(code: SequenceCode, table: pa.Table) -> Events:
    """The sequences of a table with a row per user; a user without any, or a table without the token, has no event."""
    if f"{code.token}.{ITEMS}" not in table.column_names:
        return Events(np.zeros(table.num_rows + 1, np.int64), np.zeros(0, np.int32), np.zeros(0, np.float32),
                      np.zeros(0, np.float32), np.zeros((0, len(code.measures)), np.float32))
    lists = table.column(f"{code.token}.{ITEMS}")
    lengths = pc.fill_null(pc.list_value_length(lists), 0).to_numpy()
    measures = [np.sign(values) * np.log1p(np.abs(values)) / large
                for values, large in ((_flat(table, name), large) for name, large in code.measures)]
    items = item_codes(code, pc.list_flatten(lists))
    return Events(np.r_[0, np.cumsum(lengths)], items, _flat(table, f"{code.token}.{AGES}").astype(np.float32),
                  _flat(table, f"{code.token}.{BEGINS}").astype(np.float32),
                  np.column_stack(measures).astype(np.float32) if measures else np.zeros((len(items), 0), np.float32))


def item_codes(code: SequenceCode, items: pa.ChunkedArray) -> np.ndarray:
    """Codes of items given as text, int32."""
    return _codes(code.items, items, FIRST, UNSEEN)


def kind_codes(kinds: Kinds, values: pa.ChunkedArray) -> np.ndarray:
    """Codes of an attribute's values given as text, int32."""
    return _codes(kinds.words, values, 1, 0)


def _codes(words: Sequence[str], values: pa.ChunkedArray, first: int, unseen: int) -> np.ndarray:
    found = pc.add(pc.index_in(values, value_set=pa.array(words, pa.string())), first)
    return np.asarray(pc.fill_null(found, unseen).to_numpy(), np.int32)


def states(behaviour: Behaviour, users: pa.Table) -> np.ndarray:
    """What the transformer makes of every user at the cut-off, float32, shape (users, width).

    Args:
        behaviour: The trained encoder.
        users: A row per user, with the lists of the code's token where the window has them.
    """
    encoder, code, events = behaviour.network.get_layer(ENCODER), behaviour.code, read_events(behaviour.code, users)
    found = [np.zeros((0, encoder.width), np.float32)]
    for start in range(0, len(events), _USERS):
        first, last = events.starts[start:start + _USERS + 1][:-1], events.starts[start + 1:start + _USERS + 1]
        sequences = events.padded(first, last, code.length)
        idle = np.where(sequences["items"][:, -1] > PAD, sequences["ages"][:, -1] - 1, LONGEST_WAIT)
        found.append(encoder.compiled(sequences | {"since": np.minimum(idle, LONGEST_WAIT).astype(np.float32)}).numpy())
    return np.concatenate(found)


def build_encoder(code: SequenceCode, width: int, layers: int, dropout: float) -> keras.Model:
    """The untrained encoder as a model: sequences and days since the last event in, the user's state out."""
    import keras

    from assay.models.transformer import BehaviourEncoder

    length = code.length
    inputs = {"items": keras.Input((length,), dtype="int32", name="items"), "ages": keras.Input((length,), name="ages"),
              "begins": keras.Input((length,), name="begins"),
              "measures": keras.Input((length, len(code.measures)), name="measures"), "since": keras.Input((), name="since")}
    encoder = BehaviourEncoder(len(code.items) + FIRST, [len(kinds.words) + 1 for kinds in code.kinds], width, layers, dropout,
                               name=ENCODER)
    return keras.Model(inputs, encoder(inputs), name="behaviour_encoder")


def head_vectors(behaviour: Behaviour, items: pa.Table) -> list[np.ndarray]:
    """What each head knows of things: of the items themselves, then of each kind of them.

    Args:
        behaviour: The trained encoder.
        items: A row per item, with the item's role and the columns of the kinds where they are known.

    Returns:
        Per head float32, shape (items, width + 1): vector and bias, zeros where the head knows nothing of the thing.
    """
    encoder, code = behaviour.network.get_layer(ENCODER), behaviour.code
    found = []
    for head, kinds in enumerate((None, *code.kinds)):
        weights = np.column_stack([weight.numpy() for weight in encoder.head(head)])
        weights[:1 if kinds else FIRST] = 0
        if kinds is None:
            codes = item_codes(code, items.column(code.keys[1]).cast(pa.string()))
        elif kinds.column in items.column_names:
            codes = kind_codes(kinds, items.column(kinds.column))
        else:
            codes = np.zeros(items.num_rows, np.int32)
        found.append(weights[codes].astype(np.float32))
    return found


