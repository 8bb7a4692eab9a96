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
// Times in the visitor's own zone, with the day where it is not today; and how long until then (templatetags/facts.py).
const run = () => {
  const now = new Date(), time = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
  document.querySelectorAll("time.clock").forEach((clock) => {
    const at = new Date(clock.dateTime), today = at.toDateString() === now.toDateString();
    const day = { weekday: "long", day: "numeric", month: "long", ...(at.getFullYear() !== now.getFullYear() && { year: "numeric" }) };
    const words = at.toLocaleTimeString([], time);
    clock.textContent = today || clock.classList.contains("brief") ? words : `${at.toLocaleDateString("en-GB", day).replace(",", "")}, ${words}`;
  });
  // What is shown for a while only.
  document.querySelectorAll("[data-for]").forEach((left) => {
    const minutes = Math.max(0, Math.ceil((new Date(left.dataset.for) - now) / 60000));
    left.textContent = minutes ? `, another ${minutes} minute${minutes === 1 ? "" : "s"}` : "";
  });
  document.querySelectorAll("[data-gone-at]").forEach((shown) => { if (new Date(shown.dataset.goneAt) <= now) shown.textContent = "This is gone."; });
  document.querySelectorAll("[data-until]").forEach((left) => { left.textContent = ahead(new Date(left.dataset.until) - now); });
};
const ahead = (milliseconds) => {
  const minutes = Math.ceil(milliseconds / 60000), hours = Math.floor(minutes / 60);
  if (minutes <= 0) return ". It should be back by now.";
  if (minutes < 60) return `, in ${minutes} minute${minutes === 1 ? "" : "s"}`;
  return hours < 48 ? `, in ${hours} h${minutes % 60 ? ` ${minutes % 60} min` : ""}` : `, in ${Math.floor(hours / 24)} days`;
};
run();
setInterval(run, 15000);

// Whether the company may see photos is asked once there is one.
const ask = document.querySelector("[data-with-photos]"), photos = document.querySelector("input[name=photos]");
if (ask) {
  const toggle = () => { ask.hidden = !photos.files.length; };
  photos.addEventListener("change", toggle);
  toggle();
}

// What is wrong is said beside its field; a long form opens there.
document.querySelector("[aria-invalid=true]")?.focus();
