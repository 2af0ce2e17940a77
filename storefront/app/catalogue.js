// What is for sale: by category, a page at a time, searched in what is loaded.
import * as api from "./api.js";
import { add } from "./cart.js";
import {
  Picture, Problem, Stock, Title, announce, html, makeStore, money, useEffect, useState, useStore,
} from "./ui.js";

const PAGE = 60;
const categories = makeStore([]); // all that were seen so far: the API has no list of them

export function Catalogue({ category }) {
  const [search, setSearch] = useState("");
  const { items, cursor, loading, error, more } = usePages(category);
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  const found = items.filter((item) => words.every((word) => text(item).includes(word)));
  useEffect(() => {
    if (search) announce(`${found.length} products found`);
  }, [search, found.length]);
  return html`
    <${Title} text=${category ? named(category) : "Everything in the shop"}>
      ${category ? named(category) : "Good morning."}
    <//>
    ${!category && html`<p class="lead">Tea, coffee, and what belongs beside them.</p>`}
    <div class="tools">
      <${Categories} current=${category} />
      <label class="search"><span class="unseen">Search in what is shown</span>
        <input type="search" placeholder="Search" value=${search} maxlength="60"
          onInput=${(event) => setSearch(event.target.value)} /></label>
    </div>
    ${error && html`<${Problem} error=${error} again=${more} />`}
    ${found.length > 0 && html`
      <ul class="products">${found.map((item) => html`<${Card} item=${item} key=${item.sku} />`)}</ul>`}
    ${!loading && !error && found.length === 0 && html`
      <p class="nothing">Nothing here ${search && html`is called “${search}”`}${cursor ? ", so far" : ""}.</p>`}
    ${loading && html`<p class="loading" role="status">Loading …</p>`}
    ${cursor && !loading && html`
      <p class="more"><button onClick=${more}>Show more</button></p>`}`;
}

const text = (item) => `${item.name} ${item.description} ${item.category}`.toLowerCase();
export const named = (category) => category.charAt(0).toUpperCase() + category.slice(1);

function usePages(category) {
  const [state, setState] = useState({ items: [], loading: true });
  const load = async (cursor, signal) => {
    setState((old) => ({ ...old, loading: true, error: undefined }));
    const query = { limit: PAGE, ...(category && { category }), ...(cursor && { cursor }) };
    try {
      const page = await api.products(query, signal);
      setState((old) => ({ items: [...old.items, ...page.items], cursor: page.nextCursor }));
      know(page.items);
    } catch (error) {
      if (!signal?.aborted) setState((old) => ({ ...old, loading: false, error }));
    }
  };
  useEffect(() => {
    const abort = new AbortController();
    load(undefined, abort.signal);
    if (category && categories.get().length < 2) knowAll();
    return () => abort.abort();
  }, [category]);
  return { ...state, more: () => load(state.cursor) };
}

/** Somebody who begins in a category still sees the others. */
let asked = false;
function knowAll() {
  if (asked) return;
  asked = true;
  api.products({ limit: 100 }).then((page) => know(page.items), () => { asked = false; });
}

function know(items) {
  const all = new Set([...categories.get(), ...items.map((item) => item.category)]);
  if (all.size > categories.get().length) categories.set([...all]);
}

function Categories({ current }) {
  const known = useStore(categories);
  const link = (category, label) => html`
    <li><a href=${category ? `#/category/${encodeURIComponent(category)}` : "#/"}
      aria-current=${category === current ? "page" : undefined}>${label}</a></li>`;
  return html`
    <nav aria-label="Categories"><ul class="categories">
      ${link("", "All")}${known.map((category) => link(category, named(category)))}
    </ul></nav>`;
}

function Card({ item }) {
  const address = `#/products/${encodeURIComponent(item.sku)}`;
  return html`
    <li class="card ${item.available ? "" : "gone"}">
      <a class="whole" href=${address} tabindex="-1" aria-hidden="true"><${Picture} sku=${item.sku} /></a>
      <h2><a href=${address}>${item.name}</a></h2>
      <p class="line"><${Price} item=${item} /> <${Stock} available=${item.available} /></p>
      <p class="hint"><${Tiers} item=${item} brief /></p>
      <${AddButton} item=${item} />
    </li>`;
}

/** The sale that is on now, if there is one. */
export function saleOf(item, now = Date.now()) {
  const { sale } = item;
  return sale && Date.parse(sale.startsAt) <= now && now < Date.parse(sale.endsAt) ? sale : null;
}

export function Price({ item }) {
  const sale = saleOf(item);
  if (!sale) return html`<span class="price">${money(item.price)}</span>`;
  return html`
    <span class="price sale"><span class="unseen">On sale for </span>${money(sale.price)}
      <s><span class="unseen">, before </span>${money(item.price)}</s></span>`;
}

export function Tiers({ item, brief }) {
  const tiers = item.tiers ?? [];
  if (brief) {
    const first = tiers[0];
    return first ? `${money(first.unitPrice)} each from ${first.minQuantity}` : null;
  }
  if (!tiers.length) return null;
  return html`
    <table class="tiers"><caption>More for less</caption>
      <thead><tr><th scope="col">Pieces</th><th scope="col">Each</th></tr></thead>
      <tbody>${tiers.map((tier) => html`
        <tr key=${tier.minQuantity}><td>${tier.minQuantity} or more</td><td>${money(tier.unitPrice)}</td></tr>`)}
      </tbody></table>`;
}

export function AddButton({ item, quantity = 1 }) {
  const buy = () => {
    const all = add(item.sku, quantity);
    announce(all ? `${item.name} is in your cart` : `An order takes no more of ${item.name}`);
  };
  return html`
    <button class="add" disabled=${item.available === 0} onClick=${buy}>
      ${item.available === 0 ? "Sold out" : "Add to cart"}<span class="unseen">: ${item.name}</span>
    </button>`;
}
