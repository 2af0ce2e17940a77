// The fields of the checkout. What was typed stays in the tab until it is closed.
import { Destination } from "./places.js";
import { settings } from "./sign-in.js";
import { ofTab } from "./storage.js";
import { html, useEffect, useState } from "./ui.js";

const DRAFT = "draft";
const EMPTY = { name: "", line1: "", line2: "", city: "", postalCode: "", phone: "", email: "", card: "tok_visa" };
export const REQUIRED = ["name", "line1", "city", "postalCode", "email"];

// The simulated gateway's cards: always the same (docs of the API).
export const CARDS = [
  ["tok_visa", "A good card", "It pays."],
  ["tok_declined", "A card that is declined", "The bank says no."],
  ["tok_insufficient_funds", "An empty account", "Declined: not enough money."],
  ["tok_expired_card", "An expired card", "Declined: too old."],
  ["tok_fraud", "A stolen card", "Declined: suspected fraud."],
  ["tok_timeout_once", "A slow bank", "Times out once, then pays, once."],
  ["tok_gateway_down", "A bank that is down", "Never answers: all is given back."],
];

export const readDraft = () => ({ ...EMPTY, ...ofTab.read(DRAFT) });

export function writeDraft(draft) {
  ofTab.write(DRAFT, draft);
  return draft;
}

/** The API's pointers by the fields that they point at. */
export function pointers(error) {
  return Object.fromEntries((error.errors ?? []).map(({ pointer, message }) =>
    [pointer.split("/").at(-1), message]));
}

/** What the API says about the cart and not about the form: it has no field here. */
export const elsewhereThanFields = (error) => error.errors.filter(({ pointer }) =>
  !pointer.startsWith("/shippingAddress/") && pointer !== "/email");

const FIELDS = [
  ["name", "Name", "name", 100],
  ["line1", "Street and number", "address-line1", 200],
  ["line2", "More of the address (optional)", "address-line2", 200],
  ["postalCode", "Postal code", "postal-code", 20],
  ["city", "City", "address-level2", 100],
];

export function AddressFields({ draft, change, wrong, country, region, send }) {
  const field = (props) => html`<${Field} ...${props} draft=${draft} change=${change} wrong=${wrong} />`;
  return html`
    <fieldset class="fields"><legend>Where shall it go?</legend>
      ${FIELDS.map(([name, label, fill, most]) => field({ name, label, fill, most }))}
      <${Destination} country=${country} region=${region} change=${send} wrong=${wrong} />
      ${field({ name: "email", label: "Mail for news about the order", fill: "email", most: 254, type: "email" })}
      ${field({ name: "phone", label: "Telephone (optional)", fill: "tel", most: 32, type: "tel" })}
    </fieldset>`;
}

function Field({ name, label, fill, most, type = "text", draft, change, wrong }) {
  const id = `field-${name}`;
  return html`
    <div class="field ${name}">
      <label for=${id}>${label}</label>
      <input id=${id} type=${type} autocomplete=${fill} maxlength=${most} value=${draft[name]}
        required=${REQUIRED.includes(name)} aria-invalid=${wrong[name] ? "true" : undefined}
        aria-describedby=${`${id}-wrong`} onInput=${(event) => change(name, event.target.value)} />
      <span class="wrong" id=${`${id}-wrong`}>${wrong[name] && `${label} ${wrong[name]}`}</span>
    </div>`;
}

export function Cards({ chosen, choose }) {
  const [simulated, setSimulated] = useState(true);
  useEffect(() => {
    settings().then((found) => setSimulated(found.payment !== "provider"), () => {});
  }, []);
  if (!simulated) {
    return html`<p class="notice">Cards are entered at your payment provider. Its form is not part
      of this shop yet: docs/environments.md says who takes the money.</p>`;
  }
  return html`
    <fieldset class="cards"><legend>How do you pay? These are test cards.</legend>
      ${CARDS.map(([token, label, effect]) => html`
        <label key=${token}><input type="radio" name="card" value=${token} checked=${chosen === token}
          onChange=${() => choose(token)} />
          <span><b>${label}</b> <span class="hint">${effect}</span></span></label>`)}
    </fieldset>`;
}
