// Address, payment, and the one button. attempt.js sees to it that one press is one order.
import { finish, forget, place, RESUME_MS, stored, unanswered, waiting } from "./attempt.js";
import { EmptyCart, Totals, useQuote } from "./cart-page.js";
import { cart, sendTo } from "./cart.js";
import {
  AddressFields, Cards, REQUIRED, elsewhereThanFields, pointers, readDraft, writeDraft,
} from "./checkout-form.js";
import { HOME } from "./places.js";
import { session, signIn } from "./sign-in.js";
import {
  Problem, Title, announce, html, money, useEffect, useRef, useState, useStore,
} from "./ui.js";

export function Checkout() {
  const { items, codes, country, region, key } = useStore(cart);
  const who = useStore(session);
  const why = useStore(waiting);
  const quote = useQuote();
  const [draft, setDraft] = useState(readDraft);
  const [state, setState] = useState({}); // busy, problem, wrong, changed, unknown
  const form = useRef();
  const change = (name, value) => setDraft((old) => writeDraft({ ...old, [name]: value }));

  const settle = (work) => {
    setState({ busy: true });
    announce("Your order is being placed");
    return work.then((answer) => shown(answer, setState), (error) => refused(error, setState));
  };
  useEffect(() => {
    const attempt = who && stored(who.customer);
    if (!attempt) return;
    if (Date.now() - attempt.at < RESUME_MS) settle(finish(who.customer));
    else setState({ unknown: true });
  }, [who?.customer]);

  // An effect of the page runs after those of its parts: the heading, drawn anew, takes the focus.
  useEffect(() => {
    if (state.wrong) focusFirst(form.current, state.wrong);
  }, [state.wrong]);

  const buy = (total) => {
    const body = {
      items,
      ...(codes.length && { discountCodes: codes }),
      payment: { token: draft.card },
      shippingAddress: address(draft, country || HOME, region),
      email: draft.email.trim(),
      expectedTotal: total,
    };
    settle(place(key, body, who.customer));
  };
  const drop = () => {
    forget(who.customer);
    setState({});
  };
  const press = (event) => {
    event.preventDefault();
    if (state.busy) return;
    const wrong = missing(draft);
    if (Object.keys(wrong).length) {
      setState({ wrong });
    } else buy(quote.quote.total);
  };

  if (state.busy) return html`<${Sending} why=${why} />`;
  if (!who && (items.length || unanswered().length)) return html`<${SignInFirst} ended=${state.problem} />`;
  if (state.unknown) return html`<${Unknown} again=${() => settle(finish(who.customer))} drop=${drop} />`;
  if (!items.length) return html`<${EmptyCart} />`;
  return html`
    <${Title}>Checkout<//>
    ${state.elsewhere && html`<div class="notice" role="alert"><strong>Your cart has changed</strong>
      <p>It was changed or ordered in another tab. Look at it once more before you buy.</p></div>`}
    ${state.problem && html`<${Refusal} problem=${state.problem} />`}
    <form class="columns" onSubmit=${press} ref=${form} novalidate>
      <div>
        <${AddressFields} draft=${draft} change=${change} wrong=${state.wrong ?? {}}
          country=${country} region=${region} send=${sendTo} />
        <${Cards} chosen=${draft.card} choose=${(card) => change("card", card)} />
      </div>
      <aside class="panel" aria-label="Your order">
        <h2>Your order</h2>
        <ul class="brief">${(quote.quote?.lines ?? []).map((line) => html`
          <li key=${line.sku}><span>${line.quantity} × ${line.name}</span><span>${money(line.total)}</span></li>`)}</ul>
        ${quote.error && html`<${Problem} error=${quote.error} again=${quote.again} />`}
        <${Totals} of=${quote.quote} busy=${quote.loading} />
        ${state.changed
          ? html`<${PriceChanged} was=${state.was} now=${quote.current && quote.quote?.total} buy=${buy} />`
          : html`<button class="wide" disabled=${!quote.quote || quote.loading}>
              ${quote.quote && !quote.loading ? `Buy for ${money(quote.quote.total)}` : "Buy"}</button>`}
        <p class="hint"><a href="#/cart">Change the cart</a></p>
      </aside>
    </form>`;

  function refused(error, set) {
    if (error.status === 401) return set({ problem: error });
    if (error.code === "PRICE_CHANGED") {
      announce("The price has changed");
      quote.again();
      return set({ changed: true, was: quote.quote?.total });
    }
    return set({ problem: error, wrong: pointers(error) });
  }
}

function shown(answer, setState) {
  if (answer?.orderId) location.hash = `#/orders/${answer.orderId}`;
  else if (answer?.unknown) setState({ unknown: true });
  else setState({ elsewhere: Boolean(answer) });
}

function address(draft, country, region) {
  const optional = ["line2", "phone"].filter((name) => draft[name].trim());
  const filled = ["name", "line1", "city", "postalCode", ...optional];
  return {
    ...Object.fromEntries(filled.map((name) => [name, draft[name].trim()])),
    country,
    ...(region && { region }),
  };
}

function missing(draft) {
  const empty = REQUIRED.filter((name) => !draft[name].trim());
  return Object.fromEntries(empty.map((name) => [name, "is required"]));
}

/** The first field that is wrong gets the focus. */
function focusFirst(form, wrong) {
  const names = Object.keys(wrong);
  const fields = [...(form?.elements ?? [])];
  fields.find((field) => names.includes(field.id.replace("field-", "")))?.focus();
}

function SignInFirst({ ended }) {
  const lost = unanswered().length > 0;
  return html`
    <${Title}>${ended ? "Your sign-in has ended" : "Checkout"}<//>
    <p class="lead" role=${ended ? "alert" : undefined}>
      ${lost && "An order of yours has no answer yet. Sign in again, and it is finished."}
      ${!lost && ended && "Nothing was ordered. Sign in again: cart and address stay as they are."}
      ${!lost && !ended && "Sign in, and you are one page away from your order. Your cart stays as it is."}</p>
    <p><button onClick=${() => signIn("#/checkout")}>Sign in</button> <a href="#/cart">Back to the cart</a></p>`;
}

function Sending({ why }) {
  return html`<${Title}>Placing your order<//>
    <p class="loading" role="status">${why || "The shop is taking your order …"}</p>`;
}

function Unknown({ again, drop }) {
  return html`
    <${Title}>We do not know yet whether your order arrived<//>
    <p class="lead">The shop did not answer. Nothing is lost: send the order again, and it cannot
      be placed twice.</p>
    <p><button onClick=${again}>Send it again</button> <a href="#/orders">Look at your orders</a></p>
    <p><button class="quiet" onClick=${drop}>I have looked: it is not among my orders. Forget it.</button></p>`;
}

function Refusal({ problem }) {
  if (problem.code === "IDEMPOTENCY_CONFLICT") {
    return html`<div class="notice bad" role="alert"><strong>This cart was ordered already</strong>
      <p>An order was made of it with another address or another card.
        <a href="#/orders">Look at your orders</a>, or change the cart to order something else.</p></div>`;
  }
  const elsewhere = elsewhereThanFields(problem);
  if (problem.errors.length) {
    return html`<div class="notice bad" role="alert"><strong>Nothing was ordered yet</strong>
      <p>${elsewhere.length ? "" : "A field needs another look: it is marked below."}</p>
      ${elsewhere.map(({ pointer, message }) => html`<p key=${pointer}>${pointer}: ${message}</p>`)}</div>`;
  }
  return html`<${Problem} error=${problem} />`;
}

function PriceChanged({ was, now, buy }) {
  if (!now) return html`<p class="loading" role="status">Asking for the new price …</p>`;
  return html`
    <div class="notice" role="alert">
      <strong>The price has changed</strong>
      <p>${was ? html`It was <s>${money(was)}</s> and is now ` : "It is now "}<b>${money(now)}</b>.
        Nothing was ordered.</p>
      <button type="button" class="wide" onClick=${() => buy(now)}>Buy for ${money(now)}</button>
    </div>`;
}
