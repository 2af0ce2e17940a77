// The cart and what it costs now. The shop computes every price; this page only shows them.
import * as api from "./api.js";
import { MOST, addCode, cart, removeCode, sendTo, setQuantity } from "./cart.js";
import { Destination } from "./places.js";
import { whole } from "./product.js";
import {
  Picture, Problem, Title, announce, html, money, useEffect, useRef, useState, useStore,
} from "./ui.js";

const PAUSE_MS = 250;

export function CartPage() {
  const { items, country, region } = useStore(cart);
  const { quote, error, loading, again } = useQuote();
  if (!items.length) return html`<${EmptyCart} />`;
  return html`
    <${Title}>Your cart<//>
    <div class="columns">
      <div>
        <ul class="lines">${items.map((item, index) => html`
          <${Line} item=${item} line=${quote?.lines.find((line) => line.sku === item.sku)}
            problem=${problemOf(error, index)} key=${item.sku} />`)}</ul>
        <${Codes} quote=${quote} />
      </div>
      <aside class="panel" aria-label="What it costs">
        <h2>What it costs</h2>
        <div class="fields"><${Destination} country=${country} region=${region} change=${sendTo} /></div>
        ${error && html`<${Problem} error=${error} again=${again} />`}
        <${Totals} of=${quote} busy=${loading} />
        <a class="button wide" href="#/checkout">To the checkout</a>
      </aside>
    </div>`;
}

export function EmptyCart() {
  return html`
    <${Title}>Your cart is empty<//>
    <p class="lead">There is tea, there is coffee, and there is time.</p>
    <p><a class="button" href="#/">To the shop</a> <a href="#/orders">Your orders</a></p>`;
}

const problemOf = (error, index) =>
  error?.errors?.find(({ pointer }) => pointer.startsWith(`/items/${index}/`))?.message;

/** What the cart costs, asked anew whenever it changes. */
export function useQuote() {
  const { items, codes, country, region } = useStore(cart);
  const [state, setState] = useState({ loading: true });
  const [round, setRound] = useState(0);
  const question = JSON.stringify([items, codes, country, region]);
  useEffect(() => {
    const abort = new AbortController();
    setState((old) => ({ quote: old.quote, loading: true }));
    const timer = setTimeout(() => ask(abort.signal).then(
      (quote) => abort.signal.aborted || setState({ quote, question }),
      (error) => abort.signal.aborted || setState({ error, question }),
    ), PAUSE_MS);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [question, round]);
  return { ...state, current: state.question === question, again: () => setRound(round + 1) };
}

function ask(signal) {
  const { items, codes, country, region } = cart.get();
  if (!items.length) return Promise.resolve(undefined);
  return api.quote({
    items,
    ...(codes.length && { discountCodes: codes }),
    ...(country && { country }),
    ...(region && { region }),
  }, signal);
}

function Line({ item, line, problem }) {
  const name = line?.name ?? item.sku;
  const change = (quantity) => {
    setQuantity(item.sku, quantity);
    announce(quantity ? `${quantity} of ${name}` : `${name} is no longer in your cart`);
  };
  return html`
    <li>
      <${Picture} sku=${item.sku} size="small" />
      <div class="what">
        <a href=${`#/products/${encodeURIComponent(item.sku)}`}>${name}</a>
        ${line && html`<p class="hint">${money(line.unitPrice)} each</p>`}
        ${problem && html`<p class="wrong">${problem}</p>`}
      </div>
      <label class="pieces"><span class="unseen">Pieces of ${name}</span>
        <input type="number" min="1" max=${MOST.pieces} value=${item.quantity}
          onChange=${(event) => change(whole(event.target.value))} /></label>
      <span class="sum">${line && money(line.total)}
        ${line?.discount.amount > 0 && html`<small>${money(line.discount)} off</small>`}</span>
      <button class="quiet" onClick=${() => change(0)}>Remove<span class="unseen"> ${name}</span></button>
    </li>`;
}

function Codes({ quote }) {
  const { codes } = useStore(cart);
  const [wrong, setWrong] = useState("");
  const field = useRef();
  const enter = (event) => {
    event.preventDefault();
    const code = field.current.value.trim().toUpperCase();
    const valid = /^[A-Z0-9_-]{1,32}$/.test(code);
    setWrong(valid ? "" : "A code has letters, digits, - and _, at most 32 of them.");
    if (valid) {
      addCode(code);
      field.current.value = "";
    }
  };
  return html`
    <form class="codes" onSubmit=${enter} novalidate>
      <label for="code">Discount code</label>
      <div class="row"><input id="code" ref=${field} autocomplete="off" maxlength="40"
        aria-describedby="code-wrong" aria-invalid=${wrong ? "true" : undefined} />
        <button class="second">Use it</button></div>
      <p id="code-wrong" class="wrong" role="alert">${wrong}</p>
      <ul>${codes.map((code) => html`<${Code} code=${code} quote=${quote} key=${code} />`)}</ul>
    </form>`;
}

function Code({ code, quote }) {
  const applied = quote?.applied.find((one) => one.code === code);
  const refused = quote?.rejected.find((one) => one.code === code);
  useEffect(() => {
    if (refused) announce(`${code} does not count: ${refused.reason}`);
    if (applied) announce(`${code} counts: ${applied.description}`);
  }, [refused?.reason, applied?.description]);
  return html`
    <li class=${refused ? "refused" : applied ? "applied" : ""}>
      <b>${code}</b>
      <span>${applied && `${applied.description} ${money(applied.discount)} off`}
        ${refused && `Does not count: ${refused.reason}`}</span>
      <button class="quiet" type="button" onClick=${() => removeCode(code)}>
        Remove<span class="unseen"> the code ${code}</span></button>
    </li>`;
}

const ROWS = [["subtotal", "Goods"], ["discount", "Discount"], ["shipping", "Shipping"], ["tax", "Tax"]];

export function Totals({ of, busy }) {
  if (!of?.total) return busy ? html`<p class="loading" role="status">Asking for the price …</p>` : null;
  return html`
    <dl class="totals ${busy ? "busy" : ""}">
      ${ROWS.map(([name, label]) => of[name] && html`
        <div key=${name}><dt>${label}</dt>
          <dd>${name === "discount" && of.discount.amount > 0 ? "−" : ""}${money(of[name])}</dd></div>`)}
      <div class="total"><dt>Total</dt><dd>${money(of.total)}</dd></div>
    </dl>`;
}
