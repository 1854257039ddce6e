"""What presidio-analyzer finds in columns; run in its own environment as `python personal_presidio.py in.json out.json`.

Reads a list of {"locale", "name", "values"} and writes {"seconds", "found"}: per column the entity that most of its values get
with a score of 0.5 or more, if at least half of them get it, else null. Blank pipelines, since no model is on PyPI: all pattern
recognisers without a country, and those of the locale's; the column's name is handed over as context.
"""

from __future__ import annotations

import json
import re
import sys
import time
from collections import Counter
from pathlib import Path

import spacy
import tldextract
from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
from presidio_analyzer import predefined_recognizers as known
from presidio_analyzer.nlp_engine import SpacyNlpEngine

tldextract.tldextract.TLD_EXTRACTOR = tldextract.TLDExtract(suffix_list_urls=())  # the list in the package, no network
SAMPLE, SCORE, SHARE = 100, 0.5, 0.5
COMMON = ("CreditCardRecognizer", "EmailRecognizer", "IbanRecognizer", "IpRecognizer", "MacAddressRecognizer", "DateRecognizer")
COUNTRY = {
    "en": ("UsSsnRecognizer", "UsPassportRecognizer", "UsItinRecognizer", "UsLicenseRecognizer", "UsBankRecognizer"),
    "de": ("DeTaxIdRecognizer", "DePassportRecognizer", "DeIdCardRecognizer", "DeKfzRecognizer", "DeSocialSecurityRecognizer"),
    "zh": (),
    "ja": (),  # it has none for China and Japan
}
REGIONS = ("US", "GB", "DE", "FR", "CN", "JP")


class BlankNlpEngine(SpacyNlpEngine):
    """Tokens alone; Chinese and Japanese ones by spaCy's multilingual tokenizer."""

    def __init__(self) -> None:
        super().__init__()
        self.nlp = {language: spacy.blank(language if language in ("en", "de") else "xx") for language in COUNTRY}


def make_engine() -> AnalyzerEngine:
    """An engine for the four languages with pattern recognisers only."""
    registry = RecognizerRegistry(recognizers=[], supported_languages=list(COUNTRY))
    for language, names in COUNTRY.items():
        for name in (*COMMON, *names):
            registry.add_recognizer(getattr(known, name)(supported_language=language))
        registry.add_recognizer(known.PhoneRecognizer(supported_language=language, supported_regions=REGIONS))
    return AnalyzerEngine(registry=registry, nlp_engine=BlankNlpEngine(), supported_languages=list(COUNTRY))


def judge(engine: AnalyzerEngine, language: str, name: str, values: list[str]) -> str | None:
    """The entity of most of a column's values."""
    context = [word.lower() for word in re.split(r"[\W_]+", name) if word] + [name.lower()]
    found: Counter[str] = Counter()
    sample = values[:: max(len(values) // SAMPLE, 1)][:SAMPLE]
    for value in sample:
        results = engine.analyze(text=value, language=language, context=context, score_threshold=SCORE)
        if results:
            found[max(results, key=lambda result: (result.score, result.end - result.start)).entity_type] += 1
    entity, count = found.most_common(1)[0] if found else (None, 0)
    return entity if count >= SHARE * len(sample) else None


def main() -> None:
    """Read the columns, judge them one after another, write what was found."""
    columns = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    engine = make_engine()
    engine.analyze(text="warm up", language="en")
    start = time.perf_counter()
    found = [judge(engine, {"any": "en"}.get(c["locale"], c["locale"][:2]), c["name"], c["values"]) for c in columns]
    Path(sys.argv[2]).write_text(json.dumps({"seconds": time.perf_counter() - start, "found": found}), encoding="utf-8")


if __name__ == "__main__":
    main()
