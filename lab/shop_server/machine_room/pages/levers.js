// The levers. Each says what it did; what stays pulled can be undone here, and ends by itself.
import { html, useState } from "/vendor/preact-htm-3.1.1.js";

async function pull(name, options = {}) {
  try {
    const response = await fetch(`levers/${name}`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(options),
    });
    return (await response.json()).message;
  } catch {
    return "The machine room does not answer. Does `lab shop` still run?";
  }
}

export function LeverPanel({ levers }) {
  const [said, setSaid] = useState("");
  const [busy, setBusy] = useState("");
  if (!levers) return null;
  const go = async (name, options) => {
    setBusy(name);
    setSaid(await pull(name, options));
    setBusy("");
  };
  const shared = { go, busy, levers };
  return html`
    <section aria-label="Levers">
      <h2>Levers</h2>
      <p class="said" role="status">${busy ? "…" : said}</p>
      <div class="levers">
        <${Fail} ...${shared} /><${RushLever} ...${shared} /><${Permission} ...${shared} />
        <${Simple} ...${shared} name="kill" title="Kill the functions"
          text="Ends the process of every function. New ones start with the next call." />
        <${Simple} ...${shared} name="sweep" title="Run the sweeper"
          text="Finishes what was left unfinished, as it does every minute." />
        <${Simple} ...${shared} name="audit" title="Audit the books"
          text="Checks all guarantees over all stored data." />
      </div>
    </section>`;
}

function Standing({ name, levers, go }) {
  const standing = levers.standing[name];
  if (!standing) return null;
  return html`<p><b>${standing.message}</b> Ends by itself at ${new Date(standing.until).toLocaleTimeString()}.</p>
    <button class="second" onClick=${() => go("undo", { lever: name })}>Undo</button>`;
}

const Select = ({ label, value, change, options, id = `choose-${label}` }) => html`
  <div><label for=${id}>${label}</label>
    <select id=${id} value=${value} onChange=${(event) => change(event.target.value)}>
      ${options.map(([key, text]) => html`<option value=${key} key=${key}>${text}</option>`)}</select></div>`;

const Count = ({ label, value, change, most, id = `count-${label}` }) => html`
  <div><label for=${id}>${label}</label><input id=${id} type="number" min="1" max=${most} value=${value}
    onInput=${(event) => change(Number.parseInt(event.target.value, 10) || 1)} /></div>`;

function Fail({ go, busy, levers }) {
  const [state, setState] = useState("GenerateOrder");
  const [how, setHow] = useState("raise");
  const [times, setTimes] = useState(4);
  return html`
    <div class="lever ${levers.standing.fail ? "on" : ""}"><h3>Let a state fail</h3>
      <${Standing} name="fail" levers=${levers} go=${go} />
      <${Select} label="State" value=${state} change=${setState} options=${levers.states.map((s) => [s, s])} />
      <div class="pair">
        <${Select} label="How" value=${how} change=${setHow} options=${Object.entries(levers.ways)} />
        <${Count} label="Times" value=${times} change=${setTimes} most="100" /></div>
      <button disabled=${busy} onClick=${() => go("fail", { state, how, times })}>Let it fail</button>
    </div>`;
}

function RushLever({ go, busy, levers }) {
  const [sku, setSku] = useState("TABLE-BOWL-KINTSUGI");
  const [buyers, setBuyers] = useState(100);
  const [pieces, setPieces] = useState(10);
  const { rush } = levers;
  return html`
    <div class="lever ${rush?.runs ? "on" : ""}"><h3>${buyers} buyers want this piece</h3>
      ${rush && html`<p role="status"><b>${rush.name}</b>: ${sum(rush.ended)} of ${rush.buyers} have ended
        ${Object.entries(rush.ended).map(([how, count]) => html`<br />${count} ${how}`)}</p>`}
      <label>Article<input value=${sku} maxlength="64" onInput=${(event) => setSku(event.target.value)} /></label>
      <div class="pair"><${Count} label="Buyers" value=${buyers} change=${setBuyers} most="500" />
        <${Count} label="Pieces" value=${pieces} change=${setPieces} most="1000" /></div>
      <button disabled=${busy || rush?.runs} onClick=${() => go("rush", { sku, buyers, pieces })}>Open the doors</button>
    </div>`;
}

const sum = (counts) => Object.values(counts).reduce((a, b) => a + b, 0);

function Permission({ go, busy, levers }) {
  const [name, setName] = useState("stock-checker");
  return html`
    <div class="lever ${levers.standing.permission ? "on" : ""}"><h3>Take a permission away</h3>
      <${Standing} name="permission" levers=${levers} go=${go} />
      <${Select} label="Function" value=${name} change=${setName} options=${levers.functions.map((f) => [f, f])} />
      <button disabled=${busy || levers.standing.permission} onClick=${() => go("permission", { function: name })}>Take it away</button>
    </div>`;
}

const Simple = ({ go, busy, name, title, text }) => html`
  <div class="lever"><h3>${title}</h3><p class="hint">${text}</p>
    <button disabled=${busy} onClick=${() => go(name)}>${busy === name ? "…" : title}</button></div>`;
