// Keeps an open page up to date: when the server says that something changed, its <main> is fetched again.
// Without a connection the page simply stays as it is.
"use strict";
(() => {
  const PAUSE = 1000;       // after a change others often follow
  const AGES = 60 * 1000;   // "48 min ago" gets older by itself
  let waiting = null;

  function soon() {
    if (!waiting) waiting = setTimeout(refresh, PAUSE);
  }

  async function refresh() {
    waiting = null;
    // Not under somebody's hands: while text is being selected or the page is out of sight, later is soon enough.
    if (document.hidden || !getSelection().isCollapsed) return later();
    try {
      const answer = await fetch(location.href, { headers: { accept: "text/html" } });
      if (!answer.ok) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      show(page);
    } catch {
      // offline; the stream comes back by itself and asks again
    }
  }

  let late = false;
  function later() { late = true; }
  document.addEventListener("visibilitychange", () => { if (late && !document.hidden) { late = false; soon(); } });
  document.addEventListener("selectionchange", () => { if (late && getSelection().isCollapsed) { late = false; soon(); } });

  function show(page) {
    const before = document.querySelector("main");
    const after = page.querySelector("main");
    if (!after || before.innerHTML === after.innerHTML) return;
    const focus = focused(before);
    const open = [...before.querySelectorAll("details[open][id]")].map((d) => d.id);
    const across = [...before.querySelectorAll(".picture")].map((p) => p.scrollLeft);
    before.replaceChildren(...after.childNodes);
    document.title = page.title;
    for (const id of open) document.getElementById(id)?.setAttribute("open", "");
    before.querySelectorAll(".picture").forEach((p, i) => { p.scrollLeft = across[i] ?? 0; });
    focus()?.focus({ preventScroll: true });
  }

  // What had the focus, and how to find it again: by its id, else by where it leads and which one of those it is.
  function focused(main) {
    const element = document.activeElement;
    if (!element || element === main || !main.contains(element)) return () => null;
    if (element.id) return () => document.getElementById(element.id);
    const href = element.getAttribute("href");
    const like = href ? `${element.localName}[href="${CSS.escape(href)}"]` : element.localName + (element.className ? "." + CSS.escape(element.classList[0]) : "");
    const place = [...main.querySelectorAll(like)].indexOf(element);
    return () => main.querySelectorAll(like)[place];
  }

  const stream = new EventSource("/live");
  stream.addEventListener("change", soon);
  // Something may have changed before the stream was open, the first time as well as after a break.
  stream.addEventListener("open", soon);
  setInterval(soon, AGES);
})();
