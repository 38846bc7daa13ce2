// The local chat: signs in, follows the server's changes, and shows rooms, messages and threads.

import { bare, el, messageNode, roomHref } from "./chat-message.js";
import { act, ask, follow, Refused } from "./chat-net.js";
import { Composer, Log } from "./chat-parts.js";
import { askFor, confirmed, helpDialog, newRoomDialog, Toolbar } from "./chat-dialogs.js";

const app = document.getElementById("app");

/** What the server said last, but for messages. */
const chat = {
  me: null, seq: 0, command: "/incident", words: [], rooms: [], people: [],
  nameOf: (id) => chat.people.find((p) => p.id === id)?.name ?? bare(id),
};
/** The room that is open; whether it was there when it was opened; where its history begins; what the side panel
 * shows: `{ kind, root }`. */
let current = null;
let found = false;
let oldest = null;
let side = null;
/** Up to which change the rooms and people are known. */
let stateOf = 0;
/** Counts openings of rooms, so that an answer for one that was left is dropped. */
let visit = 0;

// ---- Coming in ----

async function start() {
  try {
    const door = await ask("/chat/door");
    if (!door.signed_in) return signIn(door.password);
    await loadState();
  } catch (error) {
    app.replaceChildren(el("p", { class: "chat-note", role: "status" }, "Firebell cannot be reached. Trying again…"));
    return setTimeout(start, 2000);
  }
  buildLayout();
  firstReads();
  drawRooms();
  follow(() => chat.seq, { change: onChange, online: showOnline, signedOut: () => location.reload() });
  window.addEventListener("hashchange", route);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) read(); });
  return route();
}

function signIn(locked) {
  const trouble = el("p", { class: "trouble", role: "alert", hidden: true });
  const name = el("input", { id: "name", maxlength: "40", autocomplete: "nickname", required: true, value: localStorage.getItem("name") ?? "" });
  const password = el("input", { id: "password", type: "password", autocomplete: "current-password", required: true });
  const form = el("form", { class: "sign-in", onsubmit: enter },
    el("h1", {}, el("span", { "aria-hidden": "true" }, "🔔 "), "Firebell"),
    el("p", { class: "quiet" }, "The chat of this Firebell. Choose the name that others will see."),
    el("label", { for: "name" }, "Your name"), name,
    locked && [el("label", { for: "password" }, "Password"), password],
    trouble, el("button", { class: "primary" }, "Come in"));
  app.replaceChildren(el("main", { class: "door" }, form));
  name.focus();

  async function enter(event) {
    event.preventDefault();
    try {
      const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
      await ask("/chat/sign-in", { name: name.value, password: locked ? password.value : null, zone });
      localStorage.setItem("name", name.value);
      await start();
    } catch (error) {
      trouble.textContent = error instanceof Refused ? error.message : "Firebell cannot be reached. Try again.";
      trouble.hidden = false;
    }
  }
}

async function signOut() {
  await ask("/chat/sign-out", {}).catch(() => {});
  const name = localStorage.getItem("name");
  localStorage.clear();
  if (name) localStorage.setItem("name", name);
  location.hash = "";
  location.reload();
}

async function loadState() {
  const { overview, words } = await ask("/chat/state");
  // Where the stream begins. Later it is the stream that counts: what it has yet to bring must not be passed over.
  chat.seq ||= overview.seq;
  // An answer may be overtaken by a newer one.
  if (overview.seq < stateOf) return;
  stateOf = overview.seq;
  Object.assign(chat, { me: overview.me, command: overview.command, rooms: overview.rooms, people: overview.people, words });
}

// ---- The layout ----

const ui = {};

function buildLayout() {
  ui.toolbar = new Toolbar(actions, chat);
  ui.sideToolbar = new Toolbar(actions, chat);
  ui.rooms = el("div", { class: "room-lists" });
  ui.title = el("h2", { class: "title" });
  ui.topic = el("p", { class: "topic" });
  ui.peopleButton = el("button", { type: "button", onclick: () => toggleSide("people") });
  ui.pinsButton = el("button", { type: "button", onclick: () => toggleSide("pins") }, "Pins");
  ui.offline = el("p", { class: "offline", role: "status", hidden: true }, "Reconnecting… What you write is sent as soon as possible.");
  ui.bar = el("div", { class: "bar", hidden: true });
  ui.waiting = el("div", { class: "waiting", "aria-live": "polite" });
  ui.toast = el("p", { class: "toast", role: "alert", hidden: true });
  ui.log = new Log({ label: "Messages", chat, actions, toolbar: ui.toolbar });
  ui.log.older.addEventListener("click", loadOlder);
  ui.composer = new Composer({
    label: "Message", chat: () => chat, editLast: () => editLast(ui.log, ui.composer),
    send: (text, editing) => sendText(text, null, editing),
  });
  ui.side = el("section", { class: "side", hidden: true, "aria-label": "Details" });
  ui.menu = el("button", { type: "button", class: "menu", "aria-expanded": "false", onclick: () => drawer(!app.classList.contains("drawer")) }, "☰ Rooms");
  const nav = el("nav", { class: "rooms", "aria-label": "Rooms" },
    el("header", {}, el("a", { class: "brand", href: "/" }, el("img", { src: "/assets/favicon.svg", alt: "", width: "22", height: "22" }), "Firebell")),
    ui.rooms,
    el("footer", {}, el("a", { href: "/" }, "Board"), el("span", { class: "me" }, el("bdi", {}, chat.me.name)),
      el("button", { type: "button", class: "plain", onclick: signOut }, "Sign out")));
  const room = el("div", { class: "room" },
    el("header", { class: "top" }, ui.menu, el("div", { class: "where" }, ui.title, ui.topic),
      el("div", { class: "tools" }, ui.peopleButton, ui.pinsButton,
        el("button", { type: "button", "aria-label": "Help", title: "Help (?)", onclick: () => helpDialog(chat) }, "?"))),
    ui.offline, ui.log.frame, ui.waiting, ui.bar, ui.composer.node);
  // Room and side panel together are the page's content: where it is narrow, the one takes the place of the other.
  const main = el("main", {}, el("h1", { class: "unseen" }, "Firebell chat"), room, ui.side);
  app.replaceChildren(nav, el("div", { class: "scrim", onclick: () => drawer(false) }), main, ui.toast);
  app.className = "app";
  // The whole document's: after a click beside everything nothing in the app has the focus.
  document.addEventListener("keydown", globalKey);
}

function globalKey(event) {
  const typing = event.target.closest("textarea, input, select, dialog");
  if (event.key === "?" && !typing) {
    event.preventDefault();
    helpDialog(chat);
  } else if (event.key === "Escape" && !event.target.closest("dialog, [popover]")) {
    if (app.classList.contains("drawer")) drawer(false);
    else if (side && !typing) closeSide();
    else if (!typing) ui.composer.box.focus();
  }
}

function drawer(open) {
  app.classList.toggle("drawer", open);
  ui.menu.setAttribute("aria-expanded", String(open));
  if (open) ui.rooms.querySelector("a")?.focus();
  else ui.menu.focus();
}

let toastTimer = 0;

function toast(words) {
  ui.toast.textContent = words;
  ui.toast.hidden = false;
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => { ui.toast.hidden = true; }, 6000);
}

function showOnline(online) {
  ui.offline.hidden = online;
}

// ---- Rooms ----

// Up to which message each room was read, in this browser.
const readKey = () => `read ${chat.me.id}`;
const reads = () => JSON.parse(localStorage.getItem(readKey()) ?? "{}");

/** Whoever comes for the first time has nothing unread. */
function firstReads() {
  if (localStorage.getItem(readKey())) return;
  const all = Object.fromEntries(chat.rooms.map((room) => [room.id, room.latest ?? 0]));
  localStorage.setItem(readKey(), JSON.stringify(all));
}

const isUnread = (room, read) => room.member && (room.latest ?? 0) > (read[room.id] ?? 0);

function read() {
  const room = currentRoom();
  if (!room || document.hidden || !ui.log.atEnd()) return;
  const all = reads();
  if ((all[room.id] ?? 0) >= (room.latest ?? 0)) return;
  localStorage.setItem(readKey(), JSON.stringify({ ...all, [room.id]: room.latest }));
  drawRooms();
}

const currentRoom = () => chat.rooms.find((room) => room.id === current);

function drawRooms() {
  const read = reads();
  const focused = document.activeElement?.closest?.(".room-lists a")?.getAttribute("href");
  const link = (room) => {
    const unread = isUnread(room, read) && room.id !== current;
    return el("li", {}, el("a", {
      href: roomHref(room.id), class: unread ? "unread" : null, "aria-current": room.id === current ? "page" : null,
      onclick: () => app.classList.remove("drawer"),
    }, el("span", { class: "sign", "aria-hidden": "true" }, room.private ? "🔒" : "#"), el("span", { class: "room-name" }, room.name),
    room.private && el("span", { class: "unseen" }, " (private)"),
    unread && el("span", { class: "dot" }, el("span", { class: "unseen" }, " (unread)"))));
  };
  const list = (title, rooms) => rooms.length
    ? el("section", {}, el("h2", {}, title), el("ul", {}, rooms.map(link))) : null;
  // Home rooms first, then incidents with the newest first.
  const isIncident = (room) => /^inc-\d/.test(room.name);
  const order = (a, b) => isIncident(a) - isIncident(b)
    || (isIncident(a) ? -1 : 1) * a.name.localeCompare(b.name, undefined, { numeric: true });
  chat.rooms.sort(order);
  const mine = chat.rooms.filter((room) => room.member);
  ui.rooms.replaceChildren(...[
    list("Rooms", mine.filter((room) => !room.archived)),
    el("button", { type: "button", class: "plain new-room", onclick: makeRoom }, "+ New room"),
    list("Rooms you can join", chat.rooms.filter((room) => !room.member && !room.archived)),
    list("Archived", chat.rooms.filter((room) => room.archived)),
  ].filter(Boolean));
  if (focused) [...ui.rooms.querySelectorAll("a")].find((a) => a.getAttribute("href") === focused)?.focus();
  const any = mine.some((room) => isUnread(room, read) && (room.id !== current || document.hidden));
  ui.menu.classList.toggle("unread", any);
  document.title = `${any ? "● " : ""}${currentRoom() ? `#${currentRoom().name} · ` : ""}Firebell`;
}

async function makeRoom() {
  const done = await newRoomDialog((wish) => act({ act: "new_room", ...wish }));
  if (done) {
    await refresh();
    location.hash = roomHref(done.room);
  }
}

/** What the address says: `#room` or `#room/message`. */
function route() {
  const [room, message] = location.hash.slice(1).split("/");
  if (!room) {
    const last = localStorage.getItem("last room");
    const home = chat.rooms.find((r) => r.id === last) ?? chat.rooms.find((r) => r.member) ?? chat.rooms[0];
    if (home) history.replaceState(null, "", roomHref(home.id));
    return home ? openRoom(home.id) : undefined;
  }
  return openRoom(`local:${decodeURIComponent(room)}`, Number(message) || null);
}

async function openRoom(id, message = null) {
  if (id !== current) {
    current = id;
    oldest = null;
    closeSide();
    ui.log.messages.clear();
    ui.log.newFrom = null;
    ui.log.drawn = null;
    ui.log.older.hidden = true;
    ui.log.loading = true;
    ui.log.draw();
    localStorage.setItem("last room", id);
    drawTop();
    const mine = (visit += 1);
    const room = currentRoom();
    found = Boolean(room);
    const before = room?.member ? reads()[id] ?? 0 : Infinity;
    const page = room && await fetchMessages(id).catch(failed);
    if (mine !== visit) return;
    ui.log.loading = false;
    ui.log.draw();
    drawRooms();
    if (!page) return;
    ui.log.newFrom = page.messages.find((m) => m.id > before && m.author?.id !== chat.me.id)?.id ?? null;
    show(page);
    ui.log.toEnd();
    read();
    if (!message && !window.matchMedia("(pointer: coarse)").matches) ui.composer.box.focus();
  }
  drawRooms();
  if (message) await goTo(message);
}

async function fetchMessages(room, query = {}) {
  return ask(`/chat/messages?${new URLSearchParams({ room, ...query })}`);
}

function failed(error) {
  if (error instanceof Refused && error.status === 404) return null;
  toast(error instanceof Refused ? error.message : "Firebell cannot be reached just now.");
  return null;
}

function show(page) {
  if (page.messages.length) oldest = Math.min(oldest ?? Infinity, page.messages[0].id);
  ui.log.older.hidden = !page.more;
  // What the stream has brought in the meantime is newer.
  ui.log.put(page.messages.filter((message) => !ui.log.messages.has(message.id)));
}

async function loadOlder() {
  const room = current;
  const page = await fetchMessages(room, { before: oldest ?? "" }).catch(failed);
  if (!page || room !== current) return;
  // What was being read stays where it is.
  const { node } = ui.log;
  const fromEnd = node.scrollHeight - node.scrollTop;
  show(page);
  node.scrollTop = node.scrollHeight - fromEnd;
}

async function goTo(id) {
  const thread = await fetchMessages(current, { thread: id }).catch(failed);
  if (!thread) return toast("That message is not there any more.");
  const root = thread.messages[0].thread ?? thread.messages[0].id;
  for (let pages = 0; pages < 40 && oldest > root && !ui.log.older.hidden; pages += 1) await loadOlder();
  ui.log.point(root);
  if (root !== id) await openThread(ui.log.messages.get(root) ?? thread.messages[0], id);
  return undefined;
}

function drawTop() {
  const room = currentRoom();
  ui.title.textContent = room ? `${room.private ? "🔒 " : "#"}${room.name}` : "No such room";
  ui.topic.textContent = room?.topic ?? "";
  ui.topic.title = room?.topic ?? "";
  for (const node of [ui.composer.node, ui.peopleButton, ui.pinsButton]) node.hidden = !room;
  ui.log.empty.replaceChildren(...(room ? [
    el("h2", {}, `This is the beginning of #${room.name}.`),
    el("p", {}, "Write a message, or declare an incident with ", el("code", {}, `${chat.command} declare sev2 Checkout is down`), "."),
  ] : [
    el("h2", {}, "There is no such room."),
    el("p", {}, "It may be private, or the address may be wrong. Choose another room from the list."),
  ]));
  if (!room) {
    ui.bar.hidden = true;
    return;
  }
  ui.peopleButton.textContent = `People ${room.members.length}`;
  ui.composer.open(room.id, room.archived ? `Archived; ${chat.command} still works here`
    : room.name === "general" ? `Message, or ${chat.command} declare sev2 Checkout is down` : `Message #${room.name}`);
  const join = el("button", { type: "button", onclick: () => doIt({ act: "join", room: room.id }) }, "Join");
  ui.bar.replaceChildren(...(room.archived ? ["This room is archived: it can be read, not written to."]
    : room.member ? [] : ["You are not in this room. Writing here joins it. ", join]));
  ui.bar.hidden = room.member && !room.archived;
}

// ---- Changes ----

const OF_ROOMS = new Set(["room", "joined", "left", "gone", "met"]);

function onChange(seen) {
  if (seen.seq <= chat.seq) return;
  chat.seq = seen.seq;
  if (OF_ROOMS.has(seen.kind)) refreshSoon();
  for (const message of [seen.message, seen.root]) if (message) put(message);
  if (seen.kind === "posted" && seen.message) arrived(seen.message);
  if (side?.kind === "pins" && seen.room === current && ["pinned", "edited", "deleted"].includes(seen.kind)) drawPins();
  drawWaiting();
}

function put(message) {
  if (message.room !== current) return;
  if (!message.thread && (ui.log.messages.has(message.id) || message.id > (oldest ?? 0))) ui.log.put([message]);
  if (side?.kind === "thread" && (message.thread === side.root || message.id === side.root)) ui.threadLog.put([message]);
}

function arrived(message) {
  const room = chat.rooms.find((r) => r.id === message.room);
  if (!room) return;
  room.latest = Math.max(room.latest ?? 0, message.id);
  const own = message.author?.id === chat.me.id;
  if (own && message.room === current && !message.thread) ui.log.toEnd();
  if (own) localStorage.setItem(readKey(), JSON.stringify({ ...reads(), [room.id]: room.latest }));
  read();
  drawRooms();
}

let refreshTimer = 0;

function refreshSoon() {
  clearTimeout(refreshTimer);
  refreshTimer = setTimeout(() => refresh().catch(() => {}), 50);
}

async function refresh() {
  await loadState();
  drawRooms();
  drawTop();
  if (side?.kind === "people") drawPeople();
  // The open room has come or gone: just made, by an invitation, or by leaving it in another window.
  if (current && found !== Boolean(currentRoom())) {
    const id = current;
    current = null;
    await openRoom(id);
  }
}

// ---- Doing ----

/** Messages on their way, shown when it takes long. */
const waiting = new Set();

async function sendText(text, thread, editing) {
  const room = current;
  const item = { text, room, since: Date.now() };
  waiting.add(item);
  setTimeout(drawWaiting, 450);
  try {
    await act(editing ? { act: "edit", message: editing, text } : { act: "post", room, thread, text });
  } finally {
    waiting.delete(item);
    drawWaiting();
  }
  // An answer to a command comes into the room; on a phone the thread covers it.
  if (thread && text.startsWith("/") && !text.startsWith("//") && window.innerWidth <= 640) closeSide();
}

function drawWaiting() {
  const late = [...waiting].filter((item) => Date.now() - item.since > 400);
  ui.waiting.replaceChildren(...late.map((item) => el("p", {}, el("span", { class: "quiet" }, "Sending… "), item.text.slice(0, 200))));
}

window.addEventListener("beforeunload", (event) => { if (waiting.size) event.preventDefault(); });

async function doIt(what) {
  try {
    return await act(what);
  } catch (error) {
    toast(error.message);
    return null;
  }
}

const actions = {
  react: (message, emoji, on) => doIt({ act: "react", message: message.id, emoji, on }),
  pin: (message) => doIt({ act: "pin", message: message.id, on: !message.pinned }),
  thread: (message) => openThread(message),
  edit(message, node) {
    const composer = node.closest(".side") ? ui.threadComposer : ui.composer;
    composer.edit(message);
  },
  async remove(message) {
    if (await confirmed("Delete this message?", "It disappears for everyone.", "Delete")) await doIt({ act: "delete", message: message.id });
  },
  async link(message) {
    const url = `${location.origin}/chat${roomHref(message.room, message.id)}`;
    await navigator.clipboard.writeText(url).then(() => toast("The link is copied."), () => toast(url));
  },
  async press(press, button) {
    button.disabled = true;
    if (press.press === "words") await doIt({ act: "press", room: current, words: press.words });
    else await doIt({ act: "react", message: Number(press.message.id), emoji: press.emoji, on: true });
    button.disabled = false;
  },
};

function editLast(log, composer) {
  const mine = log.all().filter((m) => m.author?.id === chat.me.id && !m.only_for && !m.deleted).at(-1);
  if (mine) composer.edit(mine);
  return Boolean(mine);
}

// ---- The side panel: a thread, pins, or people ----

function openSide(next, title, ...parts) {
  side = next;
  ui.side.replaceChildren(el("header", { class: "top" }, el("h2", { class: "title" }, title),
    el("button", { type: "button", onclick: closeSide }, "Close")), ...parts);
  ui.side.hidden = false;
  app.classList.add("with-side");
  for (const [kind, button] of [["people", ui.peopleButton], ["pins", ui.pinsButton]]) {
    button.setAttribute("aria-expanded", String(kind === next.kind));
  }
  // Where the panel takes the place of the room, what had the focus is not there any more.
  if (!ui.title.offsetParent) ui.side.querySelector("button").focus();
}

function closeSide() {
  if (!side) return;
  const { kind, root } = side;
  side = null;
  ui.side.hidden = true;
  ui.side.replaceChildren();
  app.classList.remove("with-side");
  for (const button of [ui.peopleButton, ui.pinsButton]) button.setAttribute("aria-expanded", "false");
  // Back to where it was opened from.
  const from = { people: ui.peopleButton, pins: ui.pinsButton }[kind] ?? ui.log.find(root);
  (from ?? ui.composer.box).focus({ preventScroll: true });
}

function toggleSide(kind) {
  if (side?.kind === kind) return closeSide();
  return kind === "pins" ? drawPins() : drawPeople();
}

async function openThread(message, point = null) {
  if (message.only_for) return;
  const root = message.thread ?? message.id;
  const room = current;
  const page = await fetchMessages(room, { thread: root }).catch(failed);
  if (!page || room !== current) return;
  ui.threadLog = new Log({ label: "Thread", chat, actions, toolbar: ui.sideToolbar, inThread: true });
  ui.threadComposer = new Composer({
    label: "Reply in thread", chat: () => chat, editLast: () => editLast(ui.threadLog, ui.threadComposer),
    send: (text, editing) => sendText(text, root, editing), leave: closeSide,
  });
  openSide({ kind: "thread", root }, "Thread", ui.threadLog.frame, !currentRoom()?.archived && ui.threadComposer.node);
  ui.threadLog.put(page.messages);
  ui.threadLog.toEnd();
  ui.threadComposer.open(`${room} ${root}`, "Reply in thread");
  if (point) ui.threadLog.point(point);
  else ui.threadComposer.box.focus();
}

async function drawPins() {
  const room = current;
  const page = await fetchMessages(room, { pins: true }).catch(failed);
  if (!page || room !== current) return;
  const items = page.messages.reverse().map((message) => el("li", {},
    messageNode(message, { lead: true, inThread: true }, chat, actions),
    el("a", { href: roomHref(room, message.id), onclick: () => showAgain(message.id) }, "Show in room")));
  openSide({ kind: "pins" }, "Pins", items.length ? el("ul", { class: "pins" }, items)
    : el("p", { class: "empty" }, "Nothing is pinned here yet."));
}

/** The address may be there already; then no change of it brings us there. */
function showAgain(id) {
  if (location.hash === roomHref(current, id)) goTo(id);
  if (window.innerWidth <= 640) closeSide();
}

function drawPeople() {
  const room = currentRoom();
  if (!room) return;
  const others = chat.people.filter((p) => !room.members.includes(p.id));
  const invite = async () => {
    const id = await askFor("Invite to this room", "Who", others.map((p) => [p.id, p.name]), "Invite");
    if (id) await doIt({ act: "invite", room: room.id, people: [id] });
  };
  const leave = async () => {
    const words = room.private ? "You can come back only when somebody invites you." : "You can join again at any time.";
    if (await confirmed(`Leave #${room.name}?`, words, "Leave")) await doIt({ act: "leave", room: room.id });
  };
  const name = (id) => el("li", {}, el("bdi", {}, chat.nameOf(id)), id === chat.me.id && el("span", { class: "quiet" }, " (you)"));
  openSide({ kind: "people" }, "People",
    el("ul", { class: "people" }, room.members.map(name)),
    room.member && !room.archived && others.length > 0 && el("button", { type: "button", onclick: invite }, "Invite…"),
    room.member && el("button", { type: "button", onclick: leave }, "Leave room"));
}

start();
