// The messages of the open chat. A message is redrawn whole when it changes.
import { el, face, icon, linked, safe, whole } from "./dom.js";
import { mine, setup, t, time } from "./words.js";

const NEAR_PX = 120;

export class Log {
  constructor(clock, deeds) {
    this.clock = clock;
    this.deeds = deeds;
    this.list = document.getElementById("log");
    this.live = document.getElementById("live");
    this.pending = document.getElementById("pending");
    this.scroller = document.getElementById("scroller");
    this.newest = document.getElementById("newest");
    this.scroller.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    this.newest.addEventListener("click", () => this.toEnd());
    document.addEventListener("click", (event) => this.#closeMenus(event.target));
  }

  get atEnd() {
    const { scrollHeight, scrollTop, clientHeight } = this.scroller;
    return scrollHeight - scrollTop - clientHeight < NEAR_PX;
  }

  /** Draw a whole room; screen readers hear only what comes later. */
  draw(room, { unreadAfter = Infinity, keep = false } = {}) {
    const { scrollHeight, scrollTop } = this.scroller;
    this.room = room;
    this.live.setAttribute("aria-live", "off");
    this.list.replaceChildren();
    let marked = false;
    for (const message of room.ordered) {
      if (!marked && message.id > unreadAfter && message.sender !== setup.me) {
        this.list.append(el("li", { class: "unread-line" }, t("web-unread-line")));
        marked = true;
      }
      this.#append(message);
    }
    document.getElementById("older").hidden = !room.more;
    this.#emptyHint();
    if (keep) this.scroller.scrollTop = scrollTop + this.scroller.scrollHeight - scrollHeight;
    else this.toEnd();
    requestAnimationFrame(() => this.live.setAttribute("aria-live", "polite"));
  }

  put(message, what) {
    const follow = this.atEnd || message.sender === setup.me;
    const old = this.list.querySelector(`[data-id="${message.id}"]`);
    if (old) old.replaceWith(this.#message(message, old.classList.contains("same")));
    else if (what === "new" && message.id >= this.room.newest) this.#append(message);
    else this.draw(this.room, { keep: true });
    this.#emptyHint();
    if (follow) this.toEnd();
    else if (what === "new") this.newest.hidden = false;
  }

  /** Our own posts that the server has not confirmed yet. */
  showPending(frames) {
    const follow = this.atEnd;
    this.pending.replaceChildren(
      ...frames.map((frame) =>
        el("li", { class: "message mine" },
          el("div", { class: "bubble" }, el("div", { class: "text" }, frame.text || `[${t("web-photo")}]`)),
          el("div", { class: "foot" }, t("web-sending")))),
    );
    this.#emptyHint();
    if (follow) this.toEnd();
  }

  toEnd() {
    this.scroller.scrollTop = this.scroller.scrollHeight;
    this.newest.hidden = true;
  }

  #emptyHint() {
    const bare = !this.list.children.length && !this.pending.children.length;
    document.getElementById("empty").hidden = !(this.room?.loaded && bare);
  }

  #scrolled() {
    if (this.atEnd) this.newest.hidden = true;
  }

  #closeMenus(target) {
    for (const menu of this.list.querySelectorAll("details.more[open]")) {
      if (!menu.contains(target) || target.closest(".menu")) menu.open = false;
    }
  }

  #append(message) {
    const before = [...this.list.querySelectorAll(":scope > .message")].at(-1);
    const day = time.key(message.at);
    const sameDay = before?.dataset.day === day;
    if (!sameDay) this.list.append(el("li", { class: "day" }, time.dayName(message.at, this.clock.time)));
    const close = sameDay && before === this.list.lastElementChild
      && before.dataset.sender === message.sender
      && new Date(message.at) - new Date(before.dataset.at) < 5 * 60e3;
    this.list.append(this.#message(message, close));
  }

  #message(message, same) {
    const own = message.sender === setup.me;
    const bot = message.sender === "";
    const name = bot ? t("web-name") : own ? t("web-me") : message.name;
    const classes = ["message", own ? "mine" : bot ? "bot" : "theirs"];
    if (same) classes.push("same");
    if (message.withdrawn) classes.push("withdrawn");
    return el("li", {
      class: classes.join(" "), id: `message-${message.id}`,
      "data-id": message.id, "data-day": time.key(message.at), "data-sender": message.sender, "data-at": message.at,
    },
    own ? null : face(name, message.sender, false),
    el("span", { class: "by" }, name),
    this.#bubble(message, name, own, bot),
    el("div", { class: "foot" },
      el("time", { datetime: message.at, title: time.full(message.at) }, time.of(message.at)),
      message.edited && !bot ? el("span", {}, t("web-edited")) : null,
      message.withdrawn ? null : this.#more(message, own, bot)));
  }

  #bubble(message, name, own, bot) {
    if (message.withdrawn) {
      const words = own ? t("web-withdrawn-me") : t("web-withdrawn", { name });
      return el("div", { class: "bubble" }, words);
    }
    return el("div", { class: "bubble" },
      this.#quote(message),
      message.text ? el("div", { class: "text" }, ...(bot ? linked(message.text) : [message.text])) : null,
      this.#photos(message, name),
      this.#choices(message));
  }

  #quote(message) {
    if (message.quote === null) return null;
    const quoted = this.room.messages.get(message.quote);
    if (!quoted || quoted.withdrawn) return null;
    const by = quoted.sender === "" ? t("web-name") : quoted.name;
    const words = (quoted.text || `[${t("web-photo")}]`).split("\n")[0];
    // what we say repeats nobody's phone or door: whom we answer is enough
    const shown = message.sender === "" ? t("web-replying", { name: by }) : t("web-by", { name: by, words });
    return el("button", { type: "button", class: "quote", onclick: () => this.#goTo(message.quote) }, shown);
  }

  #goTo(id) {
    const target = document.getElementById(`message-${id}`);
    if (!target) return;
    target.scrollIntoView({ block: "center" });
    target.classList.remove("target");
    void target.offsetWidth;
    target.classList.add("target");
  }

  #photos(message, name) {
    if (!message.photos.length) return null;
    const single = message.photos.length === 1 ? " single" : "";
    const label = t("web-photo-of", { name });
    return el("div", { class: `photos${single}` }, ...message.photos.map((photo) => {
      const src = mine(`/media/${encodeURIComponent(photo.ref)}`);
      return el("button", { type: "button", "aria-label": label, onclick: () => this.deeds.view(src, label) },
        el("img", { src, alt: label, loading: "lazy" }));
    }));
  }

  #choices(message) {
    if (!message.choices.length) return null;
    return el("div", { class: "choices", role: "group" }, ...message.choices.map((choice) => {
      const href = choice.url && safe(choice.url);
      if (href) return el("a", { class: "button", href, target: "_blank", rel: "noopener noreferrer" }, choice.label);
      const button = el("button", { type: "button", onclick: () => this.deeds.press(message, choice, button) }, choice.label);
      return button;
    }));
  }

  #more(message, own, bot) {
    const item = (label, deed) => el("button", { type: "button", onclick: deed }, label);
    const reveal = (event) => event.target.querySelector(".menu").scrollIntoView({ block: "nearest" });
    return el("details", { class: "more", ontoggle: reveal },
      el("summary", { "aria-label": t("web-more"), title: t("web-more") }, icon("more")),
      el("div", { class: "menu" },
        item(t("web-reply"), () => this.deeds.reply(message)),
        message.text ? item(t("web-copy"), () => navigator.clipboard?.writeText(bot ? whole(message.text) : message.text)) : null,
        own && message.text ? item(t("web-edit"), () => this.deeds.edit(message)) : null,
        own ? item(t("web-withdraw"), () => this.deeds.withdraw(message)) : null));
  }
}
