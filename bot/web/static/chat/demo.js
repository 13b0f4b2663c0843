// The demo's own bar: be somebody else, move the clock.
import { notice } from "./notice.js";
import { mine, setup, t, time } from "./words.js";

export class Clock {
  constructor() {
    this.shown = document.querySelectorAll(".js-clock");
    if (!setup.demo) return;
    const bar = document.getElementById("demo");
    const wide = matchMedia("(min-width: 45em)");
    bar.open = wide.matches;
    wide.addEventListener("change", () => { bar.open = wide.matches; });
    for (const button of bar.querySelectorAll("[data-by]")) {
      button.addEventListener("click", () => void this.#forward(button));
    }
    document.getElementById("others")?.addEventListener("change", (event) => {
      if (event.target.value) location.href = `/?me=${encodeURIComponent(event.target.value)}${location.hash}`;
    });
    setInterval(() => this.#show(), 10_000);
  }

  set(now) {
    this.now = new Date(now).getTime();
    this.heard = performance.now();
    this.#show();
  }

  get time() {
    return this.now === undefined ? Date.now() : this.now + performance.now() - this.heard;
  }

  #show() {
    if (this.now === undefined) return;
    for (const element of this.shown) {
      element.textContent = element.classList.contains("time") ? time.brief(this.time) : time.full(this.time);
    }
  }

  async #forward(button) {
    const buttons = button.parentElement.querySelectorAll("button");
    for (const each of buttons) each.disabled = true;
    try {
      const body = new URLSearchParams({ by: button.dataset.by });
      const answer = await fetch(mine("/demo/clock"), { method: "POST", body });
      if (!answer.ok) throw new Error(String(answer.status));
      const { now } = await answer.json();
      this.set(now);
      notice(t("web-clock-moved", { now: time.full(now) }));
      document.body.dispatchEvent(new Event("board-changed"));
    } catch {
      notice(t("web-clock-failed"));
    }
    for (const each of buttons) each.disabled = false;
    button.focus();
  }
}
