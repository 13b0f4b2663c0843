// Building elements. Words only ever become text nodes, never markup.
export function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "class") element.className = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

export function icon(name) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(space, "use");
  use.setAttribute("href", `/static/icons.svg#${name}`);
  svg.append(use);
  return svg;
}

export function face(name, address, group) {
  const element = el("span", { class: "face", "aria-hidden": "true" });
  if (address === "") {
    element.append(el("img", { src: "/static/logo.svg", alt: "" }));
    return element;
  }
  element.append([...name.split("·").at(-1).trim()][0] ?? "·");
  let sum = 0;
  for (const letter of address) sum = (sum * 31 + letter.codePointAt(0)) % 6;
  element.classList.add(group ? "group" : `c${sum}`);
  return element;
}

/** A web address we are willing to make a link of, or nothing. */
export function safe(url) {
  try {
    const parsed = new URL(url, location.origin);
    return ["http:", "https:"].includes(parsed.protocol) ? parsed.href : null;
  } catch {
    return null;
  }
}

const LINK = /https?:\/\/[^\s<>"'，。；！？）】」]+|\/t\/[\w-]+/g;

/** The bot's words, its web addresses as links. */
export function linked(text) {
  const parts = [];
  let end = 0;
  for (const match of text.matchAll(LINK)) {
    const href = safe(match[0]);
    if (!href) continue;
    parts.push(text.slice(end, match.index));
    const own = href.startsWith(`${location.origin}/`);
    const shown = own ? href.slice(location.origin.length) : match[0];
    parts.push(el("a", { href, target: "_blank", rel: "noopener noreferrer" }, shown));
    end = match.index + match[0].length;
  }
  parts.push(text.slice(end));
  return parts;
}

/** The bot's words as others can use them: its own pages with their host. */
export function whole(text) {
  return text.replace(/(^|[^\w/])(\/t\/[\w-]+)/g, `$1${location.origin}$2`);
}
