"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const KINDS = {
    missed: { sign: "✗", name: "missed" },
    spurious: { sign: "+", name: "spurious" },
    value: { sign: "≠", name: "wrong value" },
    boundary: { sign: "↔", name: "other ends" },
    assertion: { sign: "!", name: "wrong assertion" },
    relation: { sign: "⤳", name: "wrong relation" },
  };
  const $ = (id) => document.getElementById(id);
  const make = (tag, attributes = {}, ...children) => {
    const node = document.createElement(tag);
    for (const [key, value] of Object.entries(attributes)) {
      if (key in node && key !== "role") node[key] = value;
      else node.setAttribute(key, value);
    }
    node.append(...children);
    return node;
  };

  // ---- lanes: bars under the text, drawn as backgrounds; shape tells the kind, thickness and place the lane
  const bar = (kind) => {
    const c = `var(--${kind})`;
    return {
      right: `linear-gradient(${c},${c})`,
      missed: `repeating-linear-gradient(90deg,${c} 0 7px,transparent 7px 11px)`,
      spurious: `repeating-linear-gradient(90deg,${c} 0 2.5px,transparent 2.5px 6px)`,
      value: `linear-gradient(${c} 0 30%,transparent 30% 70%,${c} 70%)`,
      boundary: `repeating-linear-gradient(90deg,${c} 0 9px,transparent 9px 12px,${c} 12px 14px,transparent 14px 17px)`,
      assertion: `repeating-linear-gradient(135deg,${c} 0 3px,transparent 3px 6px)`,
    }[kind];
  };
  const ROW = 8;
  const THICK = { gold: { right: 5, value: 6, missed: 5, boundary: 5, assertion: 6 }, pred: { right: 2, value: 5, spurious: 3, boundary: 2.5, assertion: 5 } };
  const paint = (node, bars, rows) => {
    const layers = [];
    for (const { kind, lane, row, first, last } of bars) {
      const high = THICK[lane][kind] || 3;
      const y = `calc(100% - ${(rows - row) * ROW - high}px)`;
      layers.push(`${bar(kind)} 0 ${y} / 100% ${high}px no-repeat`);
      const tick = `linear-gradient(var(--${kind}),var(--${kind}))`;
      if (first) layers.push(`${tick} 0 ${y} / 2px 6px no-repeat`);
      if (last) layers.push(`${tick} 100% ${y} / 2px 6px no-repeat`);
    }
    node.style.background = layers.join(",");
  };
  for (const sample of document.querySelectorAll(".sample")) {
    const { kind, lane } = sample.dataset;
    const lanes = lane === "both" ? ["gold", "pred"] : [lane];
    paint(sample, lanes.map((l) => ({ kind, lane: l, row: l === "gold" ? 0 : 1, first: true, last: true })), 2);
  }

  // a row for each span: gold first, then predictions; nested spans of one lane get rows of their own
  const stack = (spans) => {
    let base = 0;
    for (const lane of ["gold", "pred"]) {
      const ends = [];
      for (const span of spans.filter((s) => s.lane === lane)) {
        let row = ends.findIndex((end) => end <= span.s);
        if (row < 0) row = ends.length;
        ends[row] = span.e;
        span.row = base + row;
      }
      base += Math.max(1, ends.length);
    }
    return base;
  };

  const documents = data.documents.map((d, index) => {
    const spans = (list, lane) => list.map(([s, e, label, kind]) => ({ s, e, label, kind, lane })).sort((a, b) => a.s - b.s || b.e - a.e);
    const gold = spans(d.gold, "gold");
    const pred = spans(d.pred, "pred");
    const errors = d.errors.map((e) => {
      const s = Math.min(...[e.gold, e.pred].filter(Boolean).map((x) => x.s));
      const end = Math.max(...[e.gold, e.pred].filter(Boolean).map((x) => x.e));
      const words = `${d.id} ${e.label} ${e.reason} ${d.text.slice(s, end)}`.toLowerCase();
      return { ...e, s, end, words, document: index, shown: true };
    });
    return { ...d, gold, pred, errors, open: new Set() };
  });
  const all = documents.flatMap((d) => d.errors);
  all.forEach((e, number) => { e.number = number; });

  // ---- filters
  const checks = (box, names, title, prefix) => {
    for (const name of names) {
      const input = make("input", { type: "checkbox", checked: true, value: name });
      const n = all.filter((e) => e[prefix] === name).length;
      box.append(make("label", {}, input, `${title(name)} (${n})`));
    }
  };
  checks($("kinds"), Object.keys(KINDS), (k) => `${KINDS[k].sign} ${KINDS[k].name}`, "kind");
  checks($("labels"), data.labels, (l) => l, "label");
  const chosen = (box) => new Set([...box.querySelectorAll("input:checked")].map((i) => i.value));

  let current = null;
  const filter = () => {
    const kinds = chosen($("kinds"));
    const labels = chosen($("labels"));
    const query = $("query").value.trim().toLowerCase();
    for (const e of all) e.shown = kinds.has(e.kind) && labels.has(e.label) && e.words.includes(query);
    const wanted = query.length > 0 || $("only-documents").checked;
    for (const d of documents) {
      const n = d.errors.filter((e) => e.shown).length;
      d.article.hidden = wanted && n === 0;
      d.note.textContent = `${n} of ${d.errors.length} errors · ${d.gold.length} gold · ${d.pred.length} predicted`;
      if (d.drawn) draw(d);
    }
    if (current && !current.shown) choose(null);
    count();
  };
  const count = () => {
    const shown = all.filter((e) => e.shown);
    const at = current ? `error ${shown.indexOf(current) + 1} of ${shown.length}` : `${shown.length} of ${all.length} errors`;
    $("count").textContent = `${at}, in ${documents.filter((d) => !d.article.hidden).length} of ${documents.length} documents`;
  };

  // ---- documents
  const lines = (text) => {
    const out = [];
    let start = 0;
    for (const match of text.matchAll(/\r\n|\n|\r/g)) {
      out.push([start, match.index]);
      start = match.index + match[0].length;
    }
    out.push([start, text.length]);
    return out;
  };
  const touches = (span, [a, b]) => span.s < b && (span.e ?? span.end) > a;

  function draw(d) {
    d.drawn = true;
    const spans = [...d.gold, ...d.pred].sort((a, b) => a.s - b.s);
    const shown = d.errors.filter((e) => e.shown);
    const all = lines(d.text);
    const only = $("only-lines").checked;
    const hot = all.map((line) => shown.some((e) => touches(e, line)));
    const box = make("div", { className: "text" });
    let gap = [];
    const close = () => {
      if (!gap.length) return;
      const first = gap[0];
      const many = gap.length;
      const button = make("button", { type: "button", className: "gap" }, `${many} ${many === 1 ? "line" : "lines"} without errors: show`);
      button.addEventListener("click", () => {
        for (let n = first; n < first + many; n += 1) d.open.add(n);
        draw(d);
      });
      box.append(button);
      gap = [];
    };
    all.forEach((line, n) => {
      const near = hot[n] || (line[0] < line[1] && (hot[n - 1] || hot[n + 1]));
      if (only && !near && !d.open.has(n)) {
        if (d.text.slice(...line).trim() || gap.length) gap.push(n);
        return;
      }
      close();
      box.append(drawLine(d, line, spans.filter((s) => touches(s, line)), shown));
    });
    close();
    d.article.replaceChildren(d.header, box);
    if (current && documents[current.document] === d) mark();
  }

  function drawLine(d, [a, b], spans, errors) {
    const node = make("div", { className: "line" });
    const rows = stack(spans);
    if (spans.length) node.style.lineHeight = `calc(1.45em + ${rows * ROW}px)`;
    const indent = a + d.text.slice(a, b).search(/\S|$/);
    const here = errors.filter((e) => e.end > a && (e.end <= b || (e.end === b + 1 && a < b)));
    const cuts = new Set([a, b, indent]);
    for (const s of spans) { cuts.add(Math.max(a, s.s)); cuts.add(Math.min(b, s.e)); }
    for (const e of here) cuts.add(Math.min(b, e.end));
    const places = [...cuts].sort((x, y) => x - y);
    places.forEach((from, n) => {
      const to = places[n + 1];
      if (to !== undefined) {
        if ($("names").checked) {
          for (const s of spans) if (s.s === from) node.append(make("span", { className: "tag" }, `${s.lane === "gold" ? "G" : "P"}:${s.label}`));
        }
        const over = from < indent ? [] : spans.filter((s) => s.s < to && s.e > from);
        const text = d.text.slice(from, to);
        if (!over.length) node.append(text);
        else {
          const title = over.map((s) => `${s.lane === "gold" ? "gold" : "predicted"} ${s.label}: ${s.kind === "right" ? "right" : KINDS[s.kind].name}`);
          const seg = make("span", { className: "seg", title: title.join("\n") }, text);
          seg.style.paddingBottom = `${rows * ROW}px`;
          paint(seg, over.map((s) => ({ ...s, first: s.s === from, last: s.e === to })), rows);
          node.append(seg);
        }
      }
      for (const e of here) if (Math.min(b, e.end) === to) node.append(chip(e));
    });
    return node;
  }

  function chip(e) {
    const { sign, name } = KINDS[e.kind];
    const told = { value: `${e.label} ${e.reason}`, assertion: `${e.label} ${e.reason}`, relation: e.reason }[e.kind] || e.label;
    const node = make("button", { type: "button", className: `chip ${e.kind}`, id: `error-${e.number}` }, `${sign} ${told}`);
    node.setAttribute("aria-label", `${name}: ${e.label}. ${e.reason}`);
    node.title = `${name}: ${e.reason}`;
    node.addEventListener("click", () => choose(e));
    return node;
  }

  // ---- the chosen error
  const mark = () => {
    document.querySelector(".chip[aria-current]")?.removeAttribute("aria-current");
    if (current) $(`error-${current.number}`)?.setAttribute("aria-current", "true");
  };
  const term = (name, ...content) => [make("dt", {}, name), make("dd", {}, ...content)];
  function choose(e) {
    current = e;
    mark();
    count();
    const panel = $("detail");
    panel.hidden = !e;
    if (!e) return;
    const d = documents[e.document];
    const list = make("dl", {}, ...term("Why", e.reason));
    for (const [name, side] of [["Gold", e.gold], ["Predicted", e.pred]]) {
      if (!side) continue;
      list.append(...term(name, `“${d.text.slice(side.s, side.e)}” `));
      if (side.v !== null && side.v !== undefined) list.append(...term(`${name} value`, make("code", {}, JSON.stringify(side.v))));
    }
    const button = (text, act) => {
      const node = make("button", { type: "button" }, text);
      node.addEventListener("click", act);
      return node;
    };
    const buttons = make("div", { className: "close" }, button("◀", () => go(-1)), button("▶", () => go(1)), button("close", () => choose(null)));
    buttons.children[0].setAttribute("aria-label", "previous error");
    buttons.children[1].setAttribute("aria-label", "next error");
    const { sign, name } = KINDS[e.kind];
    panel.replaceChildren(buttons, make("h4", {}, `${sign} ${name}: ${e.label} in ${d.id}`), list);
  }

  function go(step) {
    const shown = all.filter((e) => e.shown);
    if (!shown.length) return;
    let at = shown.indexOf(current);
    if (at < 0) at = step > 0 ? -1 : shown.length;
    const e = shown[(at + step + shown.length) % shown.length];
    const d = documents[e.document];
    if (!d.drawn) draw(d);
    choose(e);
    const node = $(`error-${e.number}`);
    node?.focus({ preventScroll: true });
    node?.scrollIntoView({ block: "center" });
  }

  function goDocument(step) {
    const open = documents.filter((d) => !d.article.hidden);
    if (!open.length) return;
    const top = open.findIndex((d) => d.article.getBoundingClientRect().bottom > 140);
    const active = open.findIndex((d) => d.article.contains(document.activeElement));
    const from = active >= 0 ? active : Math.max(0, top - (step > 0 ? 1 : 0));
    const d = open[Math.min(open.length - 1, Math.max(0, from + step))];
    if (!d.drawn) draw(d);
    d.title.focus({ preventScroll: true });
    d.article.scrollIntoView({ block: "start" });
  }

  // ---- start
  const watcher = new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) {
      const d = documents[Number(target.dataset.index)];
      if (isIntersecting && !d.drawn) draw(d);
    }
  }, { rootMargin: "1200px" });
  documents.forEach((d, index) => {
    d.title = make("h3", { tabIndex: -1 }, d.id);
    d.note = make("span");
    d.header = make("div", { className: "head" }, d.title, d.note);
    d.article = make("article", {}, d.header);
    d.article.dataset.index = String(index);
    d.article.style.minHeight = "8rem";
    $("list").append(d.article);
  });
  filter();
  documents.slice(0, 5).forEach(draw); // the rest when it comes near: thousands of documents stay quick
  for (const d of documents) watcher.observe(d.article);
  let waiting = 0;
  $("tools").addEventListener("input", (event) => {
    clearTimeout(waiting);
    waiting = setTimeout(filter, event.target === $("query") ? 150 : 0);
  });
  $("tools").addEventListener("submit", (event) => event.preventDefault());
  $("next").addEventListener("click", () => go(1));
  $("previous").addEventListener("click", () => go(-1));
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const typing = event.target.matches("input:not([type=checkbox]), textarea, select");
    if (event.key === "Escape") {
      if (typing) event.target.blur();
      choose(null);
    }
    if (typing) return;
    const act = { n: () => go(1), p: () => go(-1), j: () => goDocument(1), k: () => goDocument(-1), "/": () => $("query").focus() }[event.key];
    if (act) {
      event.preventDefault();
      act();
    }
  });
})();
