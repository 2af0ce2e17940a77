// The customer's API, at api/ beside this page. Nothing else is asked for what the shop knows.
import { authorization, expired, settings } from "./sign-in.js";

const TIMEOUT_MS = 35_000; // API Gateway gives up after 29 s: its own answer comes first

/**
 * What the API refused, or that it did not answer at all (`status` 0). `reference` is the
 * correlation id of a failure that is the shop's: by it the shop finds what happened.
 */
export class ApiError extends Error {
  constructor(status, problem, reference) {
    super(problem.detail ?? "The shop did not answer. Check your connection and try again.");
    this.status = status;
    this.reference = reference;
    this.title = problem.title;
    this.code = problem.code ?? "";
    this.errors = problem.errors ?? [];
  }
}

export const products = (query, signal) => send("GET", `products?${new URLSearchParams(query)}`, { signal });
export const product = (sku, signal) => send("GET", `products/${encodeURIComponent(sku)}`, { signal });
export const quote = (body, signal) => send("POST", "quotes", { body, signal });
export const checkout = (body, key) =>
  send("POST", "checkout", { body, signed: true, headers: { "Idempotency-Key": key } });
export const order = (id, signal) => send("GET", `orders/${encodeURIComponent(id)}`, { signed: true, signal });
export const orders = (query, signal) => send("GET", `orders?${new URLSearchParams(query)}`, { signed: true, signal });

async function send(method, path, { body, signed, headers = {}, signal }) {
  const response = await answer(path, {
    method,
    headers: {
      ...headers,
      ...(body && { "Content-Type": "application/json" }),
      ...(await key()),
      ...(signed && authorization()),
    },
    body: body && JSON.stringify(body),
    signal: AbortSignal.any([AbortSignal.timeout(TIMEOUT_MS), ...(signal ? [signal] : [])]),
  });
  const content = await read(response);
  if (response.ok) return content;
  if (response.status === 401) expired();
  throw new ApiError(response.status, content, response.status >= 500 && response.headers.get("X-Correlation-Id"));
}

/** Without the settings nothing was sent: that is no other case than no connection. */
async function key() {
  try {
    const { apiKey } = await settings();
    return apiKey && { "X-API-Key": apiKey };
  } catch (error) {
    throw new ApiError(0, { detail: error.message });
  }
}

async function answer(path, request) {
  try {
    return await fetch(new URL(`api/${path}`, document.baseURI), request);
  } catch {
    throw new ApiError(0, {});
  }
}

async function read(response) {
  try {
    return await response.json();
  } catch {
    if (response.ok) throw new ApiError(0, {});
    return {};
  }
}
