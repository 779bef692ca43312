/* Free times are asked for again when the reader comes back to the page, and every three minutes. The page works
   without this file: a time that is gone is then refused when the form is sent. */
(() => {
  "use strict";
  const MINUTES = 3;
  const list = document.querySelector("[data-times-at]");
  if (!list) return;
  const gone = document.querySelector("[data-time-gone]");
  const send = list.closest("form").querySelector("[type=submit]");
  const times = (from) => [...from.querySelectorAll("input[type=radio]")].map((time) => time.value).join();
  let asking = false;

  const show = (fresh) => {
    const chosen = list.querySelector(":checked")?.value;
    const focused = list.contains(document.activeElement) && document.activeElement.id;
    const opened = [...list.querySelectorAll("details[open]")].map((day) => day.id);
    list.replaceChildren(...fresh.childNodes);
    list.querySelectorAll("details").forEach((day) => { day.open = opened.includes(day.id); });
    const again = chosen && document.getElementById(chosen);
    if (again) again.checked = true;
    if (focused) document.getElementById(focused)?.focus();
    gone.hidden = !chosen || Boolean(again);
    send.disabled = !gone.hidden;
  };

  const ask = async () => {
    if (document.hidden || asking) return;
    asking = true;
    try {
      const answer = await fetch(list.dataset.timesAt);
      if (!answer.ok || answer.redirected) return; // the server says why when the form is sent
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.querySelector("[data-times-at]");
      if (!fresh) location.assign(list.dataset.timesAt);
      else if (times(fresh) !== times(list)) show(fresh);
    } catch {
      // Nobody can be asked just now; the list stays as it was.
    } finally {
      asking = false;
    }
  };

  list.addEventListener("change", () => { gone.hidden = true; send.disabled = false; });
  window.addEventListener("focus", ask);
  document.addEventListener("visibilitychange", ask);
  setInterval(ask, MINUTES * 60_000);
})();
