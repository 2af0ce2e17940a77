// The machine room: draws what the server sends, and pulls its levers.
import { html, render, useEffect, useState } from "/vendor/preact-htm-3.1.1.js";
import { LeverPanel } from "./levers.js";
import { Chart, Drawing, Events, Facts, Ledger, Logs, Mails, Queues, Alarms, Refusals, time } from "./panels.js";

const POLL_MS = 1500;
const PATIENCE_MS = 4000;

/** The panels about an order (the newest without one): by a stream, or by asking again and again. */
function usePanels(order) {
  const [panels, setPanels] = useState({});
  const [live, setLive] = useState("off");
  useEffect(() => {
    const query = new URLSearchParams(order ? { order } : {});
    let poll;
    let last = Date.now();
    const take = (changed) => {
      last = Date.now();
      setPanels((old) => ({ ...old, ...changed }));
    };
    setPanels((old) => ({ ...old, execution: undefined }));
    const stream = new EventSource(`stream?${query}`);
    stream.onopen = () => { last = Date.now(); setLive("on"); };
    stream.onmessage = (message) => { setLive("on"); take(JSON.parse(message.data)); };
    stream.onerror = () => setLive((old) => (old === "on" ? "off" : old));
    const watch = setInterval(() => {
      if (stream.readyState === EventSource.OPEN) {
        clearInterval(poll);
        poll = undefined;
      } else if (!poll && Date.now() - last > PATIENCE_MS) poll = setInterval(ask, POLL_MS);
    }, 1000);
    const ask = async () => {
      try {
        const response = await fetch(`state?${query}`);
        if (!response.ok) throw new Error(String(response.status));
        take(await response.json());
        setLive("slow");
      } catch {
        setLive("off");
      }
    };
    return () => {
      stream.close();
      clearInterval(watch);
      clearInterval(poll);
    };
  }, [order]);
  return [panels, live];
}

const FACTS = {
  status: "Status", lines: "Pieces", heldAt: "Since", expiresAt: "At most until", promotions: "Codes",
};
const LIVE = { on: "Live", slow: "Live, by polling", off: "Not connected: trying again" };

function Room() {
  const [order, setOrder] = useState("");
  const [panels, live] = usePanels(order);
  const execution = panels.execution;
  return html`
    <header class="room-top">
      <h1>The machine room</h1>
      <span class="live ${live === "on" ? "" : live}" role="status">${LIVE[live]}</span>
      <nav aria-label="Pages"><a href="/">The shop</a> · <a href="/side-by-side/">Side by side</a></nav>
    </header>
    <main>
      <section aria-label="The workflow">
        <h2>${execution?.order ? html`Order <code>${execution.order}</code>` : "The workflow"}
          ${execution?.status && html` <span class="mark ${execution.status}">${execution.status}</span>
            ${" "}${execution.seconds} s`}
          ${panels.order?.status && html` · the order is
            <span class="mark ${panels.order.status}"> ${panels.order.status}</span>`}</h2>
        <${Way} execution=${execution} none=${panels.executions?.length === 0} />
      </section>
      <${LeverPanel} levers=${panels.levers} />
      <div class="small">
      <section aria-label="Executions">
        <h2>The last orders</h2>
        <${Executions} all=${panels.executions} chosen=${panels.chosen} fixed=${order} choose=${setOrder} />
      </section>
      <section aria-label="Stock"><h2>Stock of what is being bought</h2><${Chart} stock=${panels.stock} /></section>
      <section aria-label="Reservation"><h2>Reservation</h2><${Facts} of=${panels.reservation}
        names=${FACTS} empty="Nothing is held for this order." /></section>
      <section aria-label="Ledger"><h2>The ledger</h2><${Ledger} rows=${panels.ledger} /></section>
      <section aria-label="Events"><h2>On the bus</h2><${Events} events=${panels.events} /></section>
      <section aria-label="Queues"><h2>Queues</h2><${Queues} queues=${panels.queues} /></section>
      <section aria-label="Alarms"><h2>Alarms</h2><${Alarms} alarms=${panels.alarms} /></section>
      <section aria-label="Refused"><h2>Refused by IAM</h2><${Refusals} rows=${panels.refusals} /></section>
      </div>
      <div class="words">
      <section aria-label="Logs"><h2>What the functions say</h2><${Logs} lines=${panels.logs} /></section>
      <section aria-label="Mail"><h2>What the customer reads</h2><${Mails} mails=${panels.mails} /></section>
      </div>
    </main>`;
}

function Way({ execution, none }) {
  if (none) return html`<p class="nothing">No order has been placed yet. Buy something in the shop.</p>`;
  if (!execution) return html`<p class="loading">Looking …</p>`;
  if (execution.error) return html`<p class="wrong">${execution.error}</p>`;
  return html`
    <div class="way">
      <${Drawing} svg=${execution.workflow} />
      <div>
        <h3>When each state ran</h3>
        <${Drawing} svg=${execution.gantt} />
        <details><summary>Input and output</summary>
          <h3>Input</h3><pre tabindex="0">${execution.input}</pre>
          <h3>Output</h3><pre tabindex="0">${execution.output || "None yet"}</pre></details>
        <p class="unseen" role="status">${execution.words}</p>
      </div>
    </div>`;
}

function Executions({ all = [], chosen, fixed, choose }) {
  if (all.error) return html`<p class="wrong">${all.error}</p>`;
  return html`
    <p><label class="follow"><input type="checkbox" checked=${!fixed} onChange=${(event) =>
      choose(event.target.checked ? "" : chosen)} /> Follow the newest</label></p>
    <ul class="executions">${all.map((one) => html`
      <li key=${one.order}><button aria-pressed=${one.order === chosen ? "true" : "false"}
        onClick=${() => choose(one.order)}>
        <code>${one.order.slice(0, 12)}…</code><span class="mark ${one.status}">${one.status}</span>
        <time>${time(one.at)}</time></button></li>`)}</ul>`;
}

const root = document.getElementById("room");
root.replaceChildren();
render(html`<${Room} />`, root);
