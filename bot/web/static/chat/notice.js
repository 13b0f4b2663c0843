// Quiet words: seen for a moment, and heard when nothing else is said.
const SHOWN_MS = 6000;
const place = document.getElementById("notice");
let fading;

export function notice(words) {
  clearTimeout(fading);
  place.textContent = words;
  fading = setTimeout(() => { place.textContent = ""; }, SHOWN_MS);
}
