// The desk's keys: j and k walk the inbox, r answers, e closes, / searches. Every one of them is also a link or button.
"use strict";
const walk = (step) => {
  const rows = [...document.querySelectorAll(".inbox a")];
  const at = rows.findIndex((row) => row === document.activeElement || row.hasAttribute("aria-current"));
  rows[Math.min(rows.length - 1, Math.max(0, at + step))]?.focus();
};
const keys = {
  j: () => walk(1),
  k: () => walk(-1),
  r: () => document.querySelector("#answer textarea")?.focus(),
  e: () => document.querySelector("#settle button")?.click(),
  "/": () => document.querySelector("input[type=search]")?.focus(),
};
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select")) return;
  if (keys[event.key]) { event.preventDefault(); keys[event.key](); }
});
// On a phone the pages' names scroll on one line: the page that is open is among those in sight.
const line = document.querySelector(".many"), open = line?.querySelector("[aria-current]");
if (open && open.offsetLeft + open.offsetWidth > line.clientWidth) line.scrollLeft = open.offsetLeft - (line.clientWidth - open.offsetWidth) / 2;
// A time is entered by the clock of who enters it; without this script it is in UTC, as the page then says.
const local = document.querySelector("input[type=datetime-local]"), zone = local?.form.elements.zone;
if (zone) {
  const at = new Date(`${local.value}Z`);
  if (local.value && !zone.value) local.value = new Date(at - at.getTimezoneOffset() * 60000).toISOString().slice(0, 16);
  zone.value = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const help = document.getElementById(`${local.id}_helptext`);
  help.textContent = help.textContent.replace("In UTC.", "In your own time.");
}
