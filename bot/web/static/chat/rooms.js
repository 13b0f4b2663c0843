// What we know of each chat: its messages, and how far back they reach.
export class Room {
  constructor(chat) {
    this.chat = chat;
    this.messages = new Map();
    this.loaded = false;
    this.more = false;
  }

  get ordered() {
    return [...this.messages.values()].sort((one, other) => one.id - other.id);
  }

  get oldest() {
    return this.messages.size ? Math.min(...this.messages.keys()) : null;
  }

  get newest() {
    return this.messages.size ? Math.max(...this.messages.keys()) : 0;
  }

  /** Take a message if it is newer than what we have; say what became of it. */
  take(message) {
    const known = this.messages.get(message.id);
    if (known && known.changed >= message.changed) return "known";
    if (!known && this.more && message.id < (this.oldest ?? 0)) return "unloaded";
    this.messages.set(message.id, message);
    return known ? "changed" : "new";
  }

  page(page) {
    if (page.before === null) this.messages.clear();
    for (const message of page.messages) this.take(message);
    this.more = page.more;
    this.loaded = true;
  }
}
