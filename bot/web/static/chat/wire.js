// The line to the server: reconnects by itself, loses and repeats nothing.
//
// Everything asked for carries a client id and stays in `waiting` until it
// is taken or declined, over any number of reconnections; posts survive a
// closed page in localStorage. `seen` holds each chat's last change.
import { mine, setup } from "./words.js";

const SILENCE_MS = 12_000;
const UNSENT = `linli-unsent-${setup.me}`;

export class Wire extends EventTarget {
  constructor() {
    super();
    this.seen = {};
    this.waiting = new Map();
    this.attempt = 0;
    this.state = "connecting";
    for (const frame of this.#stored()) this.waiting.set(frame.client, { frame });
    addEventListener("offline", () => this.#drop());
    addEventListener("online", () => this.connect());
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden && this.state !== "on") this.connect();
    });
  }

  connect() {
    clearTimeout(this.timer);
    if (this.state === "gone") return;
    if (this.socket && this.socket.readyState <= WebSocket.OPEN) return;
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const socket = new WebSocket(`${scheme}://${location.host}${mine("/chat/ws")}`);
    this.socket = socket;
    this.#become(this.attempt ? "off" : "connecting");
    socket.onopen = () => {
      this.#heard();
      socket.send(JSON.stringify({ type: "hello", seen: this.seen, language: setup.language }));
    };
    socket.onmessage = (event) => this.#hear(JSON.parse(event.data));
    socket.onclose = (event) => this.#closed(socket, event.code);
  }

  /** Ask for something; resolves when it is kept, rejects with the reason. */
  ask(frame) {
    const asked = { ...frame, client: crypto.randomUUID?.() ?? `${Date.now()}-${Math.random().toString(36).slice(2)}` };
    return new Promise((resolve, reject) => {
      this.waiting.set(asked.client, { frame: asked, resolve, reject });
      this.#store();
      this.dispatchEvent(new CustomEvent("pending"));
      this.tell(asked);
    });
  }

  /** Say something that needs no answer, or has one of its own. */
  tell(frame) {
    if (this.state === "on") this.socket.send(JSON.stringify(frame));
  }

  get unsent() {
    return [...this.waiting.values()].map(({ frame }) => frame).filter(({ type }) => type === "post");
  }

  #hear(frame) {
    this.#heard();
    if (frame.type === "welcome") {
      for (const chat of frame.chats) this.seen[chat.address] ??= chat.seq;
      this.attempt = 0;
      this.#become("on");
    }
    if (frame.type === "news") {
      const last = Math.max(...frame.messages.map(({ changed }) => changed));
      this.seen[frame.chat] = Math.max(this.seen[frame.chat] ?? 0, last);
    }
    this.dispatchEvent(new CustomEvent(frame.type, { detail: frame }));
    if (frame.type === "taken" || frame.type === "declined") this.#settle(frame);
    if (frame.type === "welcome") for (const { frame: waiting } of this.waiting.values()) this.tell(waiting);
  }

  #settle(frame) {
    const asked = this.waiting.get(frame.client);
    if (!asked) return;
    this.waiting.delete(frame.client);
    this.#store();
    this.dispatchEvent(new CustomEvent("pending"));
    if (frame.type === "taken") asked.resolve?.(frame.id);
    else if (asked.reject) asked.reject(new Error(frame.why));
    else this.dispatchEvent(new CustomEvent("returned", { detail: { ...asked.frame, why: frame.why } }));
  }

  #closed(socket, code) {
    if (socket !== this.socket) return;
    clearTimeout(this.silence);
    if (code === 4401) return this.#become("gone");
    this.attempt += 1;
    this.#become("off");
    const pause = Math.min(500 * 2 ** Math.min(this.attempt, 5), 15_000) * (0.7 + 0.6 * Math.random());
    this.timer = setTimeout(() => this.connect(), pause);
  }

  #drop() {
    const socket = this.socket;
    if (!socket) return;
    socket.onclose = socket.onmessage = null;
    socket.close();
    this.#closed(socket, 1006);
  }

  #heard() {
    clearTimeout(this.silence);
    this.silence = setTimeout(() => this.#drop(), SILENCE_MS);
  }

  #become(state) {
    this.state = state;
    this.dispatchEvent(new CustomEvent("line", { detail: state }));
  }

  #store() {
    try {
      localStorage.setItem(UNSENT, JSON.stringify(this.unsent));
    } catch {
      // private mode: the words wait in this page only
    }
  }

  #stored() {
    try {
      return JSON.parse(localStorage.getItem(UNSENT) ?? "[]");
    } catch {
      return [];
    }
  }
}
