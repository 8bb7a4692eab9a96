// Keeps an open page up to date: hears the bell of its journal, fetches the part that changed, lets times run on.
// Without this script the page is the same after a reload.
"use strict";
const page = document.querySelector("main[data-live-token]");
if (page) {
  const { liveUrl, liveToken, fragment } = page.dataset;
  let fetching = false, again = false;
  // What is fetched counts as seen, so nothing is fetched while nobody looks.
  const refresh = async () => {
    if (fetching || document.hidden) { again = true; return; }
    fetching = true;
    try {
      const answer = await fetch(fragment, { headers: { "X-Requested-With": "live" }, redirect: "error" });
      if (answer.ok) show(await answer.text());
    } catch { /* the next bell, or the next reload, brings it */ }
    fetching = false;
    if (again) { again = false; refresh(); }
  };
  document.addEventListener("visibilitychange", () => { if (!document.hidden && again) { again = false; refresh(); } });
  const show = (html) => {
    const place = document.getElementById("live");
    const known = new Set([...place.querySelectorAll("[data-entry]")].map((entry) => entry.dataset.entry));
    if (place.innerHTML === html) return;
    place.innerHTML = html;
    place.querySelectorAll("[data-entry]").forEach((entry) => known.has(entry.dataset.entry) || entry.classList.add("arrived"));
    run();
  };
  new EventSource(`${liveUrl}?token=${encodeURIComponent(liveToken)}`).addEventListener("change", refresh);
}
const run = () => document.querySelectorAll("time.clock").forEach((clock) => {
  const at = new Date(clock.dateTime), minutes = Math.floor((at - Date.now()) / 60000);
  clock.textContent = at.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  const left = clock.nextElementSibling;
  if (left) left.textContent = minutes < 0 ? " · any moment now" : ` · ${minutes >= 60 ? `${Math.floor(minutes / 60)} h ` : ""}${minutes % 60} min left`;
});
run();
setInterval(run, 15000);

// Whether the company may see photos is asked once there is one.
const ask = document.querySelector("[data-with-photos]"), photos = document.querySelector("input[name=photos]");
if (ask) {
  const toggle = () => { ask.hidden = !photos.files.length; };
  photos.addEventListener("change", toggle);
  toggle();
}
