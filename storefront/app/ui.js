// What every page draws with. Preact escapes all text; nothing here sets HTML.
export {
  html, render, useEffect, useRef, useState,
} from "../vendor/preact-htm-3.1.1.js";
import { html, useEffect, useRef, useState } from "../vendor/preact-htm-3.1.1.js";

export const BRAND = document.querySelector("meta[name=application-name]").content;

/** Money as the reader's language writes it; `amount` is in minor units of the currency. */
export function money({ amount, currency }) {
  const format = new Intl.NumberFormat(undefined, { style: "currency", currency });
  return format.format(amount / 10 ** format.resolvedOptions().maximumFractionDigits);
}

export function moment(text) {
  return new Date(text).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "medium" });
}

export function countryName(code) {
  try {
    return new Intl.DisplayNames(undefined, { type: "region" }).of(code) ?? code;
  } catch {
    return code;
  }
}

/** Draws again whenever a store changes. */
export function useStore(store) {
  const [, draw] = useState(0);
  useEffect(() => store.subscribe(() => draw((count) => count + 1)), [store]);
  return store.get();
}

/** A value that changes, and those who want to know. */
export function makeStore(value) {
  const listeners = new Set();
  return {
    get: () => value,
    set: (next) => {
      value = next;
      listeners.forEach((listener) => listener());
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** Loads once for each `key`; an answer that comes too late is left alone. */
export function useLoaded(key, load) {
  const [state, setState] = useState({});
  const [round, setRound] = useState(0);
  useEffect(() => {
    const abort = new AbortController();
    setState((old) => ({ value: old.key === key ? old.value : undefined, key, loading: true }));
    load(abort.signal).then(
      (value) => abort.signal.aborted || setState({ value, key }),
      (error) => abort.signal.aborted || setState({ error, key }),
    );
    return () => abort.abort();
  }, [key, round]);
  const current = state.key === key ? state : { loading: true };
  return { ...current, again: () => setRound((count) => count + 1) };
}

/** The heading of a page: it takes the focus when the page is entered, and names the document. */
export function Title({ children, text }) {
  const heading = useRef();
  useEffect(() => {
    document.title = `${text ?? children} · ${BRAND}`;
    if (Title.entered) heading.current.focus();
    Title.entered = true;
  }, [text ?? children]);
  return html`<h1 ref=${heading} tabindex="-1">${children}</h1>`;
}

export function Problem({ error, again }) {
  return html`
    <div class="notice bad" role="alert">
      <strong>${error.title ?? "That did not work"}</strong>
      <p>${error.message}</p>
      ${error.reference && html`<p>If it goes on, write to us and name <code>${error.reference}</code>.</p>`}
      ${again && html`<button class="quiet" onClick=${again}>Try again</button>`}
    </div>`;
}

export function Picture({ sku, size = "" }) {
  const source = `pictures/${encodeURIComponent(sku)}.svg`;
  return html`<img class="picture ${size}" src=${source} alt="" loading="lazy" width="320"
    height="240" onError=${showParcel} />`;
}

function showParcel(event) {
  if (!event.target.src.endsWith("/parcel.svg")) event.target.src = "pictures/parcel.svg";
}

export function Stock({ available }) {
  if (available === 0) return html`<span class="stock none">Sold out</span>`;
  if (available <= 10) return html`<span class="stock few">Only ${available} left</span>`;
  return html`<span class="stock">In stock</span>`;
}

/** What is spoken to those who do not see the page change. */
const spoken = makeStore("");
export const announce = (text) => spoken.set(text);
export function Announcements() {
  return html`<div class="unseen" role="status" aria-live="polite">${useStore(spoken)}</div>`;
}
