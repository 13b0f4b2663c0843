// Writing: words, photos, a reply, an edit of what we said before.
import { Drafts } from "./drafts.js";
import { el, icon } from "./dom.js";
import { notice } from "./notice.js";
import { mine, setup, t } from "./words.js";

export class Composer {
  constructor(wire) {
    this.wire = wire;
    this.form = document.getElementById("composer");
    this.text = document.getElementById("text");
    this.files = document.getElementById("files");
    this.previews = document.getElementById("previews");
    this.context = document.getElementById("context");
    this.problem = document.getElementById("problem");
    this.menu = document.getElementById("menu");
    this.menuToggle = document.getElementById("menu-toggle");
    this.tries = document.getElementById("tries");
    this.tried = new Set();
    this.photos = [];
    this.drafts = new Drafts(setup.me);
    this.#listen();
  }

  #listen() {
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#submit();
    });
    this.text.addEventListener("input", () => {
      this.#grow();
      this.#keep();
      if (this.text.value === "/") this.#openMenu(true);
    });
    this.menuToggle.addEventListener("click", () => this.#openMenu(this.menu.hidden));
    this.text.addEventListener("keydown", (event) => {
      if (event.key === "Escape") {
        this.clearContext();
        this.#openMenu(false);
      }
      if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
      event.preventDefault();
      this.form.requestSubmit();
    });
    this.text.addEventListener("paste", (event) => {
      const images = [...(event.clipboardData?.files ?? [])].filter((file) => file.type.startsWith("image/"));
      if (images.length) this.#add(images);
    });
    document.getElementById("attach").addEventListener("click", () => this.files.click());
    this.files.addEventListener("change", () => {
      this.#add([...this.files.files]);
      this.files.value = "";
    });
    document.getElementById("context-cancel").addEventListener("click", () => this.clearContext());
    addEventListener("online", () => this.photos.filter(({ state }) => state === "failed").forEach((photo) => this.#upload(photo)));
  }

  open(chat) {
    this.clearContext();
    this.chat = chat;
    this.say("");
    this.#drawMenu(chat.menu);
    this.#drawTries();
    this.text.placeholder = t(chat.kind === "private" ? "web-write-private-hint" : "web-write-hint");
    this.#restore();
  }

  reply(message, name) {
    this.clearContext();
    this.quote = message.id;
    this.#showContext(t("web-by", { name: t("web-replying", { name }), words: message.text || t("web-photo") }));
  }

  edit(message) {
    this.clearContext();
    this.editing = message.id;
    this.before = this.text.value;
    this.text.value = message.text;
    this.#showContext(t("web-editing"));
    this.#grow();
  }

  clearContext() {
    if (this.editing) this.text.value = this.before ?? "";
    this.quote = this.editing = null;
    this.context.hidden = true;
    this.#label();
    this.#grow();
  }

  /** Show what must be read above the box; "" takes it away. */
  say(words) {
    this.problem.textContent = words;
    this.problem.hidden = !words;
  }

  #drawMenu(items) {
    this.menuToggle.hidden = !items.length;
    this.menu.replaceChildren(...items.map((item) =>
      el("li", {}, el("button", { type: "button", onclick: () => this.#take(item.command) },
        el("b", {}, this.#word(item.command)), el("span", {}, setup.abouts[item.command] ?? item.about)))));
    this.#openMenu(false);
  }

  /** In the demo: words to begin with, until something was said here. */
  #drawTries() {
    if (!this.tries) return;
    const words = this.tried.has(this.chat.address) ? [] : setup.tries[this.chat.kind] ?? [];
    this.tries.hidden = !words.length;
    this.tries.replaceChildren(
      el("span", { class: "label" }, t("web-try")),
      ...words.map((text) => el("button", { type: "button", onclick: () => this.#fill(text) }, text)),
    );
  }

  #fill(text) {
    this.text.value = text;
    this.#keep();
    this.text.focus();
    this.#grow();
  }

  #openMenu(open) {
    this.menu.hidden = !open || !this.menu.children.length;
    this.menuToggle.setAttribute("aria-expanded", String(!this.menu.hidden));
  }

  #word(command) {
    return setup.commands[command] ?? `/${command}`;
  }

  #take(command) {
    this.#openMenu(false);
    this.#fill(`${this.#word(command)} `);
  }

  #showContext(words) {
    document.getElementById("context-words").textContent = words;
    this.context.hidden = false;
    this.#label();
    this.text.focus();
  }

  #label() {
    const label = document.querySelector("#send span");
    label.textContent = t(this.editing ? "web-save" : "web-send");
    document.getElementById("send").setAttribute("aria-label", label.textContent);
  }

  #grow() {
    this.text.style.height = "auto";
    this.text.style.height = `${this.text.scrollHeight + 3}px`;
  }

  async #submit() {
    const text = this.text.value.trim();
    const { chat, quote, editing } = this;
    if (!chat) return;
    if (this.photos.some(({ state }) => state === "waiting")) return notice(t("web-photo-waiting"));
    if (this.photos.some(({ state }) => state === "failed")) return this.say(t("web-no-upload"));
    if (!text && (editing || !this.photos.length)) return this.say(t("web-no-empty"));
    if ([...text].length > setup.limits.text) return this.say(t("web-no-too-long"));
    const photos = this.photos.map(({ ref }) => ref);
    const asked = editing
      ? this.wire.ask({ type: "edit", chat: chat.address, id: editing, text })
      : this.wire.ask({ type: "post", chat: chat.address, text, photos, quote });
    if (editing) this.clearContext();
    else this.#clear();
    this.#openMenu(false);
    this.tried.add(chat.address);
    this.#drawTries();
    try {
      await asked;
    } catch (no) {
      this.giveBack(chat.address, text, t(`web-no-${no.message}`));
    }
  }

  /** Show why words were not taken, and put them back where they can be mended. */
  giveBack(address, text, why) {
    this.drafts.add(address, text);
    if (address === this.chat?.address) this.#restore();
    this.say(why);
  }

  /** Bring here what was being written in chats that are no longer ours. */
  adopt(chats) {
    for (const text of this.drafts.orphans(chats)) this.drafts.add(this.chat.address, text);
    this.#restore();
  }

  #restore() {
    const draft = this.drafts.of(this.chat.address);
    if (this.editing) this.before = draft;
    else this.text.value = draft;
    this.#grow();
  }

  /** Remember what stands in the box, should the page go before it is sent. */
  #keep() {
    if (this.chat && !this.editing) this.drafts.keep(this.chat.address, this.text.value);
  }

  #clear() {
    this.text.value = "";
    this.clearContext();
    this.say("");
    this.#keep();
    for (const photo of this.photos) URL.revokeObjectURL(photo.url);
    this.photos = [];
    this.#draw();
    this.#grow();
  }

  #add(files) {
    const fitting = files.filter(({ size }) => size <= setup.limits.bytes);
    const room = setup.limits.photos - this.photos.length;
    for (const file of fitting.slice(0, room)) {
      const photo = { file, url: URL.createObjectURL(file), state: "waiting" };
      this.photos.push(photo);
      void this.#upload(photo);
    }
    const left = Math.max(fitting.length - room, 0);
    this.say([
      fitting.length < files.length && t("web-no-photo-too-large"),
      left && t("web-photos-left-out", { n: left }),
    ].filter(Boolean).join("\n"));
    this.#draw();
    this.text.focus();
  }

  async #upload(photo) {
    photo.state = "waiting";
    try {
      const answer = await fetch(mine("/chat/photos"), { method: "POST", body: photo.file, headers: { "Content-Type": "application/octet-stream" } });
      const said = await answer.json();
      if (answer.ok) Object.assign(photo, { state: "ready", ref: said.ref });
      else this.#drop(photo, t(`web-no-${said.why}`));
    } catch {
      photo.state = "failed";
      this.say(t("web-no-upload"));
    }
    this.#draw();
  }

  #drop(photo, words) {
    this.photos = this.photos.filter((other) => other !== photo);
    URL.revokeObjectURL(photo.url);
    if (words) this.say(words);
    this.#draw();
  }

  #draw() {
    this.previews.hidden = !this.photos.length;
    this.previews.replaceChildren(...this.photos.map((photo, place) =>
      el("li", { class: photo.state },
        el("img", { src: photo.url, alt: `${t("web-photo")} ${place + 1}` }),
        el("button", { type: "button", "aria-label": t("web-photo-remove"), onclick: () => this.#drop(photo, "") }, icon("cross")))));
  }
}
