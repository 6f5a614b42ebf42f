"""Servers as they are: strict, old, slow, overloaded, talkative, broken. What comes of a document is all of it or a clear error."""

import json
import socket
import time
from decimal import Decimal
from typing import Any

import pytest

from services.ingest.llm.errors import ModelFailed
from services.ingest.llm.extractor import LlmExtractor
from services.ingest.llm.prompt import load_prompt
from shared.domain.errors import Busy
from shared.domain.ports import ExtractionInput
from tests.ingest.llm.model_server import MODEL, Asked, Behaviour, Said, completion, config_for, model, refusal
from tests.ingest.llm.reading import claim, read

TEXT = "The first Seed Fair was held in Ganja on 4 May 1998. On 3 March 1999 the ministry signed a decree.\n"
GOOD = [
    claim("The first Seed Fair was held in Ganja on 4 May 1998.", ("4 May 1998", "1998-05-04")),
    claim("On 3 March 1999 the ministry signed a decree.", ("3 March 1999", "1999-03-03")),
]
JSON = json.dumps({"claims": GOOD})


def extractor(server: Any, **changes: Any) -> LlmExtractor:
    return LlmExtractor(config_for(server, **changes))


def document(text: str = TEXT) -> ExtractionInput:
    return ExtractionInput(text=text, language="en", published="2003-11-10")


def test_the_request_is_strict_repeatable_and_shows_the_text_as_data() -> None:
    with model(completion(GOOD)) as server:
        found = extractor(server, api_key="k-123").extract_with_report(document())
    (asked,) = server.asked
    assert asked.path == "/v1/chat/completions"
    assert asked.headers["authorization"] == "Bearer k-123"
    body = asked.body
    assert (body["model"], body["temperature"], body["seed"], body.get("stream")) == (MODEL, 0, 0, None)
    assert body["response_format"]["json_schema"]["strict"] is True
    assert body["response_format"]["json_schema"]["schema"] == load_prompt().schema
    assert [message["role"] for message in body["messages"]] == ["system", "user"]
    assert asked.part == TEXT.strip()
    assert "Published: 2003-11-10" in body["messages"][1]["content"]
    assert "Seed Fair" not in body["messages"][0]["content"]
    assert [body.date.edtf for body in found.claims if body.date] == ["1998-05-04", "1999-03-03"]


def test_who_read_is_in_the_provenance_down_to_model_and_prompt() -> None:
    found = read(TEXT, GOOD)
    assert found.extractor.model_dump() == {"name": "llm", "version": "1", "model": MODEL, "prompt": load_prompt().version}
    dated = read(TEXT, completion(GOOD, model=f"{MODEL}-2026-05-01"))
    assert dated.extractor.model == f"{MODEL}-2026-05-01"
    other = read(TEXT, completion(GOOD, model="something else"))
    assert other.extractor.model == MODEL


def test_another_prompt_has_another_version() -> None:
    prompt = load_prompt()
    changed = type(prompt)(prompt.name, prompt.system + " ", prompt.document, prompt.again, prompt.schema)
    assert changed.version != prompt.version
    assert load_prompt().version == prompt.version


def test_without_a_key_none_is_sent_nor_one_that_is_meant_for_another_service(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "not-for-you")
    monkeypatch.setenv("OPENAI_ORG_ID", "org-not-for-you")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://192.0.2.1/v1")
    with model(completion(GOOD)) as server:
        extractor(server).extract(document())
    assert "not-for-you" not in json.dumps(dict(server.asked[0].headers))
    assert "authorization" not in server.asked[0].headers


def test_no_proxy_of_the_environment_reads_what_is_sent_in_the_open(monkeypatch: pytest.MonkeyPatch) -> None:
    with model(completion(GOOD)) as server, model(completion(GOOD)) as proxy:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.httpd.server_port}")
        monkeypatch.setenv("no_proxy", "")
        extractor(server).extract(document())
        assert (len(server.asked), len(proxy.asked)) == (1, 0)


@pytest.mark.parametrize(
    "content",
    [
        f"```json\n{JSON}\n```",
        f"Here is what I found:\n\n{JSON}\n\nLet me know if you need {{more}}.",
        f'<think>{{"claims": []}} is what I would say at first.</think>{JSON}',
        f"{{not json}} {JSON}",
        JSON.replace("[]", "null"),
    ],
)
def test_json_is_found_in_what_is_written_around_it(content: str) -> None:
    assert len(read(TEXT, completion(content)).claims) == 2


@pytest.mark.parametrize(
    "content",
    [
        "",
        "I am sorry, I cannot do that.",
        JSON[:-30],
        '{"claims": {"quote": "x"}}',
        '{"happenings": []}',
        "[" * 100_000,
        '{"claims":' * 5_000,
    ],
)
def test_an_answer_that_is_none_is_asked_for_again(content: str) -> None:
    with model(completion(content), completion(GOOD)) as server:
        found = extractor(server).extract_with_report(document())
    assert len(found.claims) == 2
    assert found.report is not None
    assert (found.report.requests, found.report.retries) == (2, 1)
    first, second = server.asked
    assert second.body["seed"] != first.body["seed"]
    assert second.body["messages"][-1]["content"] == load_prompt().again


@pytest.mark.parametrize(
    "body",
    [b"<html>Bad gateway</html>", b"{}", b'{"choices": []}', b'{"choices": [{"message": {}}]}', b"data: {}\n\n", b"\xff\xfe\x00", b""],
)
def test_what_is_no_completion_at_all_fails_after_the_attempts(body: bytes) -> None:
    with model(Said(chunks=(body,))) as server, pytest.raises(ModelFailed, match=r"gave no usable answer.*nothing was recorded"):
        extractor(server).extract(document())
    assert len(server.asked) == 4


def test_a_refusal_of_the_model_is_told() -> None:
    said = json.dumps({"choices": [{"message": {"content": None, "refusal": "no"}, "finish_reason": "stop"}]}).encode()
    with model(Said(chunks=(said,))) as server, pytest.raises(ModelFailed, match="would not read"):
        extractor(server).extract(document())


def test_content_in_parts_is_put_together() -> None:
    parts = [{"type": "text", "text": JSON[:50]}, {"type": "text", "text": JSON[50:]}]
    said = json.dumps({"choices": [{"message": {"content": parts}}]}).encode()
    assert len(read(TEXT, Said(chunks=(said,))).claims) == 2


@pytest.mark.parametrize("status", [429, 500, 502, 503, 408])
def test_what_may_pass_is_tried_again(status: int) -> None:
    with model(refusal(status, "try later"), refusal(status, "try later"), completion(GOOD)) as server:
        found = extractor(server).extract_with_report(document())
    assert len(found.claims) == 2
    assert found.report is not None
    assert found.report.retries == 2


def test_a_server_that_stays_overloaded_fails_the_document() -> None:
    with model(refusal(503, "overloaded")) as server, pytest.raises(ModelFailed, match="503: overloaded"):
        extractor(server).extract(document())
    assert len(server.asked) == 4


def test_retry_after_is_kept_and_never_longer_than_the_document_s_time() -> None:
    with model(refusal(429, "slow down", {"Retry-After": "0.3"}), completion(GOOD)) as server:
        began = time.monotonic()
        assert len(extractor(server).extract(document())) == 2
        assert time.monotonic() - began >= 0.3
    with model(refusal(429, "slow down", {"Retry-After": "3600"})) as server:
        began = time.monotonic()
        with pytest.raises(ModelFailed, match=r"longer than the 0.4 seconds allowed for a document \(SALNAME_LLM_SECONDS\)"):
            extractor(server, seconds=0.4).extract(document())
        assert time.monotonic() - began < 5


@pytest.mark.parametrize("status", [401, 403, 404])
def test_what_will_not_pass_is_not_tried_again_and_the_key_is_not_told(status: int) -> None:
    with model(refusal(status, "Incorrect key: sk-secret-77")) as server, pytest.raises(ModelFailed, match=str(status)) as failed:
        extractor(server, api_key="sk-secret-77").extract(document())
    assert len(server.asked) == 1
    assert "sk-secret-77" not in failed.value.detail
    assert isinstance(failed.value, Busy)


def test_a_redirect_is_not_followed() -> None:
    with model(Said(307, (), {"Location": "http://192.0.2.1/v1"})) as server, pytest.raises(ModelFailed, match="307"):
        extractor(server).extract(document())
    assert len(server.asked) == 1


def old_server(asked: Asked) -> Said:
    """One that knows nothing that came later."""
    if "response_format" in asked.body:
        return refusal(400, f"response_format of type {asked.body['response_format']['type']} is not supported")
    if "seed" in asked.body:
        return refusal(422, "Extra inputs are not permitted: seed")
    return completion(f"Sure!\n{JSON}")


def new_server(asked: Asked) -> Said:
    """One that dropped what came before."""
    if "max_tokens" in asked.body:
        return refusal(400, "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.")
    if "temperature" in asked.body:
        return refusal(400, "Unsupported value: 'temperature' does not support 0 with this model.")
    return completion(GOOD)


def object_server(asked: Asked) -> Said:
    """One that answers an unknown form with an error of its own."""
    if asked.body.get("response_format", {}).get("type") == "json_schema":
        return refusal(500, 'response_format type must be one of "text" or "json_object"')
    return completion(GOOD)


@pytest.mark.parametrize(("server_", "first", "after"), [(old_server, 4, 1), (new_server, 3, 1), (object_server, 2, 1)])
def test_a_server_is_asked_in_the_strictest_way_that_it_understands_and_that_is_remembered(
    server_: Behaviour, first: int, after: int
) -> None:
    with model(server_) as server:
        assert len(extractor(server).extract(document())) == 2
        assert len(server.asked) == first
        assert len(extractor(server).extract(document())) == 2
        assert len(server.asked) == first + after


def test_a_bad_request_that_is_not_about_the_form_fails_with_the_server_s_words() -> None:
    with model(refusal(400, "model reader-7 is not installed")) as server, pytest.raises(ModelFailed, match="is not installed"):
        extractor(server).extract(document())
    with model(completion(GOOD)) as server:  # what failed is not remembered of another
        extractor(server).extract(document())
    assert server.asked[0].body["response_format"]["type"] == "json_schema"


def test_a_slow_server_is_given_up_request_by_request() -> None:
    with model(Said(waits=True), completion(GOOD)) as server:
        found = extractor(server, request_seconds=0.2).extract_with_report(document())
    assert len(found.claims) == 2
    assert found.report is not None
    assert found.report.retries == 1


def test_a_slow_server_fails_the_document_in_its_time() -> None:
    began = time.monotonic()
    with model(Said(waits=True)) as server, pytest.raises(ModelFailed, match=r"did not answer within 0\.1 seconds"):
        extractor(server, request_seconds=0.1).extract(document())
    assert time.monotonic() - began < 5


def test_an_answer_that_stops_half_way_is_given_up() -> None:
    whole = completion(GOOD).chunks[0]
    with model(Said(chunks=(whole[:40],), stalls=True), completion(GOOD)) as server:
        assert len(extractor(server, request_seconds=0.3).extract(document())) == 2


def test_an_answer_that_never_ends_is_cut_off() -> None:
    with model(Said(chunks=(b'{"choices":',), endless=True)) as server, pytest.raises(ModelFailed, match="more than 100,000 bytes"):
        extractor(server, max_answer_bytes=100_000, attempts=1).extract(document())


def test_an_error_that_never_ends_is_cut_off() -> None:
    with model(Said(401, (b"no " * 10,), endless=True)) as server, pytest.raises(ModelFailed, match="401: no no"):
        extractor(server).extract(document())


def test_nobody_there() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        with model(completion(GOOD)) as server:
            config = config_for(server, attempts=2)
        nowhere = type(config)(
            base_url=f"http://127.0.0.1:{unused.getsockname()[1]}/v1", model=MODEL, backoff=0.001, attempts=2, seconds=5.0
        )
        with pytest.raises(ModelFailed, match="no connection"):
            LlmExtractor(nowhere).extract(document())


def paragraphs(number: int) -> str:
    """A text of so many dated paragraphs, each of another day."""
    return "".join(f"On {1 + day % 28} May {1900 + day // 28} the ferry number {day} was launched in Ganja.\n\n" for day in range(number))


def every_ferry(asked: Asked) -> Said:
    """Find every sentence of the part."""
    found = [line for line in asked.part.split("\n\n") if line.endswith("Ganja.")]
    return completion([claim(line, (line[3 : line.index(" the")], edtf_of(line))) for line in found])


def edtf_of(line: str) -> str:
    day, _, year = line.split(" ")[1:4]
    return f"{year}-05-{int(day):02d}"


def test_a_long_text_is_read_in_parts_and_overlaps_are_not_doubled() -> None:
    text = paragraphs(120)
    with model(every_ferry) as server:
        found = extractor(server, window=1_500).extract_with_report(document(text))
    assert found.report is not None
    assert found.report.windows == len(server.asked) > 3
    assert all(len(asked.part) <= 1_500 for asked in server.asked)
    assert found.report.duplicates > 0
    assert found.report.returned == 120 + found.report.duplicates
    assert [f"{body.statement}." for body in found.claims] == text.strip().split("\n\n")
    assert [body.start for body in found.claims] == sorted(body.start for body in found.claims)


def test_a_part_whose_answer_is_cut_off_is_read_in_halves() -> None:
    text = paragraphs(40)

    def short_of_breath(asked: Asked) -> Said:
        if len(asked.part) > 900:
            return completion('{"claims": [{"quote": "On 1 May', finish="length")
        return every_ferry(asked)

    with model(short_of_breath) as server:
        found = extractor(server, window=4_000).extract_with_report(document(text))
    assert len(found.claims) == 40


def test_a_part_that_the_model_cannot_hold_is_read_in_halves_down_to_an_end() -> None:
    def small(asked: Asked) -> Said:
        if len(asked.part) > 900:
            return refusal(400, "This model's maximum context length is 512 tokens; your request has 900.")
        return every_ferry(asked)

    with model(small) as server:
        assert len(extractor(server, window=4_000).extract(document(paragraphs(40)))) == 40
    with model(refusal(400, "context length exceeded")) as server, pytest.raises(ModelFailed, match="cannot hold even"):
        extractor(server, window=4_000).extract(document(paragraphs(40)))
    assert len(server.asked) < 8


def test_when_one_part_fails_there_are_no_claims_of_the_others() -> None:
    with model(every_ferry, every_ferry, refusal(401, "expired")) as server, pytest.raises(ModelFailed, match="nothing was recorded"):
        extractor(server, window=1_500).extract(document(paragraphs(120)))


def test_tokens_and_cost_are_counted() -> None:
    found = read(TEXT, completion(GOOD, usage=(1_000, 200)), price_in=Decimal("2"), price_out=Decimal("10"))
    assert found.report is not None
    assert (found.report.tokens_in, found.report.tokens_out, found.report.cost) == (1_000, 200, "0.004")
    assert "1,200 tokens, cost 0.004" in found.report.summary()
    silent = read(TEXT, completion(GOOD, usage=None)).report
    assert silent is not None
    assert silent.tokens_estimated
    assert silent.tokens_in > len(TEXT) // 4
    assert silent.cost is None


def test_a_document_stops_before_it_costs_more_than_allowed() -> None:
    prices = {"price_in": Decimal("2"), "price_out": Decimal("10"), "window": 1_500}
    with model(every_ferry) as server:
        with pytest.raises(ModelFailed, match=r"would cost more than 0.05 \(SALNAME_LLM_MAX_COST\); nothing was recorded"):
            extractor(server, max_cost=Decimal("0.05"), **prices).extract(document(paragraphs(1_000)))
        counted = sum(2 * 900 + 10 * asked.body["max_tokens"] for asked in server.asked[-1:]) / 1e6
        spent = sum(2 * 900 + 10 * 100 for _ in server.asked[:-1]) / 1e6
    assert len(server.asked) > 2
    assert counted + spent <= 0.05


def test_a_document_stops_before_it_takes_more_tokens_than_allowed() -> None:
    with model(every_ferry) as server, pytest.raises(ModelFailed, match=r"more than the 9,000 tokens allowed \(SALNAME_LLM_MAX_TOKENS\)"):
        extractor(server, max_tokens=9_000, window=1_500).extract(document(paragraphs(1_000)))
    assert 1 < len(server.asked) < 10


def test_the_report_holds_the_first_refusals_and_counts_all() -> None:
    lies = [claim(f"On 4 May 1998 the {number}th bridge fell.", ("4 May 1998", "1998-05-04")) for number in range(700)]
    found = read(TEXT, [*lies, *GOOD])
    assert found.report is not None
    assert len(found.report.refused) == 200
    assert found.report.reasons == {"quote": 700}
    assert (found.report.returned, found.report.accepted) == (702, 2)
