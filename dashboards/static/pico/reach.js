// Offers to reach the person in this browser, where it can, and fills in its time zone. The page works without.
"use strict";
const push = document.getElementById("push"), key = push?.dataset.key;
const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));
const subscribe = async () => {
  if (await Notification.requestPermission() !== "granted") {
    push.querySelector(".help").textContent = "This browser does not let us. Its settings for this site say why.";
    return;
  }
  const worker = await navigator.serviceWorker.register("/service-worker.js");
  await navigator.serviceWorker.ready;
  const wanted = { userVisibleOnly: true, applicationServerKey: bytes(key) };
  // One that was made under another key of the server's is of no use any more.
  const made = await worker.pushManager.subscribe(wanted).catch(async () => {
    await (await worker.pushManager.getSubscription())?.unsubscribe();
    return worker.pushManager.subscribe(wanted);
  });
  const { endpoint, keys } = made.toJSON();
  const form = push.querySelector("form");
  form.elements.endpoint.value = endpoint;
  form.elements.p256dh.value = keys.p256dh;
  form.elements.auth.value = keys.auth;
  form.requestSubmit(form.querySelector("[name=ready]"));
};
if (key && "serviceWorker" in navigator && "PushManager" in window && "Notification" in window) {
  push.hidden = false;
  push.querySelector("form").addEventListener("submit", (event) => {
    if (event.submitter?.name === "ready") return;
    event.preventDefault();
    subscribe().catch(() => { push.querySelector(".help").textContent = "This browser could not subscribe. Nothing was changed; try again."; });
  });
}
const zone = document.querySelector("select[name=zone][data-unsaid]");
const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
if (zone && [...zone.options].some((one) => one.value === here)) zone.value = here;
