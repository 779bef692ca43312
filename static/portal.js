/* Every page works without this file; it only helps. */
(() => {
  "use strict";
  const all = (selector, act) => document.querySelectorAll(selector).forEach(act);

  // What went wrong comes first, for the eye and for the screen reader.
  document.querySelector("[data-takes-focus]")?.focus();

  all("[data-print]", (button) => {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  });

  // Paper shows what a closed question hides.
  let opened = [];
  window.addEventListener("beforeprint", () => {
    opened = [...document.querySelectorAll("details:not([open])")];
    opened.forEach((details) => { details.open = true; });
  });
  window.addEventListener("afterprint", () => opened.forEach((details) => { details.open = false; }));

  // The time zone of this device, unless one was chosen.
  all("select[data-zone-guess]", (select) => {
    const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    if ([...select.options].some((option) => option.value === zone)) select.value = zone;
  });

  // One press sends a form once; the server would refuse a second one anyway.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || "saves" in form.dataset) return; // a file is saved and the page stays
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "1";
    event.submitter?.setAttribute("aria-disabled", "true");
  });
  window.addEventListener("pageshow", () => {
    all("form[data-sent]", (form) => { delete form.dataset.sent; });
    all("form [aria-disabled]", (button) => button.removeAttribute("aria-disabled"));
  });

  // Light or dark: remembered in a cookie that the server reads, so that pages do not flash.
  all("[data-themes]", (group) => {
    const root = document.documentElement;
    const show = () => group.querySelectorAll("button").forEach((button) =>
      button.setAttribute("aria-pressed", String((root.dataset.theme || "auto") === button.value)));
    group.hidden = false;
    show();
    group.addEventListener("click", (event) => {
      const choice = event.target.closest("button")?.value;
      if (!choice) return;
      const secure = location.protocol === "https:" ? "; Secure" : "";
      document.cookie = `theme=${choice}; Path=/; Max-Age=31536000; SameSite=Lax${secure}`;
      root.dataset.theme = choice;
      show();
    });
  });
})();
