// One press of the button, one order. What is sent is stored before it is sent, with the key of
// the cart; as long as no answer has come, only the very same is sent again. The API gives the
// same order for the same key and body (24 hours), so no retry can make a second one.
import { ApiError, checkout } from "./api.js";
import * as cart from "./cart.js";
import { ofTab, shared } from "./storage.js";
import { makeStore } from "./ui.js";

const PREFIX = "attempt/"; // then the customer: nobody's order is ever sent as somebody else's
const PAUSES_MS = [500, 1000, 2000, 4000, 8000];
export const RESUME_MS = 10 * 60_000; // after that, a reload asks before it sends again
const FORGET_MS = 23 * 3_600_000; // the API remembers a key for 24 hours
const LOCK = "checkout";

export const waiting = makeStore(""); // why there is no answer yet, in words

/** What a customer has sent and got no answer to, or null. */
export function stored(customer) {
  const found = shared.read(PREFIX + customer);
  if (found && Date.now() - found.at > FORGET_MS) forget(customer);
  else if (found) return found;
  return null;
}

/** Whose orders have no answer yet, in this browser. */
export const unanswered = () => shared.names()
  .filter((name) => name.startsWith(PREFIX))
  .map((name) => name.slice(PREFIX.length))
  .filter(stored);

export const forget = (customer) => shared.remove(PREFIX + customer);

const store = (attempt) => shared.write(PREFIX + attempt.customer, attempt);

/**
 * Orders the cart whose key is `key`. Gives `{orderId}`, `{elsewhere}` if another tab has been
 * quicker, `{unknown}` if nobody knows whether the order arrived; raises the API's refusal.
 */
export function place(key, body, customer) {
  return alone(async () => {
    if (stored(customer)) return send(customer);
    if (cart.latest().key !== key) return { elsewhere: true };
    store({ key, body, customer, at: Date.now(), lost: false });
    return send(customer);
  });
}

/** Sends an attempt again whose answer was lost; null if there is none of this customer. */
export function finish(customer) {
  return alone(async () => (stored(customer) ? send(customer) : null));
}

/** Two tabs take turns. */
function alone(work) {
  return navigator.locks ? navigator.locks.request(LOCK, work) : work();
}

async function send(customer) {
  for (const pause of [...PAUSES_MS, null]) {
    const attempt = stored(customer);
    try {
      const { orderId } = await checkout(attempt.body, attempt.key);
      return accepted(attempt, orderId);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (isRefusal(error)) return refused(attempt, error);
      store({ ...attempt, lost: true });
      waiting.set("The shop has not answered yet. Your order is being sent again; it cannot be placed twice.");
      if (pause !== null) await retryTime(pause);
    }
  }
  waiting.set("");
  return { unknown: true };
}

/** Whether the API has said no. Nothing at all, "too many" and 5xx may be said after it was done. */
const isRefusal = ({ status }) => status >= 400 && status < 500 && ![408, 425, 429].includes(status);

function accepted(attempt, orderId) {
  waiting.set("");
  forget(attempt.customer);
  cart.ordered(attempt.body.items);
  ofTab.write(`ordered/${orderId}`, attempt.body.items);
  return { orderId };
}

/**
 * A token that ended, or a firewall that blocks, says nothing about an earlier try whose answer
 * was lost: the attempt is kept.
 */
function refused(attempt, error) {
  waiting.set("");
  if (!attempt.lost || ![401, 403].includes(error.status)) forget(attempt.customer);
  throw error;
}

/** After a pause, or as soon as the network is back. */
function retryTime(pause) {
  return new Promise((resolve) => {
    const go = () => {
      clearTimeout(timer);
      window.removeEventListener("online", go);
      resolve();
    };
    const timer = setTimeout(go, pause);
    window.addEventListener("online", go);
  });
}
