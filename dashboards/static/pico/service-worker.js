// Shows what is pushed to this browser, and opens what it is about. It keeps nothing and fetches nothing.
"use strict";
self.addEventListener("push", (event) => {
  const { title, body, url, tag } = event.data.json();
  event.waitUntil(self.registration.showNotification(title, { body, tag, data: { url } }));
});
self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const url = new URL(event.notification.data.url, self.location.origin);
  // Only pages of this very server are opened.
  if (url.origin !== self.location.origin) return;
  event.waitUntil((async () => {
    const open = await self.clients.matchAll({ type: "window" });
    const here = open.find((client) => client.url === url.href);
    await (here ? here.focus() : self.clients.openWindow(url.href));
  })());
});
