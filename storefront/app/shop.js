// The frame around every page, and which address shows which. Addresses are behind a # so that
// any server of files can serve the shop, and every reference is relative to one page.
import { finish, unanswered, waiting } from "./attempt.js";
import { cart, count, keep } from "./cart.js";
import { Catalogue } from "./catalogue.js";
import { Checkout } from "./checkout.js";
import { CartPage } from "./cart-page.js";
import { OrderPage, OrdersPage } from "./orders.js";
import { ProductPage } from "./product.js";
import { comeBack, session, signIn, signOut } from "./sign-in.js";
import {
  Announcements, BRAND, Problem, Title, html, makeStore, render, useEffect, useState, useStore,
} from "./ui.js";

const route = makeStore(location.hash);
window.addEventListener("hashchange", () => {
  route.set(location.hash);
  window.scrollTo(0, 0);
});

function page(hash) {
  const [, name = "", ...rest] = hash.split("/");
  const argument = decode(rest.join("/"));
  switch (name) {
    case "":
      return html`<${Catalogue} category="" />`;
    case "category":
      return html`<${Catalogue} category=${argument} key=${argument} />`;
    case "products":
      return html`<${ProductPage} sku=${argument} key=${argument} />`;
    case "cart":
      return html`<${CartPage} />`;
    case "checkout":
      return html`<${Checkout} />`;
    case "orders":
      return argument ? html`<${OrderPage} id=${argument} key=${argument} />` : html`<${OrdersPage} />`;
    default:
      return html`<${Title}>There is no such page<//><p><a href="#/">To the shop</a></p>`;
  }
}

function decode(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function Header() {
  useStore(cart);
  const who = useStore(session);
  return html`
    <header class="top">
      <a class="brand" href="#/"><img src="icon.svg" alt="" width="34" height="34" /> ${BRAND}</a>
      <nav aria-label="Shop">
        <a href="#/orders">Your orders</a>
        <a href="#/cart" class="to-cart">Cart <span class="badge">${count()}</span>
          <span class="unseen">${count() === 1 ? "piece" : "pieces"}</span></a>
        ${who
          ? html`<span class="who">Signed in as <b>${who.name}</b></span>
              <button class="quiet" onClick=${signOut}>Sign out</button>`
          : html`<button class="quiet" onClick=${() => signIn()}>Sign in</button>`}
      </nav>
    </header>`;
}

/** An order whose answer was lost is finished by the one who placed it. */
function Unfinished() {
  const who = useStore(session);
  const at = useStore(route);
  useStore(waiting);
  const [failed, setFailed] = useState();
  const names = unanswered();
  if (!names.length || at === "#/checkout" && names.includes(who?.customer)) return null;
  const go = () => finish(who.customer).then(
    (answer) => answer?.orderId && (location.hash = `#/orders/${answer.orderId}`),
    (error) => setFailed(error),
  );
  return html`
    <div class="notice" role="status">
      <strong>An order has no answer yet.</strong>
      <p>The connection was lost. It may have arrived; it cannot be placed twice.</p>
      ${names.includes(who?.customer)
        ? html`<button onClick=${go}>Finish it</button>`
        : html`<p>Sign in as ${names.join(" or ")} to finish it.</p>`}
      ${failed && html`<${Problem} error=${failed} />`}
    </div>`;
}

function Shop({ problem }) {
  const hash = useStore(route);
  useEffect(keep, []);
  return html`
    <a class="skip" href="#main" onClick=${toMain}>To the content</a>
    <${Header} />
    <main id="main" tabindex="-1">
      ${problem && html`<${Problem} error=${problem} />`}
      <${Unfinished} />
      ${page(hash)}
    </main>
    <footer><p>${BRAND} is a shop to learn with. Nothing is sold, nothing is charged, and every
      order is real to the machines behind it.</p></footer>
    <${Announcements} />`;
}

function toMain(event) {
  event.preventDefault();
  document.querySelector("h1, #main").focus();
}

async function open() {
  let problem;
  try {
    await comeBack();
  } catch (error) {
    problem = { title: "You are not signed in", message: error.message };
  }
  route.set(location.hash);
  const root = document.getElementById("shop");
  root.replaceChildren();
  render(html`<${Shop} problem=${problem} />`, root);
}

open();
