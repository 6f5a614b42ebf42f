"""Extractors side by side, as a value and from the command line."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from services.ingest.extraction.rules import RulesExtractor
from services.ingest.llm.comparison import compare_extractors
from services.ingest.llm.extractor import LlmExtractor
from shared.domain.ports import ClaimExtractor, ExtractionInput
from tests.ingest.llm.model_server import MODEL, completion, config_for, model, refusal
from tests.ingest.llm.reading import claim, number
from tests.support.servers import SALNAME, clean_environment

TEXT = """The mill burnt down on 7 June 1931.

The bridge was opened on 3 March 1999 before 90 guests. The road was paved on 5 May 2004.
"""
MILL = claim("The mill burnt down on 7 June 1931.", ("7 June 1931", "1931-06"))
BRIDGE = claim(
    "The bridge was opened on 3 March 1999 before 90 guests.", ("3 March 1999", "1999-03-03"), number("90 guests", "90", "guests")
)
INVENTED = claim("The tower fell\x1b[2J in 1950.", ("1950", "1950"))


def test_claims_about_the_same_words_stand_in_one_row() -> None:
    with model(completion([MILL, BRIDGE, INVENTED])) as server:
        plugins: dict[str, ClaimExtractor] = {"rules": RulesExtractor(), "llm": LlmExtractor(config_for(server))}
        found = compare_extractors(ExtractionInput(text=TEXT, language="en"), plugins)
    rules, llm = found.found
    assert (len(rules.claims), len(llm.claims)) == (3, 2)
    assert [(row.claims["rules"], row.claims["llm"], row.differs) for row in found.rows] == [
        ((0,), (0,), ("date",)),
        ((1,), (1,), ()),
        ((2,), (), ()),
    ]
    assert llm.report is not None
    assert [refusal.reason for refusal in llm.report.refused] == ["quote"]


def test_an_extractor_that_fails_does_not_stop_the_others() -> None:
    with model(refusal(401, "who are you?")) as server:
        plugins: dict[str, ClaimExtractor] = {"llm": LlmExtractor(config_for(server)), "rules": RulesExtractor()}
        found = compare_extractors(ExtractionInput(text=TEXT, language="en"), plugins)
    assert "who are you?" in (found.found[0].failed or "")
    assert [row.claims for row in found.rows] == [{"llm": (), "rules": (index,)} for index in range(3)]


def test_a_long_sentence_and_its_clauses_are_one_row_for_each_date() -> None:
    text = "In 1931 the mill burnt down, and in 1999 the bridge was opened.\n"
    whole = "In 1931 the mill burnt down, and in 1999 the bridge was opened."
    with model(completion([claim(whole, ("1931", "1931")), claim(whole, ("1999", "1999"))])) as server:
        plugins: dict[str, ClaimExtractor] = {"rules": RulesExtractor(), "llm": LlmExtractor(config_for(server))}
        found = compare_extractors(ExtractionInput(text=text, language="en"), plugins)
    assert [(row.claims["rules"], row.claims["llm"]) for row in found.rows] == [((0,), (0,)), ((1,), (1,))]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "valley.txt"
    path.write_text(TEXT, encoding="utf-8")
    return path


def salname(*arguments: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    surroundings = clean_environment({"PATH": os.environ["PATH"], "PYTHONUTF8": "1", "COLUMNS": "160", **environment})
    return subprocess.run([SALNAME, *arguments], cwd=folder, env=surroundings, capture_output=True, text=True, timeout=60, check=False)


def test_the_command_shows_what_each_found_and_what_was_refused(file: Path) -> None:
    with model(completion([MILL, BRIDGE, INVENTED])) as server:
        surroundings = {"SALNAME_LLM_BASE_URL": server.base_url, "SALNAME_LLM_MODEL": MODEL}
        table = salname("compare-extractors", str(file), folder=file.parent, **surroundings)
        as_json = salname("compare-extractors", str(file), "--json", folder=file.parent, **surroundings)
    assert table.returncode == 0, table.stderr
    assert f"llm 1 {MODEL}: 2 claims" in table.stdout
    assert "1931-06  The mill burnt down on 7 June 1931" in table.stdout
    assert "llm: 2 of 3 claims accepted, 1 refused (quote 1)" in table.stdout
    assert "llm: refused (quote): these words do not stand in the part that was read: The tower fell\\x1b[2J in 1950." in table.stdout
    assert "\x1b[2J" not in table.stdout
    said = json.loads(as_json.stdout)
    assert [row["differs"] for row in said["rows"]] == [["date"], [], []]
    assert said["found"][1]["extractor"]["model"] == MODEL


def test_without_a_model_the_command_says_what_to_set(file: Path) -> None:
    done = salname("compare-extractors", str(file), folder=file.parent)
    assert done.returncode == 1
    assert "SALNAME_LLM_BASE_URL" in done.stderr


def test_the_command_reads_a_file_and_touches_no_database(file: Path) -> None:
    done = salname("compare-extractors", str(file), "--extractors", "rules", "--language", "en", "--published", "2010", folder=file.parent)
    assert done.returncode == 0, done.stderr
    assert f"rules {RulesExtractor.version}: 3 claims" in done.stdout
    assert [path.name for path in file.parent.iterdir()] == [file.name]


def test_the_command_says_which_extractors_there_are(file: Path) -> None:
    done = salname("compare-extractors", str(file), "--extractors", "oracle", folder=file.parent)
    assert done.returncode == 1
    assert "there is no extractor called 'oracle'" in done.stderr
