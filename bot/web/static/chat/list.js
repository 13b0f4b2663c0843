// The list of chats, with what is new in each.
import { el, face } from "./dom.js";
import { setup, t, time } from "./words.js";

export class List {
  constructor(root, clock, open) {
    this.root = root;
    this.clock = clock;
    this.open = open;
    this.chats = [];
    this.current = null;
  }

  title(chat) {
    if (chat.kind === "private") return t("web-private-title");
    return setup.titles[chat.address] ?? chat.title;
  }

  show(chats) {
    this.chats = chats.map((chat) => ({ ...chat }));
    this.draw();
  }

  find(address) {
    return this.chats.find((chat) => chat.address === address);
  }

  /** Note news in a chat; what others say while it is closed is unread. */
  heard(address, message, { fresh, looking }) {
    const chat = this.find(address);
    if (!chat) return;
    if (!chat.last_at || message.at >= chat.last_at) {
      chat.last = message.withdrawn ? "" : message.text || (message.photos.length ? `[${t("web-photo")}]` : "");
      chat.last_by = message.sender === "" ? "" : message.name;
      chat.last_at = message.at;
    }
    if (fresh && !looking && message.sender !== setup.me && !message.withdrawn) chat.unread += 1;
    this.draw();
  }

  read(address) {
    const chat = this.find(address);
    if (chat) chat.unread = 0;
    this.draw();
  }

  draw() {
    const focused = this.root.contains(document.activeElement) ? document.activeElement.dataset.chat : null;
    this.root.replaceChildren(...this.chats.map((chat) => el("li", {}, this.#row(chat))));
    if (!this.chats.length) this.root.append(el("li", { class: "hint" }, t("web-no-chats")));
    if (focused) this.root.querySelector(`[data-chat="${CSS.escape(focused)}"]`)?.focus();
    const unread = this.chats.reduce((sum, chat) => sum + chat.unread, 0);
    document.title = `${unread ? `(${unread}) ` : ""}${setup.title}`;
  }

  #row(chat) {
    const title = this.title(chat);
    const group = chat.kind === "group";
    const line = chat.last.split("\n")[0];
    const last = chat.last_by && group ? t("web-by", { name: chat.last_by, words: line }) : line;
    return el(
      "button",
      {
        type: "button",
        class: "chat-row",
        "data-chat": chat.address,
        "aria-current": chat.address === this.current ? "true" : null,
        onclick: () => this.open(chat.address),
      },
      face(title, group ? chat.address : "", group),
      el("span", { class: "name" }, title),
      el("span", { class: "when" }, chat.last_at ? time.listed(chat.last_at, this.clock.time) : ""),
      el("span", { class: "last" }, last),
      chat.unread ? el("span", { class: "count", "aria-label": t("web-unread", { n: chat.unread }) }, String(Math.min(chat.unread, 99))) : el("span"),
    );
  }
}
