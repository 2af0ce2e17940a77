import * as api from "./api.js";
import { MOST } from "./cart.js";
import { AddButton, Price, Tiers, named } from "./catalogue.js";
import { Picture, Problem, Stock, Title, html, useLoaded, useState } from "./ui.js";

export function ProductPage({ sku }) {
  const { value: item, error, loading, again } = useLoaded(sku, (signal) => api.product(sku, signal));
  const [quantity, setQuantity] = useState(1);
  const show = (event) => {
    event.target.value = whole(event.target.value); // of "-3" and "1e2" what will be added
  };
  if (error?.status === 404) {
    return html`<${Title}>This product is not for sale<//><p><a href="#/">To the shop</a></p>`;
  }
  if (error) return html`<${Title}>A product<//><${Problem} error=${error} again=${again} />`;
  if (loading) return html`<${Title}>A product<//><p class="loading" role="status">Loading …</p>`;
  return html`
    <p class="path"><a href="#/">Shop</a> <span aria-hidden="true">›</span>
      ${" "}<a href=${`#/category/${encodeURIComponent(item.category)}`}>${named(item.category)}</a></p>
    <article class="product">
      <${Picture} sku=${item.sku} size="large" />
      <div>
        <${Title}>${item.name}<//>
        <p class="lead">${item.description}</p>
        <p class="line"><${Price} item=${item} /> <${Stock} available=${item.available} /></p>
        <${Tiers} item=${item} />
        <p class="buy"><label>Pieces <input type="number" min="1" max=${MOST.pieces} value=${quantity}
          onInput=${(event) => setQuantity(whole(event.target.value))} onChange=${show} /></label>
          <${AddButton} item=${item} quantity=${quantity} /></p>
        <p class="hint">Article ${item.sku}</p>
      </div>
    </article>`;
}

export function whole(text) {
  const number = Number.parseInt(text, 10);
  return Number.isNaN(number) ? 1 : Math.min(Math.max(number, 1), MOST.pieces);
}
