"use strict";

// Lists what openapi.json describes: routes, parameters, bodies, answers.
function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

const shown = (schema) => element("pre", { tabindex: "0" }, JSON.stringify(schema, null, 2));
const more = (title, ...children) => element("details", {}, element("summary", {}, title), ...children);

function routeNode(path, method, route) {
  const node = element("section", { class: "route" },
    element("h3", {}, element("span", { class: "method" }, method.toUpperCase()), element("code", {}, path)),
    element("p", {}, route.description || route.summary || ""));
  for (const parameter of route.parameters || []) {
    node.append(element("p", {}, "Query ", element("code", {}, parameter.name), `: ${parameter.description || "optional"}`));
  }
  for (const [kind, { schema }] of Object.entries(route.requestBody?.content || {})) node.append(more(`Body: ${kind}`, shown(schema)));
  for (const [status, answer] of Object.entries(route.responses)) {
    const schema = Object.values(answer.content || {})[0]?.schema;
    const title = `${status} ${answer.description}`;
    node.append(schema && Object.keys(schema).length ? more(title, shown(schema)) : element("p", {}, title));
  }
  return node;
}

async function load() {
  const description = await (await fetch("openapi.json")).json();
  const nodes = Object.entries(description.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, route]) => routeNode(path, method, route)));
  const models = Object.entries(description.components?.schemas || {}).map(([name, schema]) => more(name, shown(schema)));
  document.getElementById("routes").replaceChildren(...nodes, element("h2", {}, "Models"), ...models);
  document.getElementById("status").textContent = `${description.info.title} ${description.info.version}`;
}

load().catch((error) => { document.getElementById("status").textContent = `Not loaded: ${error.message}`; });
