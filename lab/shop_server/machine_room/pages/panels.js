// What each panel looks like. Preact escapes all text; drawings of the server's are parsed as SVG.
import { html, useEffect, useRef } from "/vendor/preact-htm-3.1.1.js";

export const time = (text) => new Date(text).toLocaleTimeString();
const money = ({ amount, currency }) => {
  const format = new Intl.NumberFormat(undefined, { style: "currency", currency });
  return format.format(amount / 10 ** format.resolvedOptions().maximumFractionDigits);
};

/** A drawing, replaced as a whole; nothing in it that is no drawing gets into the page. */
export function Drawing({ svg }) {
  const place = useRef();
  useEffect(() => {
    const parsed = svg ? new DOMParser().parseFromString(svg, "image/svg+xml").documentElement : null;
    if (parsed?.localName === "svg") place.current.replaceChildren(document.importNode(parsed, true));
    else place.current.replaceChildren();
  }, [svg]);
  return html`<div class="drawing" ref=${place} tabindex="0" role="group" aria-label="Drawing"></div>`;
}

function Rows({ rows, columns, cells, empty, name }) {
  if (rows?.error) return html`<p class="wrong">${rows.error}</p>`;
  if (!rows?.length) return html`<p class="hint">${empty}</p>`;
  return html`
    <table class="data"><caption class="unseen">${name}</caption>
      <thead><tr>${columns.map((column) => html`<th scope="col" key=${column}>${column}</th>`)}</tr></thead>
      <tbody>${rows.map((row, index) => html`<tr key=${index}>${cells(row)}</tr>`)}</tbody></table>`;
}

const WIDTH = 420;
const HEIGHT = 150;
const COLOURS = ["#3b8ac4", "#d18b00", "#9566c9", "#2e9e5b", "#d6455d"];

/** The stock of each product as steps over time. */
export function Chart({ stock }) {
  if (stock?.error) return html`<p class="wrong">${stock.error}</p>`;
  const lines = Object.entries(stock?.lines ?? {});
  if (!lines.length) return html`<p class="hint">Nothing is being bought.</p>`;
  const points = lines.flatMap(([, line]) => line);
  const start = Math.min(...points.map(([at]) => at), stock.now - 10_000);
  const most = Math.max(...points.map(([, pieces]) => pieces), 1);
  const least = Math.min(...points.map(([, pieces]) => pieces), most - 1);
  const x = (at) => (20 + ((WIDTH - 40) * (at - start)) / (stock.now - start)).toFixed(1);
  const y = (pieces) => (12 + ((HEIGHT - 34) * (most - pieces)) / (most - least)).toFixed(1);
  const label = lines.map(([sku, line]) => `${sku}: ${line.at(-1)[1]} left`).join("; ");
  return html`
    <svg class="chart" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label=${label}>
      ${lines.map(([sku, line], index) => html`
        <polyline key=${sku} stroke=${COLOURS[index % COLOURS.length]} points=${steps(line, stock.now, x, y)} />`)}
      <text x="20" y=${HEIGHT - 4}>${time(start)}</text>
      <text x=${WIDTH - 20} y=${HEIGHT - 4} text-anchor="end">now</text>
    </svg>
    <ul class="brief">${lines.map(([sku, line], index) => html`
      <li key=${sku}><span><svg width="14" height="10" aria-hidden="true"><rect width="14" height="10" rx="3"
        fill=${COLOURS[index % COLOURS.length]} /></svg> ${sku}</span><b>${line.at(-1)[1]} left</b></li>`)}</ul>`;
}

function steps(line, now, x, y) {
  const corners = line.flatMap(([at, pieces], index) =>
    [...(index ? [`${x(at)},${y(line[index - 1][1])}`] : []), `${x(at)},${y(pieces)}`]);
  return [...corners, `${x(now)},${y(line.at(-1)[1])}`].join(" ");
}

export function Facts({ of, names, empty }) {
  if (of?.error) return html`<p class="wrong">${of.error}</p>`;
  const known = Object.entries(names).filter(([name]) => of?.[name] !== undefined);
  if (!known.length) return html`<p class="hint">${empty}</p>`;
  return html`<table class="data"><tbody>${known.map(([name, label]) => html`
    <tr key=${name}><th scope="row">${label}</th><td>${fact(name, of[name])}</td></tr>`)}</tbody></table>`;
}

function fact(name, value) {
  if (name === "lines") return value.map((line) => `${line.quantity} × ${line.sku}`).join(", ");
  if (name === "expiresAt") return new Date(value * 1000).toLocaleTimeString();
  if (name === "heldAt") return time(value);
  return Array.isArray(value) ? value.join(", ") || "none" : String(value);
}

export const Ledger = ({ rows }) => html`<${Rows} name="Entries of the ledger" rows=${rows}
  columns=${["Time", "Entry", "Amount"]} empty="Nothing was booked for this order."
  cells=${(row) => html`<td>${row.at ? time(row.at) : ""}</td><td><b>${row.entry ?? row.kind}</b></td>
    <td class="number">${row.currency ? money(row) : row.amount}</td>`} />`;

export const Events = ({ events }) => html`<${Rows} name="Events"
  rows=${events?.error ? events : events?.slice(-12).reverse()} columns=${["Time", "Event", "About"]}
  empty="No event since the room was opened."
  cells=${(event) => html`<td>${time(event.at)}</td><td><b>${event.type}</b></td>
    <td>${event.detail.orderId ?? event.detail.sku ?? ""}</td>`} />`;

export const Queues = ({ queues }) => html`<${Rows} name="Queues" rows=${queues}
  columns=${["Queue", "Waiting", "Being handled"]} empty="There are no queues."
  cells=${(queue) => html`<td>${queue.name}</td><td class="number">${queue.waiting}</td>
    <td class="number">${queue.taken}</td>`} />`;

/** Those that ring; of the others only how many there are. */
export function Alarms({ alarms }) {
  if (alarms?.error || !alarms) return html`<p class="wrong">${alarms?.error}</p>`;
  const ringing = alarms.filter((alarm) => alarm.state === "ALARM");
  const quiet = alarms.length - ringing.length;
  return html`
    <${Rows} name="Alarms that ring" rows=${ringing} columns=${["Alarm", "What it means"]}
      empty=${`None of ${quiet} alarms rings.`} cells=${(alarm) => html`
        <td class="mark ALARM">${alarm.name}</td><td>${alarm.meaning}</td>`} />
    ${ringing.length > 0 && html`<p class="hint">${quiet} others are quiet.</p>`}`;
}

export const Refusals = ({ rows }) => html`<${Rows} name="Refused requests" rows=${rows}
  columns=${["Who", "What", "How often"]} empty="Nobody asked for what it may not do."
  cells=${(row) => html`<td>${row.role}</td><td>${row.action} <small>${row.resource}</small></td>
    <td class="number">${row.count}</td>`} />`;

/** A mail in a frame that may run nothing, load nothing, and reach nothing. */
export function Mails({ mails }) {
  if (mails?.error) return html`<p class="wrong">${mails.error}</p>`;
  if (!mails?.length) return html`<p class="hint">No mail about this order yet.</p>`;
  return mails.map((mail) => html`
    <article class="mail" key=${mail.at}><b>${mail.subject}</b>
      <p class="hint">to ${mail.to.join(", ")}, ${time(mail.at)}</p>
      <iframe sandbox="" title=${`Mail: ${mail.subject}`} srcdoc=${asPage(mail.body)}></iframe></article>`);
}

function asPage(body) {
  const page = document.implementation.createHTMLDocument("");
  const text = page.createElement("pre");
  text.textContent = body;
  page.body.append(text);
  return page.documentElement.outerHTML;
}

export function Logs({ lines }) {
  if (lines?.error) return html`<p class="wrong">${lines.error}</p>`;
  if (!lines?.length) return html`<p class="hint">No function has said anything in five minutes.</p>`;
  return html`<pre class="log" tabindex="0">${lines.map((line, index) => html`
    <span key=${index}>${time(line.at)} <b>${line.function}</b> ${line.text}${"\n"}</span>`)}</pre>`;
}
