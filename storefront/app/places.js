// Countries and regions to choose from. Which of them are sold to, the API says.
import { countryName, html } from "./ui.js";

const COUNTRIES = [
  "US", "CA", "GB", "AT", "AU", "BE", "BR", "CH", "CZ", "DE", "DK", "ES", "FI", "FR", "GR", "IE",
  "IN", "IT", "JP", "KR", "MX", "NL", "NO", "NZ", "PL", "PT", "SE", "SG", "ZA",
];
export const HOME = COUNTRIES[0];
// Where tax often depends on the region: codes of ISO 3166-2 without the country.
const REGIONS = {
  US: ("AL AK AZ AR CA CO CT DE DC FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH "
    + "NJ NM NY NC ND OH OK OR PA RI SC SD TN TX UT VT VA WA WV WI WY").split(" "),
  CA: "AB BC MB NB NL NS NT NU ON PE QC SK YT".split(" "),
};

export const hasRegions = (country) => country in REGIONS;

export function Destination({ country, region, change, wrong = {} }) {
  const chosen = country || HOME;
  const names = chosen === "US" ? "State" : "Province";
  return html`
    <div class="field country"><label for="field-country">Country</label>
      <select id="field-country" autocomplete="country" value=${chosen}
        aria-invalid=${wrong.country ? "true" : undefined} aria-describedby="field-country-wrong"
        onChange=${(event) => change(event.target.value, "")}>
        ${COUNTRIES.map((code) => html`<option value=${code} key=${code}>${countryName(code)}</option>`)}
      </select>
      <span class="wrong" id="field-country-wrong">${wrong.country && `Country ${wrong.country}`}</span></div>
    ${hasRegions(chosen) && html`
      <div class="field region"><label for="field-region">${names}</label>
        <select id="field-region" autocomplete="address-level1" value=${region}
          aria-invalid=${wrong.region ? "true" : undefined} aria-describedby="field-region-wrong"
          onChange=${(event) => change(chosen, event.target.value)}>
          <option value="">Choose …</option>
          ${REGIONS[chosen].map((code) => html`<option value=${code} key=${code}>${code}</option>`)}
        </select>
        <span class="wrong" id="field-region-wrong">${wrong.region && `${names} ${wrong.region}`}</span></div>`}`;
}
