// The chat page: what comes over the wire, and what fingers do.
import { Composer } from "./composer.js";
import { Clock } from "./demo.js";
import { List } from "./list.js";
import { Log } from "./log.js";
import { notice } from "./notice.js";
import { Room } from "./rooms.js";
import { Wire } from "./wire.js";
import { mine, setup, t } from "./words.js";

const wire = new Wire();
const composer = new Composer(wire);
const clock = new Clock();
const rooms = new Map();
const frame = document.getElementById("room");
const viewer = document.getElementById("photo-view");
const narrow = matchMedia("(max-width: 44.99em)");
let current = null;

const list = new List(document.getElementById("chats"), clock, (address) => show(address, { focus: true }));
const log = new Log(clock, {
  view(src, label) {
    const large = document.getElementById("photo-large");
    large.src = src;
    large.alt = label;
    viewer.showModal();
  },
  reply: (message) => composer.reply(message, message.sender === "" ? t("web-name") : message.name),
  edit: (message) => composer.edit(message),
  async withdraw(message) {
    if (!confirm(t("web-withdraw-sure"))) return;
    await attempt(wire.ask({ type: "withdraw", chat: current, id: message.id }));
  },
  async press(message, choice, button) {
    button.disabled = true;
    button.setAttribute("aria-busy", "true");
    composer.say("");
    await attempt(wire.ask({ type: "press", chat: current, id: message.id, token: choice.token }));
    button.disabled = false;
    button.removeAttribute("aria-busy");
  },
});

async function attempt(asked) {
  try {
    await asked;
  } catch (no) {
    composer.say(t(`web-no-${no.message}`));
  }
}

function room(address) {
  if (!rooms.has(address)) rooms.set(address, new Room(address));
  return rooms.get(address);
}

function show(address, { focus = false, view = true } = {}) {
  const chat = list.find(address);
  if (!chat) return;
  const known = room(address);
  current = address;
  list.current = address;
  list.draw();
  document.getElementById("title").textContent = list.title(chat);
  composer.open(chat);
  log.draw(known);
  log.showPending(wire.unsent.filter(({ chat: into }) => into === address));
  if (!known.loaded) wire.tell({ type: "open", chat: address });
  else markRead();
  if (view) see("talk");
  history.replaceState(null, "", `#${encodeURIComponent(address)}`);
  if (focus) (narrow.matches ? document.getElementById("title") : composer.text).focus();
}

function see(view) {
  frame.dataset.view = view;
  document.getElementById("board-toggle").setAttribute("aria-expanded", String(view === "board"));
  if (view === "talk") log.toEnd();
  if (view === "talk") markRead();
}

function looking() {
  return !document.hidden && (frame.dataset.view === "talk" || !narrow.matches);
}

function markRead() {
  const known = current && rooms.get(current);
  if (!known?.loaded || !known.newest || !looking()) return;
  list.read(current);
  if (known.read === known.newest) return;
  known.read = known.newest;
  wire.tell({ type: "read", chat: current, id: known.newest });
}

wire.addEventListener("welcome", ({ detail }) => {
  clock.set(detail.now);
  list.show(detail.chats);
  const wanted = decodeURIComponent(location.hash.slice(1));
  const first = current ?? (list.find(wanted) ? wanted : list.chats[0]?.address);
  if (current) {
    if (!room(current).loaded) wire.tell({ type: "open", chat: current });
    markRead();
  } else if (first) {
    show(first, { view: !narrow.matches || first === wanted });
    composer.adopt(list.chats.map(({ address }) => address));
  }
});

wire.addEventListener("news", ({ detail }) => {
  const known = room(detail.chat);
  let bot = false;
  for (const message of detail.messages) {
    const here = detail.chat === current;
    const before = known.newest;
    const what = known.loaded ? known.take(message) : "unloaded";
    const fresh = known.loaded ? what === "new" : message.changed > 0 && !message.edited && !message.withdrawn;
    if (what === "known") continue;
    bot ||= message.sender === "";
    if (here && known.loaded && what !== "unloaded") log.put(message, message.id > before ? "new" : what);
    list.heard(detail.chat, message, { fresh, looking: here && looking() });
  }
  if (detail.chat === current) markRead();
  if (bot) document.body.dispatchEvent(new Event("board-changed"));
});

wire.addEventListener("page", ({ detail }) => {
  const known = room(detail.chat);
  const unread = list.find(detail.chat)?.unread ?? 0;
  const older = detail.before !== null;
  const focused = document.activeElement === document.getElementById("older");
  known.page(detail);
  if (detail.chat !== current) return;
  const ids = known.ordered.filter(({ sender }) => sender !== setup.me).map(({ id }) => id);
  const unreadAfter = !older && unread && unread < ids.length ? ids[ids.length - unread - 1] : Infinity;
  log.draw(known, { unreadAfter, keep: older });
  if (focused && !known.more) log.scroller.focus();
  markRead();
});

wire.addEventListener("stale", ({ detail }) => {
  rooms.delete(detail.chat);
  const chat = list.find(detail.chat);
  if (chat) wire.seen[detail.chat] = Math.max(wire.seen[detail.chat] ?? 0, chat.seq);
  if (detail.chat === current) wire.tell({ type: "open", chat: current });
});

wire.addEventListener("pending", () => {
  log.showPending(wire.unsent.filter(({ chat }) => chat === current));
});

// words of an earlier visit that were not taken: their writer gets them back
wire.addEventListener("returned", ({ detail }) => {
  const place = list.find(detail.chat) ? detail.chat : current;
  composer.giveBack(place, detail.text, t(`web-no-${detail.why}`));
});

wire.addEventListener("notice", ({ detail }) => {
  if (detail.alert) composer.say(detail.text);
  else notice(detail.text);
});

wire.addEventListener("beat", ({ detail }) => clock.set(detail.now));

wire.addEventListener("line", ({ detail }) => {
  const line = document.getElementById("line");
  line.className = detail === "gone" ? "off" : detail;
  line.textContent = t(`web-line-${detail}`);
});

document.getElementById("older").addEventListener("click", () => {
  wire.tell({ type: "open", chat: current, before: room(current).oldest });
});
document.getElementById("back").addEventListener("click", () => {
  see("list");
  document.querySelector(".chat-row[aria-current]")?.focus();
});
document.getElementById("board-toggle").addEventListener("click", () => {
  see(frame.dataset.view === "board" ? "list" : "board");
});
document.getElementById("board-close").addEventListener("click", () => {
  see(narrow.matches ? "list" : "talk");
  document.getElementById("board-toggle").focus();
});
document.addEventListener("visibilitychange", () => markRead());
document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a.keep-hash");
  if (link && location.hash) link.hash = location.hash;
});
document.body.addEventListener("htmx:configRequest", (event) => {
  event.detail.path = mine(event.detail.path);
});
narrow.addEventListener("change", () => {
  if (!narrow.matches && frame.dataset.view === "list" && current) see("talk");
});

wire.connect();
