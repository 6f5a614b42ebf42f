"use strict";
// Three small things, each of which pages do without: lighting up cut passages, telling of news, and sending corrections.

function light() {
  for (const lit of document.querySelectorAll("mark.lit")) lit.classList.remove("lit");
  const anchor = decodeURIComponent(location.hash.slice(1));
  if (!anchor) return;
  for (const piece of document.querySelectorAll("mark[data-of]")) {
    if (piece.dataset.of === anchor) piece.classList.add("lit");
  }
}

function listen(notice) {
  const stream = new EventSource(notice.dataset.stream);
  const tell = (event) => {
    const revision = JSON.parse(event.data).revision;
    notice.querySelector("span").textContent = notice.dataset.said.replace("{n}", revision);
    notice.dataset.revision = revision;
    notice.hidden = false;
  };
  stream.addEventListener("change", tell);
  stream.addEventListener("reset", tell);
  stream.addEventListener("error", () => {
    // The browser comes back by itself after a lost connection, but not after an answer such as "busy".
    if (stream.readyState === EventSource.CLOSED) setTimeout(() => listen(notice), 10000);
  });
  addEventListener("pagehide", () => stream.close());
  addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
}

const lastPart = (address) => address.trim().split(/[?#]/)[0].replace(/\/+$/, "").split("/").pop();

const CHANGES = {
  "retitle-entry": (form, fields) => ({ entry_id: form.dataset.entry, title: fields.get("title") }),
  "amend-date": (form, fields) => ({ claim_id: fields.get("claim_id"), edtf: fields.get("edtf").trim() || null }),
  "amend-value": (form, fields) => {
    const [claim, start, ...attribute] = fields.get("which").split("|");
    return { claim_id: claim, start: Number(start), attribute: attribute.join("|"), value: fields.get("value").trim() || null };
  },
  "withdraw-claim": (form, fields) => ({ claim_id: fields.get("claim_id") }),
  "merge-entries": (form, fields) => ({ entry_ids: [form.dataset.entry, lastPart(fields.get("other"))] }),
  "join-origins": (form, fields) => ({ document_ids: fields.getAll("document_ids") }),
  "split-origins": (form, fields) => ({ document_ids: fields.getAll("document_ids") }),
  "split-entry": (form, fields) => ({ entry_id: form.dataset.entry, claim_ids: fields.getAll("claim_ids") }),
};

function bodyOf(form, submitter) {
  const fields = new FormData(form);
  if (!form.dataset.kind) return { decision: submitter.value, reason: fields.get("reason") };
  const change = { kind: form.dataset.kind, ...CHANGES[form.dataset.kind](form, fields) };
  return { change, reason: fields.get("reason") };
}

// What was sent is in the log at once, and on the pages a moment later.
async function shown(chronology, revision) {
  for (let attempt = 0; attempt < 50; attempt += 1) {
    const answer = await fetch(chronology, { signal: AbortSignal.timeout(5000) });
    if (answer.ok && (await answer.json()).revision >= revision) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

function offer(outcome, address, text) {
  const link = document.createElement("a");
  link.href = address;
  link.textContent = text;
  outcome.append(" ", link);
}

async function send(event) {
  event.preventDefault();
  const form = event.currentTarget;
  const outcome = form.querySelector(".outcome");
  const buttons = form.querySelectorAll("button");
  for (const button of buttons) button.disabled = true;
  let failed = null;
  let made = null;
  try {
    const answer = await fetch(form.dataset.post, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(bodyOf(form, event.submitter)),
      signal: AbortSignal.timeout(20000),
    });
    const said = await answer.json();
    if (answer.ok) {
      await shown(form.dataset.post.split("/corrections")[0], said.revision);
      made = said.id;
    } else failed = said.detail;
  } catch (error) {
    failed = error.message;
  }
  outcome.classList.toggle("bad", failed !== null);
  outcome.textContent = failed === null ? form.dataset.sent : form.dataset.failed.replace("{detail}", failed);
  if (made !== null && form.dataset.look) offer(outcome, `${form.dataset.post.replace("/v1", "")}/${made}`, form.dataset.look);
  for (const button of buttons) button.disabled = failed === null;
  if (failed === null && form.classList.contains("decide")) location.reload();
}

addEventListener("hashchange", light);
light();
for (const notice of document.querySelectorAll("[data-stream]")) listen(notice);
for (const form of document.querySelectorAll("form[data-post]")) form.addEventListener("submit", send);
