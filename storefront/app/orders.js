// An order on its way to its end, and all orders of the one who is signed in.
import * as api from "./api.js";
import { Totals } from "./cart-page.js";
import { add } from "./cart.js";
import { session, signIn } from "./sign-in.js";
import { ofTab } from "./storage.js";
import {
  Picture, Problem, Title, announce, html, moment, money, useEffect, useLoaded, useState, useStore,
} from "./ui.js";

const QUICK_MS = 500;
const QUICK_TRIES = 12;
const SLOWEST_MS = 8000;

const STATUS = {
  PENDING: ["On its way through the shop", "We are checking the cart, the stock and the payment."],
  CONFIRMED: ["Confirmed", "It is paid, and it is yours. A mail is on its way to you."],
  REJECTED: ["Not possible", "Nothing was charged, and nothing is held for you."],
  FAILED: ["It went wrong on our side", "Everything that was taken has been given back."],
};
const PAYMENT = {
  NONE: "Nothing was taken", AUTHORISED: "Reserved on your card", CAPTURED: "Paid",
  REFUNDED: "Paid back", DECLINED: "Declined", VOIDED: "Released, nothing was taken",
};

/** Polls an order: quickly at first, then slower, and not at all once it has ended. */
function useOrder(id) {
  const [state, setState] = useState({});
  const [round, setRound] = useState(0);
  const who = useStore(session);
  useEffect(() => {
    if (!who) return undefined;
    const abort = new AbortController();
    let timer;
    const look = async (tries) => {
      try {
        const order = await api.order(id, abort.signal);
        setState({ order });
        if (order.status !== "PENDING") return;
      } catch (error) {
        if (abort.signal.aborted) return;
        setState((old) => ({ ...old, error }));
        if (error.status >= 400 && error.status < 500) return;
      }
      const pause = tries < QUICK_TRIES ? QUICK_MS : QUICK_MS * 1.4 ** (tries - QUICK_TRIES + 1);
      timer = setTimeout(look, Math.min(pause, SLOWEST_MS), tries + 1);
    };
    look(0);
    return () => {
      abort.abort();
      clearTimeout(timer);
    };
  }, [id, who?.customer, round]);
  return { ...state, who, again: () => setRound(round + 1) };
}

export function OrderPage({ id }) {
  const { order, error, who, again } = useOrder(id);
  const status = order?.status;
  useEffect(() => {
    if (status) announce(`Your order: ${STATUS[status][0]}. ${order.rejection?.message ?? STATUS[status][1]}`);
  }, [status]);
  if (!who) return html`<${SignIn} title="Your order" />`;
  if (error?.status === 404) {
    return html`<${Title}>You have no such order<//><p><a href="#/orders">Your orders</a></p>`;
  }
  if (error && !order) return html`<${Title}>Your order<//><${Problem} error=${error} again=${again} />`;
  if (!order) return html`<${Title}>Your order<//><p class="loading" role="status">Loading …</p>`;
  return html`
    <${Title} text="Your order">${STATUS[status][0]}<//>
    <p class="lead">${order.rejection?.message ?? STATUS[status][1]}
      ${order.rejection && html`<br /><small>${STATUS[status][1]}</small>`}</p>
    ${error && html`<${Problem} error=${error} again=${again} />`}
    <${History} order=${order} />
    <div class="columns">
      <div><${Lines} order=${order} /></div>
      <aside class="panel" aria-label="Payment">
        <h2>Payment</h2>
        <p class="paid ${order.payment.status}">${PAYMENT[order.payment.status]}
          ${order.payment.captured && ` ${money(order.payment.captured)}`}</p>
        <${Totals} of=${order} />
        <p class="hint">Order <code>${order.orderId}</code><br />placed ${moment(order.createdAt)}</p>
      </aside>
    </div>
    ${status !== "PENDING" && status !== "CONFIRMED" && html`<${BackToCart} order=${order} />`}
    <p><a href="#/orders">All your orders</a></p>`;
}

function History({ order }) {
  const pending = order.status === "PENDING";
  return html`
    <ol class="history">
      ${order.history.map((change) => html`
        <li class=${change.status} key=${change.status}><b>${change.status}</b>
          <time datetime=${change.at}>${moment(change.at)}</time></li>`)}
      ${pending && html`<li class="coming"><b>…</b> <span class="loading">The shop is working</span></li>`}
    </ol>`;
}

function Lines({ order }) {
  return html`
    <ul class="lines">${order.lines.map((line) => html`
      <li key=${line.sku}><${Picture} sku=${line.sku} size="small" />
        <div class="what"><a href=${`#/products/${encodeURIComponent(line.sku)}`}>${line.name}</a>
          <p class="hint">${line.quantity} × ${money(line.unitPrice)}</p></div>
        <span class="sum">${money(line.total)}</span></li>`)}</ul>`;
}

function BackToCart({ order }) {
  const kept = ofTab.read(`ordered/${order.orderId}`) ?? [];
  const items = order.lines.length ? order.lines : kept;
  if (!items.length) return null;
  const back = () => {
    items.forEach(({ sku, quantity }) => add(sku, quantity));
    location.hash = "#/cart";
  };
  return html`<p><button onClick=${back}>Put it back into the cart</button></p>`;
}

function SignIn({ title }) {
  return html`<${Title}>${title}<//><p class="lead">Sign in to see it.</p>
    <p><button onClick=${() => signIn()}>Sign in</button></p>`;
}

export function OrdersPage() {
  const who = useStore(session);
  const [more, setMore] = useState([]);
  const first = useLoaded(who?.customer ?? "", (signal) =>
    who ? api.orders({ limit: 20 }, signal) : Promise.resolve({ items: [] }));
  if (!who) return html`<${SignIn} title="Your orders" />`;
  const pages = first.value ? [first.value, ...more] : [];
  const items = pages.flatMap((page) => page.items);
  const cursor = pages.at(-1)?.nextCursor;
  const next = () => api.orders({ limit: 20, cursor }).then((page) => setMore([...more, page]), () => {});
  return html`
    <${Title}>Your orders<//>
    ${first.error && html`<${Problem} error=${first.error} again=${first.again} />`}
    ${first.loading && html`<p class="loading" role="status">Loading …</p>`}
    ${first.value && !items.length && html`<p class="nothing">You have ordered nothing yet.</p>`}
    <ul class="orders">${items.map((order) => html`
      <li key=${order.orderId}><a href=${`#/orders/${order.orderId}`}>
        <span class="state ${order.status}">${STATUS[order.status][0]}</span>
        <span>${order.lines.map((line) => `${line.quantity} × ${line.name}`).join(", ") || order.orderId}</span>
        <time datetime=${order.createdAt}>${moment(order.createdAt)}</time>
        <b>${order.total ? money(order.total) : ""}</b></a></li>`)}</ul>
    ${cursor && html`<p class="more"><button onClick=${next}>Show more</button></p>`}`;
}
