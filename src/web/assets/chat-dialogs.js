// What opens over the page: the toolbar of a message with its emoji, dialogs, help.

import { el } from "./chat-message.js";

/** The reactions that mean something to Firebell, each with what it makes of a message. */
const MEANINGS = [["📌", "Note"], ["🔍", "Finding"], ["💡", "Hypothesis"], ["⚖️", "Decision"], ["🩹", "Mitigation"],
  ["📝", "Action item"], ["🚨", "Declare"]];
const OTHERS = [["✅", "Check"], ["👀", "Eyes"], ["👍", "Thumbs up"], ["🙏", "Thanks"], ["🎉", "Party"], ["❤️", "Heart"],
  ["😄", "Smile"]];

/** One toolbar that goes to the message under the mouse or the focus: so Tab does not lead through hundreds of buttons. */
export class Toolbar {
  constructor(actions, chat) {
    Object.assign(this, { actions, chat, message: null });
    this.node = el("div", { class: "toolbar", role: "toolbar", "aria-label": "Message actions" });
    this.picker = el("div", { class: "picker", popover: "auto", "aria-label": "Reactions", role: "dialog" });
  }

  busy() {
    return this.picker.isConnected && this.picker.matches(":popover-open");
  }

  can(message) {
    const own = message.author?.id === this.chat.me.id;
    const archived = this.chat.rooms.find((r) => r.id === message.room)?.archived;
    const shared = !message.only_for && !message.deleted;
    return { shared, write: shared && !archived, own: shared && own && !archived };
  }

  show(node, message) {
    this.message = message;
    const can = this.can(message);
    const button = (label, key, does, extra = {}) => el("button", {
      type: "button", "data-key": label, title: `${label} (${key})`, onclick: () => does(), ...extra }, label);
    this.node.replaceChildren(...[
      can.write && button("React", "r", () => this.pick(message), { "aria-haspopup": "dialog" }),
      can.shared && button("Reply", "t", () => this.actions.thread(message)),
      can.write && button(message.pinned ? "Unpin" : "Pin", "p", () => this.actions.pin(message)),
      can.own && button("Edit", "e", () => this.actions.edit(message, node)),
      can.own && button("Delete", "Del", () => this.actions.remove(message)),
      can.shared && button("Link", "l", () => this.actions.link(message)),
    ].filter(Boolean));
    this.node.hidden = this.node.children.length === 0;
    node.append(this.node, this.picker);
  }

  /** The letters that do what the buttons do, with a message in focus. */
  key(key, message) {
    const can = this.can(message);
    const does = {
      r: can.write && (() => this.pick(message)),
      t: can.shared && (() => this.actions.thread(message)),
      Enter: can.shared && (() => this.actions.thread(message)),
      p: can.write && (() => this.actions.pin(message)),
      e: can.own && (() => this.actions.edit(message, this.node)),
      Delete: can.own && (() => this.actions.remove(message)),
      l: can.shared && (() => this.actions.link(message)),
    }[key];
    if (does) does();
    return Boolean(does);
  }

  pick(message) {
    const back = this.node.closest(".message");
    const choose = (emoji) => {
      this.picker.hidePopover();
      back?.focus({ preventScroll: true });
      const reaction = message.reactions.find((r) => r.emoji === emoji);
      this.actions.react(message, emoji, !reaction?.people.includes(this.chat.me.id));
    };
    const other = el("input", { type: "text", "aria-label": "Any emoji", placeholder: "Any emoji", maxlength: "32" });
    const meaning = ([emoji, name]) => el("button", { type: "button", onclick: () => choose(emoji) },
      el("span", { "aria-hidden": "true" }, emoji), ` ${name}`);
    const plain = ([emoji, name]) => el("button", { type: "button", "aria-label": name, title: name, onclick: () => choose(emoji) }, emoji);
    const form = el("form", { onsubmit: (event) => { event.preventDefault(); if (other.value.trim()) choose(other.value.trim()); } },
      other, el("button", {}, "Add"));
    this.picker.replaceChildren(el("div", { class: "meanings" }, MEANINGS.map(meaning)), el("div", { class: "others" }, OTHERS.map(plain)), form);
    this.picker.showPopover();
    this.place();
    this.picker.querySelector("button").focus();
  }

  /** Under the toolbar, or above it where there is no space. */
  place() {
    const bar = this.node.getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = this.picker;
    const below = bar.bottom + 4 + height < window.innerHeight;
    this.picker.style.left = `${Math.max(8, Math.min(bar.right - width, window.innerWidth - width - 8))}px`;
    this.picker.style.top = `${Math.max(8, below ? bar.bottom + 4 : bar.top - height - 4)}px`;
  }
}

/** Opens a dialog and resolves with what it was closed with; the browser gives the focus back. */
function opened(dialog) {
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((done) => {
    dialog.addEventListener("close", () => { dialog.remove(); done(dialog.returnValue); });
  });
}

export async function confirmed(title, words, yes) {
  const dialog = el("dialog", { "aria-labelledby": "dialog-title" }, el("form", { method: "dialog" },
    el("h2", { id: "dialog-title" }, title), el("p", {}, words),
    el("div", { class: "buttons" }, el("button", { value: "yes", class: "danger" }, yes), el("button", { value: "" }, "Cancel"))));
  return (await opened(dialog)) === "yes";
}

/** One of these, or nothing. */
export async function askFor(title, label, options, yes) {
  const select = el("select", { id: "dialog-choice" }, options.map(([value, name]) => el("option", { value }, name)));
  const dialog = el("dialog", { "aria-labelledby": "dialog-title" }, el("form", { method: "dialog" },
    el("h2", { id: "dialog-title" }, title), el("label", { for: "dialog-choice" }, label), select,
    el("div", { class: "buttons" }, el("button", { value: "yes", class: "primary" }, yes), el("button", { value: "" }, "Cancel"))));
  return (await opened(dialog)) === "yes" ? select.value : null;
}

/** Stays open until the room is made, with the reason if it cannot be. */
export async function newRoomDialog(make) {
  let made = null;
  const name = el("input", { id: "room-name", maxlength: "80", required: true, autocomplete: "off" });
  const topic = el("input", { id: "room-topic", maxlength: "250", autocomplete: "off" });
  const secret = el("input", { id: "room-private", type: "checkbox" });
  const trouble = el("p", { class: "trouble", role: "alert", hidden: true });
  const dialog = el("dialog", { "aria-labelledby": "dialog-title" }, el("form", { onsubmit: submit },
    el("h2", { id: "dialog-title" }, "New room"),
    el("label", { for: "room-name" }, "Name"), name,
    el("label", { for: "room-topic" }, "Topic (optional)"), topic,
    el("label", { class: "check" }, secret, " Private: only who is invited sees it"),
    trouble,
    el("div", { class: "buttons" }, el("button", { class: "primary" }, "Make room"),
      el("button", { type: "button", onclick: () => dialog.close() }, "Cancel"))));

  async function submit(event) {
    event.preventDefault();
    try {
      made = await make({ name: name.value, topic: topic.value, private: secret.checked });
      dialog.close();
    } catch (error) {
      trouble.textContent = error.message;
      trouble.hidden = false;
    }
  }

  await opened(dialog);
  return made;
}

const KEYS = [
  ["Enter", "send; Shift+Enter begins a new line"],
  ["↑ in an empty box", "edit your last message"],
  ["Shift+Tab from the box", "to the messages"],
  ["↑ ↓ Home End", "from message to message"],
  ["r", "react"], ["t or Enter", "reply in its thread"], ["p", "pin or unpin"], ["e", "edit your own"],
  ["Delete", "delete your own"], ["l", "copy the link"],
  ["Escape", "close what is open; from the messages back to the box"],
  ["?", "this help"],
];

export function helpDialog({ command, words }) {
  const table = (rows) => el("table", {}, el("tbody", {}, rows.map(([key, does]) => el("tr", {}, el("th", { scope: "row" }, key), el("td", {}, does)))));
  const typed = words.map(({ name, takes, does }) => [el("code", {}, `${name} ${takes}`.trim()), does]);
  const dialog = el("dialog", { class: "wide", "aria-labelledby": "dialog-title" }, el("form", { method: "dialog" },
    el("header", {}, el("h2", { id: "dialog-title" }, "Help"), el("button", {}, "Close")),
    el("h3", {}, "Keys"), table(KEYS),
    el("h3", {}, `Commands, after ${command}`), table(typed),
    el("h3", {}, "Reactions on a message"), table(MEANINGS.map(([emoji, name]) => [`${emoji} ${name}`, REACTION_DOES[name]]))));
  return opened(dialog);
}

const REACTION_DOES = {
  Note: "puts it on the timeline", Finding: "timeline, as a finding", Hypothesis: "timeline, as a hypothesis",
  Decision: "timeline, as a decision", Mitigation: "timeline, as a mitigation", "Action item": "makes an action item from it",
  Declare: "outside incident rooms: offers to declare an incident from it",
};
