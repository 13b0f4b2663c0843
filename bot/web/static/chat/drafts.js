// What was written but not sent, chat by chat: it outlives the page.
export class Drafts {
  constructor(me) {
    this.key = `linli-draft-${me}`;
    this.kept = this.#stored();
  }

  of(chat) {
    return this.kept[chat] ?? "";
  }

  keep(chat, text) {
    if (text) this.kept[chat] = text;
    else delete this.kept[chat];
    this.#store(chat);
  }

  /** Put more words after what is being written in a chat. */
  add(chat, text) {
    this.keep(chat, [this.of(chat), text].filter(Boolean).join("\n"));
  }

  /** Take out what was being written in any other chat than these. */
  orphans(chats) {
    const gone = Object.keys(this.kept).filter((chat) => !chats.includes(chat));
    return gone.map((chat) => {
      const text = this.kept[chat];
      this.keep(chat, "");
      return text;
    });
  }

  // another page may be writing in another chat: put only our own words
  #store(chat) {
    try {
      const { [chat]: _, ...others } = this.#stored();
      localStorage.setItem(this.key, JSON.stringify(this.kept[chat] ? { ...others, [chat]: this.kept[chat] } : others));
    } catch {
      // private mode: the words wait in this page only
    }
  }

  #stored() {
    try {
      return JSON.parse(localStorage.getItem(this.key) ?? "{}");
    } catch {
      return {};
    }
  }
}
