// What the server put into the page: who we are, and every sentence.
export const setup = JSON.parse(document.getElementById("setup").textContent);

/** The sentence of that id, with `{name}` places filled in. */
export function t(id, values = {}) {
  const words = setup.words[id] ?? id;
  return words.replace(/\{(\w+)\}/g, (place, name) => values[name] ?? place);
}

const zone = { timeZone: setup.zone };
const clock = new Intl.DateTimeFormat(setup.language, { ...zone, hour: "2-digit", minute: "2-digit", hour12: false });
const day = new Intl.DateTimeFormat(setup.language, { ...zone, month: "short", day: "numeric", weekday: "short" });
const week = new Intl.DateTimeFormat(setup.language, { ...zone, weekday: "short" });
const short = new Intl.DateTimeFormat(setup.language, { ...zone, month: "numeric", day: "numeric" });
const key = new Intl.DateTimeFormat("en-CA", { ...zone, year: "numeric", month: "2-digit", day: "2-digit" });

export const time = {
  of: (at) => clock.format(new Date(at)),
  day: (at) => day.format(new Date(at)),
  key: (at) => key.format(new Date(at)),
  full: (at) => `${day.format(new Date(at))} ${clock.format(new Date(at))}`,
  brief: (at) => `${week.format(new Date(at))} ${clock.format(new Date(at))}`,
  dayName(at, now) {
    if (this.key(at) === this.key(now)) return t("web-today");
    const yesterday = new Date(now).getTime() - 864e5;
    return this.key(at) === this.key(yesterday) ? t("web-yesterday") : this.day(at);
  },
  listed(at, now) {
    return this.key(at) === this.key(now) ? this.of(at) : short.format(new Date(at));
  },
};

/** The address of something of ours, asked for as the person we are. */
export function mine(path) {
  return setup.demo ? `${path}${path.includes("?") ? "&" : "?"}me=${encodeURIComponent(setup.me)}` : path;
}
