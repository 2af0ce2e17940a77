// The cart: it survives a reload and is the same in all tabs.
// Its `key` is the Idempotency-Key of the order that will be made of it. Every change of what
// is bought makes a new one, and nothing else does: all tabs and all tries buy a cart once.
import { shared } from "./storage.js";
import { makeStore } from "./ui.js";

const NAME = "cart";
export const MOST = { products: 50, pieces: 99, codes: 10 };
export const cart = makeStore(stored());

window.addEventListener("storage", (event) => {
  if (event.key === NAME || event.key === null) cart.set(stored());
});

function empty() {
  return { items: [], codes: [], country: "", region: "", key: crypto.randomUUID() };
}

function stored() {
  const found = shared.read(NAME);
  const isOurs = Array.isArray(found?.items) && Array.isArray(found.codes) && found.key;
  return isOurs ? found : empty();
}

/** What is stored now: another tab may have written it a moment ago. */
export function latest() {
  cart.set(stored());
  return cart.get();
}

function write(change) {
  const next = { ...stored(), ...change };
  shared.write(NAME, next);
  cart.set(next);
}

/** A first visit keeps its key, too. */
export const keep = () => write({});

export const count = () => cart.get().items.reduce((sum, item) => sum + item.quantity, 0);

/** Adds pieces of a product, as many as an order may have. */
export function add(sku, quantity = 1) {
  const { items } = stored();
  const found = items.find((item) => item.sku === sku)?.quantity ?? 0;
  if (!found && items.length >= MOST.products) return false;
  setQuantity(sku, found + quantity);
  return found + quantity <= MOST.pieces;
}

export function setQuantity(sku, quantity) {
  const wanted = Math.min(quantity, MOST.pieces);
  const { items } = stored();
  const known = items.some((item) => item.sku === sku);
  const changed = known
    ? items.map((item) => (item.sku === sku ? { ...item, quantity: wanted } : item))
    : [...items, { sku, quantity: wanted }];
  write({ items: changed.filter((item) => item.quantity > 0), key: crypto.randomUUID() });
}

export function addCode(code) {
  const { codes } = stored();
  if (codes.includes(code) || codes.length >= MOST.codes) return;
  write({ codes: [...codes, code], key: crypto.randomUUID() });
}

export function removeCode(code) {
  const codes = stored().codes.filter((one) => one !== code);
  write({ codes, key: crypto.randomUUID() });
}

/** Where it goes: prices depend on it, what is bought does not. */
export const sendTo = (country, region) => write({ country, region });

/** Takes out what was ordered, and leaves what was added since. */
export function ordered(items) {
  const taken = new Map(items.map((item) => [item.sku, item.quantity]));
  const rest = stored().items
    .map((item) => ({ ...item, quantity: item.quantity - (taken.get(item.sku) ?? 0) }))
    .filter((item) => item.quantity > 0);
  write({ items: rest, codes: [], key: crypto.randomUUID() });
}
