// The two parts that the room and the thread share: a list of messages, and the box to write in.

import { complete } from "./chat-complete.js";
import { dayName, dayOf, el, messageNode } from "./chat-message.js";

/** Messages this close together by one author stand under one name. */
const TOGETHER = 5 * 60 * 1000;

/** A list of messages that follows what changes. The arrow keys walk through it; one toolbar goes along. */
export class Log {
  constructor({ label, chat, actions, toolbar, inThread = false }) {
    Object.assign(this, { chat, actions, toolbar, inThread });
    this.messages = new Map();
    this.nodes = new Map();
    /** The first message that is new to the reader, marked by a line. */
    this.newFrom = null;
    this.loading = false;
    this.list = el("div", { class: "list" });
    this.empty = el("div", { class: "empty", hidden: true });
    this.older = el("button", { type: "button", class: "plain older", hidden: true }, "Show older messages");
    this.jump = el("button", { type: "button", class: "jump", hidden: true, onclick: () => this.toEnd() }, "New messages ↓");
    this.node = el("div", { class: "log", role: "log", "aria-live": "polite", "aria-label": label, tabindex: "-1" },
      this.older, this.empty, this.list);
    this.frame = el("div", { class: "frame" }, this.node, this.jump);
    this.node.addEventListener("scroll", () => { if (this.atEnd()) this.jump.hidden = true; });
    this.node.addEventListener("keydown", (event) => this.key(event));
    for (const kind of ["mouseover", "focusin"]) this.list.addEventListener(kind, (event) => this.offer(event.target));
  }

  all() {
    return [...this.messages.values()].sort((a, b) => a.id - b.id);
  }

  put(messages) {
    for (const message of messages) {
      if (message.deleted && !message.replies) this.messages.delete(message.id);
      else this.messages.set(message.id, message);
    }
    this.draw();
  }

  atEnd() {
    return this.node.scrollHeight - this.node.scrollTop - this.node.clientHeight < 60;
  }

  toEnd() {
    this.node.scrollTop = this.node.scrollHeight;
    this.jump.hidden = true;
  }

  /** Brings the elements in line with the messages; what did not change stays the same element. */
  draw() {
    const stay = this.atEnd();
    const active = document.activeElement;
    const held = active?.closest?.(".message");
    const heldId = held && this.list.contains(held) ? held.dataset.id : null;
    const wanted = [];
    let last = null;
    for (const message of this.all()) {
      const day = !last || dayOf(last.at) !== dayOf(message.at);
      if (day) wanted.push(this.kept(`day${dayOf(message.at)}`, dayName(message.at), () =>
        el("div", { class: "day", role: "separator" }, el("span", {}, dayName(message.at)))));
      const fresh = this.newFrom === message.id;
      if (fresh) wanted.push(this.kept("new", "", () => el("div", { class: "new", role: "separator" }, el("span", {}, "New"))));
      const lead = day || fresh || !continues(last, message);
      wanted.push(this.kept(message.id, JSON.stringify([message, lead]), () =>
        messageNode(message, { lead, inThread: this.inThread, id: this.inThread ? null : `m${message.id}` }, this.chat, this.actions)));
      last = message;
    }
    this.sync(wanted);
    this.openToTab();
    this.empty.hidden = this.loading || wanted.length > 0;
    if (heldId && !document.contains(active)) this.regain(heldId, active);
    else if (heldId && document.activeElement !== active) active.focus({ preventScroll: true });
    if (stay) this.toEnd();
    else if (last && last.id > (this.drawn ?? 0)) this.jump.hidden = false;
    this.drawn = last?.id ?? this.drawn;
  }

  kept(key, version, make) {
    const old = this.nodes.get(key);
    if (old?.version === version) return old.node;
    const node = make();
    this.nodes.set(key, { version, node });
    return node;
  }

  sync(wanted) {
    const keep = new Set(wanted);
    for (const child of [...this.list.children]) if (!keep.has(child)) child.remove();
    wanted.forEach((node, i) => {
      if (this.list.children[i] !== node) this.list.insertBefore(node, this.list.children[i] ?? null);
    });
  }

  /** Tab leads to one message, the one in focus or else the last; the arrow keys go on from there. */
  openToTab() {
    const here = document.activeElement?.closest?.(".message");
    const open = here && this.list.contains(here) ? here : [...this.list.querySelectorAll(".message")].at(-1);
    for (const other of this.list.querySelectorAll('.message[tabindex="0"]')) if (other !== open) other.tabIndex = -1;
    if (open) open.tabIndex = 0;
  }

  /** The focus was in a message that was drawn anew: it goes to the same place in the new one. */
  regain(id, active) {
    const message = this.list.querySelector(`[data-id="${CSS.escape(id)}"]`);
    if (!message) return this.list.lastElementChild?.focus({ preventScroll: true });
    this.offer(message);
    const same = [...message.querySelectorAll("a, button")].find((node) => keyOf(node) === keyOf(active));
    (same || message).focus({ preventScroll: true });
    return undefined;
  }

  offer(target) {
    const node = target.closest(".message");
    const message = node && this.messages.get(Number(node.dataset.id));
    if (!message || node.contains(this.toolbar.node) || this.toolbar.busy()) return;
    this.toolbar.show(node, message);
    for (const other of this.list.querySelectorAll('.message[tabindex="0"]')) other.tabIndex = -1;
    node.tabIndex = 0;
  }

  key(event) {
    if (event.target.closest("button, a, input") && !["ArrowUp", "ArrowDown"].includes(event.key)) return;
    const all = [...this.list.querySelectorAll(".message")];
    const at = all.indexOf(event.target.closest(".message"));
    const to = { ArrowUp: at < 0 ? all.length - 1 : at - 1, ArrowDown: at + 1, Home: 0, End: all.length - 1 }[event.key];
    if (to !== undefined) {
      event.preventDefault();
      if (event.key === "ArrowUp" && at === 0 && !this.older.hidden) this.older.click();
      all[Math.max(0, Math.min(to, all.length - 1))]?.focus();
      return;
    }
    const message = at >= 0 && this.messages.get(Number(all[at].dataset.id));
    if (message && !event.ctrlKey && !event.metaKey && !event.altKey && this.toolbar.key(event.key, message)) event.preventDefault();
  }

  find(id) {
    return this.list.querySelector(`[data-id="${id}"]`);
  }

  /** Shows where it is, and says so to a screen reader by the focus. */
  point(id) {
    const node = this.find(id);
    if (!node) return false;
    node.scrollIntoView({ block: "center" });
    node.focus({ preventScroll: true });
    node.classList.add("pointed");
    setTimeout(() => node.classList.remove("pointed"), 2500);
    return true;
  }
}

/** What stays the same about a link or button when its message is drawn anew. */
const keyOf = (node) => node.dataset.key ?? node.getAttribute("href") ?? node.textContent;

function continues(last, message) {
  return last.author?.id === message.author?.id && last.only_for === message.only_for && !last.deleted
    && !message.pinned && new Date(message.at) - new Date(last.at) < TOGETHER;
}

/** Whether there is a keyboard with a shift key; on a phone Enter is a new line and a button sends. */
const typesOnKeys = () => !window.matchMedia("(pointer: coarse)").matches;

/** The box to write in. What is not sent yet is kept, also over a reload. */
export class Composer {
  /** `send(text, editing)` resolves once it is safe and rejects with words for the person. */
  constructor({ label, chat, send, editLast, leave }) {
    Object.assign(this, { send, editLast, leave });
    this.draft = null;
    this.editing = null;
    this.box = el("textarea", { rows: "1", "aria-label": label, autocomplete: "off", spellcheck: "true", enterkeyhint: typesOnKeys() ? "send" : "enter" });
    this.note = el("p", { class: "edit-note", hidden: true }, "Editing your message. Escape leaves it as it was.");
    this.trouble = el("p", { class: "trouble", role: "alert", hidden: true });
    this.button = el("button", { type: "submit", class: "primary" }, "Send");
    this.node = el("form", { class: "composer", onsubmit: (event) => { event.preventDefault(); this.submit(); } },
      this.note, this.trouble, el("div", { class: "row" }, this.box, this.button));
    this.completes = complete(this.box, this.node, chat);
    this.box.addEventListener("input", () => this.changed());
    this.box.addEventListener("keydown", (event) => this.key(event));
  }

  /** Goes over to another draft: each room and thread has its own. */
  open(draft, placeholder) {
    if (this.draft !== draft) {
      this.stopEditing();
      this.draft = draft;
      this.fill(localStorage.getItem(`draft ${draft}`) ?? "");
      this.say(null);
    }
    this.box.placeholder = placeholder;
  }

  fill(text) {
    this.box.value = text;
    this.box.dispatchEvent(new Event("input", { bubbles: true }));
  }

  changed() {
    this.box.style.height = "auto";
    this.box.style.height = `${Math.min(this.box.scrollHeight + 2, window.innerHeight * 0.4)}px`;
    if (this.editing || !this.draft) return;
    if (this.box.value) localStorage.setItem(`draft ${this.draft}`, this.box.value);
    else localStorage.removeItem(`draft ${this.draft}`);
  }

  say(words) {
    this.trouble.hidden = !words;
    this.trouble.textContent = words ?? "";
  }

  edit(message) {
    this.editing = message.id;
    this.note.hidden = false;
    this.button.textContent = "Save";
    this.fill(message.text);
    this.box.focus();
  }

  stopEditing() {
    if (!this.editing) return;
    this.editing = null;
    this.note.hidden = true;
    this.button.textContent = "Send";
    this.fill(localStorage.getItem(`draft ${this.draft}`) ?? "");
  }

  key(event) {
    if (event.isComposing) return;
    if (this.completes(event)) {
      event.preventDefault();
      event.stopPropagation();
    } else if (event.key === "Enter" && !event.shiftKey && (typesOnKeys() || event.ctrlKey)) {
      event.preventDefault();
      this.submit();
    } else if (event.key === "ArrowUp" && !this.box.value && !this.editing) {
      if (this.editLast()) event.preventDefault();
    } else if (event.key === "Escape" && this.editing) {
      event.stopPropagation();
      this.stopEditing();
    } else if (event.key === "Escape") {
      this.leave?.();
    }
  }

  async submit() {
    const text = this.box.value;
    if (!text.trim()) return;
    const { editing, draft } = this;
    this.say(null);
    if (editing) this.stopEditing();
    else this.fill("");
    try {
      await this.send(text, editing);
    } catch (error) {
      // Back to where it was written, unless something else is written there by now.
      if (this.draft === draft && !this.box.value && !editing) this.fill(text);
      else if (!editing && !localStorage.getItem(`draft ${draft}`)) localStorage.setItem(`draft ${draft}`, text);
      this.say(error.message);
    }
  }
}
