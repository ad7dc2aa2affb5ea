"use strict";

// code: what stands before each span; line: the underline. Neither the reader's eyes nor the printer need colour.
const LABELS = {
  CONDITION: { code: "CON", line: "solid" }, CELL_PRODUCT: { code: "CEL", line: "dashed" },
  CELL_DOSE: { code: "DOSE", line: "double" }, DRUG_DOSE: { code: "DRUG", line: "double" },
  ROUTE: { code: "RTE", line: "dotted" }, SCHEDULE: { code: "WHEN", line: "dashed" },
  LAB_THRESHOLD: { code: "LAB", line: "solid" }, AGE: { code: "AGE", line: "dotted" },
};
const EXAMPLE = "Brief Summary:\nParticipants receive 1 × 106/kg umbilical cord mesenchymal stem cells by intravenous infusion once a week " +
  "for 4 weeks, and prednisone 10 mg/day orally.\n\nInclusion Criteria:\n1. Age =18 years, <= 65 years\n2. eGFR between 30 and 60 ml/min/1.73 m2\n" +
  "3. ALT or AST no more than 2.5 x ULN\n\nExclusion Criteria:\n- uncontrolled diabetes; platelets < 50 x 109/L";
const byId = (id) => document.getElementById(id);
const hidden = new Set();
let shown = null;

function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

function say(text, error = false) {
  byId("status").textContent = text;
  byId("status").className = error ? "error" : "";
}

async function annotate() {
  const text = byId("text").value;
  byId("go").disabled = true;
  say("Reading …");
  try {
    const answer = await fetch("v1/annotate", {
      method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ text, offset_unit: "utf16" }),
    });
    const body = await answer.json();
    if (!answer.ok) throw new Error(body.detail || answer.statusText);
    shown = { text, document: body };
    render();
    const count = body.entities.length;
    say(count === 0 ? "Nothing found." : `${count} span${count === 1 ? "" : "s"} found.`);
    byId("results").focus({ preventScroll: true });
  } catch (error) {
    say(`Not annotated: ${error.message}`, true);
  } finally {
    byId("go").disabled = false;
  }
}

function render() {
  const found = shown.document;
  byId("results").hidden = false;
  renderLegend(found.entities);
  renderText(shown.text, found.entities.filter((entity) => !hidden.has(entity.label)));
  renderRows(found);
  byId("json").textContent = JSON.stringify(found, null, 2);
  const whole = found.warnings.filter((warning) => warning.entity === null);
  byId("warnings").replaceChildren(...whole.map(warningNode));
}

function renderLegend(entities) {
  const box = byId("legend");
  box.querySelectorAll("label").forEach((node) => node.remove());
  for (const [label, { code, line }] of Object.entries(LABELS)) {
    const count = entities.filter((entity) => entity.label === label).length;
    if (count === 0) continue;
    const check = element("input", { type: "checkbox" });
    check.checked = !hidden.has(label);
    check.addEventListener("change", () => {
      if (check.checked) hidden.delete(label); else hidden.add(label);
      renderText(shown.text, shown.document.entities.filter((entity) => !hidden.has(entity.label)));
    });
    const swatch = element("mark", { class: `swatch ${line}` }, element("span", { class: "code" }, code), label.replace("_", " ").toLowerCase());
    swatch.style.background = `var(--${label})`;
    box.append(element("label", {}, check, swatch, String(count)));
  }
}

// The text is cut at every start and end; a piece inside several spans takes the innermost one's look.
function renderText(text, entities) {
  const starting = new Map(), ending = new Map();
  const put = (map, key, value) => map.set(key, [...(map.get(key) || []), value]);
  for (const entity of entities) { put(starting, entity.start, entity); put(ending, entity.end, entity); }
  const cuts = [...new Set([0, text.length, ...starting.keys(), ...ending.keys()])].sort((a, b) => a - b);
  const open = new Set(), nodes = [];
  cuts.forEach((at, i) => {
    for (const entity of ending.get(at) || []) open.delete(entity);
    for (const entity of starting.get(at) || []) open.add(entity);
    const piece = text.slice(at, cuts[i + 1] ?? text.length);
    if (piece === "") return;
    if (open.size === 0) { nodes.push(document.createTextNode(piece)); return; }
    const inner = [...open].reduce((a, b) => (b.end - b.start < a.end - a.start ? b : a));
    const mark = element("mark", { class: LABELS[inner.label].line, "data-entity": inner.id,
      title: [...open].map((e) => e.label.replace("_", " ")).join(" inside ") });
    mark.style.background = `var(--${inner.label})`;
    for (const entity of starting.get(at) || []) mark.append(element("span", { class: "code" }, LABELS[entity.label].code));
    mark.append(piece);
    mark.addEventListener("click", () => light(inner.id, `row-${inner.id}`));
    nodes.push(mark);
  });
  byId("marked").replaceChildren(...nodes);
}

function renderRows(found) {
  const kinds = new Map(found.sections.map((section) => [section.id, section.kind]));
  byId("rows").replaceChildren(...found.entities.map((entity) => {
    const jump = element("button", { type: "button", title: "Show in the text" }, entity.text);
    jump.addEventListener("click", () => light(entity.id));
    const warnings = found.warnings.filter((warning) => warning.entity === entity.id).map(warningNode);
    const said = Object.entries(entity.assertion).filter(([, yes]) => yes).map(([name]) => name);
    const label = element("mark", { class: `swatch ${LABELS[entity.label].line}` }, entity.label.replace("_", " "));
    label.style.background = `var(--${entity.label})`;
    return element("tr", { id: `row-${entity.id}` },
      element("td", {}, label), element("td", {}, jump), element("td", {}, readAs(entity)),
      element("td", {}, [...values(entity), ...said].join(", ")), element("td", {}, kinds.get(entity.section) || ""), element("td", {}, ...warnings));
  }));
}

// Repairs may lie inside one another: the outer one tells what was read in the end.
function readAs(entity) {
  const inside = entity.repairs.filter((r) => r.start >= entity.start && r.end <= entity.end);
  const outer = inside.filter((r) => !inside.some((o) => o !== r && o.start <= r.start && o.end >= r.end && o.end - o.start > r.end - r.start));
  return outer.map((r) => `${shown.text.slice(r.start, r.end)} → ${r.read_as || "(nothing)"}`).join("; ");
}

const number = (n) => (typeof n === "number" ? n.toLocaleString("en", { maximumFractionDigits: 10 }) : String(n));
const plain = (v) => (Array.isArray(v) ? v.map(number).join(", ") : typeof v === "object" ? JSON.stringify(v) : number(v));

// Bounds as signs and amounts, everything else that the text states as it stands in the Document.
function values(entity) {
  const value = entity.value;
  if (!value) return entity.concepts.slice(0, 1).map((concept) => `${concept.display} (${concept.code})`);
  const { low, high, low_inclusive, high_inclusive, unit, timing, si, ...rest } = value;
  const pair = (v) => (Array.isArray(v) ? v.map(number).join("/") : number(v));
  const bounds = [];
  if (low !== undefined && JSON.stringify(low) === JSON.stringify(high)) bounds.push(pair(low));
  else {
    if (low !== undefined) bounds.push(`${[low_inclusive].flat()[0] === false ? ">" : "≥"} ${pair(low)}`);
    if (high !== undefined) bounds.push(`${[high_inclusive].flat()[0] === false ? "<" : "≤"} ${pair(high)}`);
  }
  const amount = [bounds.join(" and "), rest.reference ? `× ${rest.reference}` : "", unit ?? ""].filter(Boolean).join(" ");
  const { reference, ...others } = rest;
  return [amount, ...Object.entries(others).map(([key, v]) => `${key.replace("_", " ")} ${plain(v)}`)].filter(Boolean);
}

function warningNode(warning) {
  return element("span", { class: "warning" }, `⚠ ${warning.message}`);
}

function light(entityId, rowId = null) {
  document.querySelectorAll(".lit").forEach((node) => node.classList.remove("lit"));
  document.querySelectorAll(`mark[data-entity="${entityId}"]`).forEach((node) => node.classList.add("lit"));
  const row = byId(`row-${entityId}`);
  row.classList.add("lit");
  const target = rowId ? row : document.querySelector(`mark[data-entity="${entityId}"]`);
  if (target) target.scrollIntoView({ block: "center", behavior: "smooth" });
}

byId("form").addEventListener("submit", (event) => { event.preventDefault(); annotate(); });
byId("text").addEventListener("keydown", (event) => { if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) annotate(); });
byId("example").addEventListener("click", () => { byId("text").value = EXAMPLE; byId("text").focus(); });
