// Sign-in by OpenID Connect: authorization code with PKCE (RFC 7636), as a public client.
// config.json says where the issuer is; the token lives as long as the tab, at most.
import { ofTab } from "./storage.js";
import { makeStore } from "./ui.js";

const TOKEN = "sign-in/token";
const FLOW = "sign-in/flow";
const OWNER = "sign-in/owner"; // the customer whose address this tab has, also when the token has ended
const EARLY_S = 30; // a token that ends now may be refused by a clock that is ahead

export const session = makeStore(stored());
let config;

/** What config.json says, loaded once. */
export function settings() {
  config ??= load().catch((error) => {
    config = undefined; // the next one asks again
    throw error;
  });
  return config;
}

async function load() {
  const response = await fetch(new URL("config.json", document.baseURI));
  if (response.ok) return response.json();
  throw new Error(`The shop's settings cannot be loaded: config.json gave ${response.status}.`);
}

function stored() {
  const found = ofTab.read(TOKEN);
  return found && found.expires > Date.now() / 1000 + EARLY_S ? found : null;
}

/** The header that says who asks; none for somebody who is not signed in, or no longer. */
export function authorization() {
  const found = stored();
  if (!found && session.get()) expired();
  return found ? { Authorization: `Bearer ${found.token}` } : {};
}

export function expired() {
  ofTab.remove(TOKEN);
  session.set(null);
}

/** Goes to the issuer's page, and comes back to `route` of the shop. */
export async function signIn(route = location.hash) {
  const { authorizeUrl, clientId, scope } = await settings();
  const flow = { state: random(), nonce: random(), verifier: random(), route };
  ofTab.write(FLOW, flow);
  location.assign(address(authorizeUrl, {
    response_type: "code",
    client_id: clientId,
    redirect_uri: here(),
    scope,
    state: flow.state,
    nonce: flow.nonce,
    code_challenge: await challenge(flow.verifier),
    code_challenge_method: "S256",
  }));
}

export async function signOut() {
  expired();
  forgetOwner();
  const { logoutUrl, clientId } = await settings();
  const parameters = { client_id: clientId, logout_uri: here(), post_logout_redirect_uri: here() };
  location.assign(logoutUrl ? address(logoutUrl, parameters) : here());
}

/** Whoever signs in next in this tab sees nothing of what the last customer has typed. */
function forgetOwner() {
  ofTab.names().filter((name) => name !== FLOW).forEach(ofTab.remove);
}

/** Takes what the issuer sent back with the address, if it did. Raises what went wrong. */
export async function comeBack() {
  const query = new URLSearchParams(location.search);
  if (!query.has("state")) return;
  const flow = ofTab.read(FLOW);
  ofTab.remove(FLOW);
  history.replaceState(null, "", `${here()}${flow?.route ?? ""}`);
  // Before anything of the address is shown: a link on another site may say whatever it likes.
  if (!flow || query.get("state") !== flow.state) {
    throw new Error("This sign-in was not begun in this tab. Sign in once more.");
  }
  if (query.has("error")) throw new Error(query.get("error_description") ?? query.get("error"));
  keep(await exchange(query.get("code"), flow.verifier), flow.nonce, (await settings()).token);
}

async function exchange(code, verifier) {
  const { tokenUrl, clientId } = await settings();
  const response = await fetch(new URL(tokenUrl, document.baseURI), {
    method: "POST",
    body: new URLSearchParams({
      grant_type: "authorization_code", client_id: clientId, redirect_uri: here(), code,
      code_verifier: verifier,
    }),
  });
  const answer = await response.json().catch(() => ({}));
  if (response.ok) return answer;
  throw new Error(answer.error_description ?? "The sign-in was refused. Sign in once more.");
}

function keep(answer, nonce, kind = "access_token") {
  const token = answer[kind];
  const identity = claims(answer.id_token ?? token);
  if (answer.id_token && identity.nonce !== nonce) {
    throw new Error("This sign-in answers another question. Sign in once more.");
  }
  const { sub, exp } = claims(token);
  const found = { token, customer: sub, name: identity.name ?? identity.email ?? sub, expires: exp };
  const owner = ofTab.read(OWNER);
  if (owner && owner !== sub) forgetOwner();
  ofTab.write(OWNER, sub);
  ofTab.write(TOKEN, found);
  session.set(found);
}

/** What a token says. The API verifies it; here it is only shown. */
function claims(token) {
  const bytes = atob(token.split(".")[1].replace(/-/g, "+").replace(/_/g, "/"));
  return JSON.parse(new TextDecoder().decode(Uint8Array.from(bytes, (c) => c.charCodeAt(0))));
}

const here = () => location.origin + location.pathname.replace(/index\.html$/, "");

function address(url, parameters) {
  const whole = new URL(url, document.baseURI);
  Object.entries(parameters).forEach(([name, value]) => whole.searchParams.set(name, value));
  return whole.href;
}

const random = () => base64url(crypto.getRandomValues(new Uint8Array(32)));

async function challenge(verifier) {
  return base64url(new Uint8Array(
    await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier)),
  ));
}

const base64url = (bytes) =>
  btoa(String.fromCharCode(...bytes)).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
