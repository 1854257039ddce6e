// What pages do beyond what links and forms do by themselves.
"use strict";
(() => {
  const busy = document.getElementById("busy");
  const wait = () => { busy.hidden = false; };
  window.addEventListener("pageshow", () => { busy.hidden = true; });

  for (const form of document.querySelectorAll("form[data-submit]")) {
    form.addEventListener("change", (event) => { if (event.target.type !== "search") form.requestSubmit(); });
    form.addEventListener("submit", () => {
      for (const field of form.elements) if (field.name && !field.value) field.disabled = true;  // keeps addresses short
      wait();
    });
  }
  for (const form of document.querySelectorAll("form[data-goto]")) {
    form.addEventListener("change", (event) => { wait(); window.location.assign(event.target.value); });
  }
  for (const link of document.querySelectorAll("main a[href]:not([download]), .tabs a")) {
    link.addEventListener("click", (event) => {
      if (!link.getAttribute("href").startsWith("#") && !event.ctrlKey && !event.metaKey && !event.shiftKey) wait();
    });
  }
  document.addEventListener("keydown", (event) => {
    const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(document.activeElement.tagName);
    const search = document.querySelector("input[type=search]");
    if (event.key === "/" && !typing && search) { event.preventDefault(); search.focus(); }
  });

  // Runs are started by Airflow's own API, which asks for the permission itself.
  const outcome = document.getElementById("outcome");
  const texts = outcome ? JSON.parse(outcome.dataset.texts) : {};
  const say = (key, values) => {
    outcome.textContent = texts[key].replace(/\{(\w+)\}/g, (_, name) => values[name]);
  };
  const post = async (path, body) => {
    const answer = await fetch(`${document.documentElement.dataset.airflow}/api/v2/${path}`, {
      method: "POST", credentials: "same-origin", headers: { "content-type": "application/json" }, body: JSON.stringify(body),
    });
    const found = await answer.json().catch(() => ({}));
    if (answer.status === 401 || answer.status === 403) throw new Error("refused");
    if (!answer.ok) {
      const told = found.detail;
      throw new Error(typeof told === "string" ? told : Array.isArray(told) ? told.map((one) => one.msg).join("; ") : answer.statusText);
    }
    return found;
  };
  const start = async (form, key, send) => {
    const button = form.querySelector("button");
    button.disabled = true;
    say("sending", {});
    try {
      say(key, { run: await send(new FormData(form)) });
    } catch (error) {
      if (error.message === "refused") say("refused", {});
      else say("failed", { reason: error.message });
    }
    button.disabled = false;
  };
  for (const form of document.querySelectorAll("form[data-trigger]")) {
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      start(form, "started", async (fields) => {
        const partition = fields.get("partition");
        const body = { logical_date: null, conf: {}, ...(partition ? { partition_key: partition } : {}) };
        return (await post(`dags/${encodeURIComponent(form.dataset.trigger)}/dagRuns`, body)).dag_run_id;
      });
    });
  }
  for (const form of document.querySelectorAll("form[data-backfill]")) {
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      start(form, "backfill", async (fields) => (await post("backfills", {
        dag_id: form.dataset.backfill, from_date: `${fields.get("since")}T00:00:00Z`, to_date: `${fields.get("until")}T23:59:59Z`,
        reprocess_behavior: "completed", max_active_runs: 1,
      })).id);
    });
  }
})();
