// Messages as elements. All text goes in as text, never as markup.

export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "class") node.className = value;
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

// The whole day in 24 hours, as in the timeline: nobody should have to tell 3 a.m. from 3 p.m. during an incident.
const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const date = new Intl.DateTimeFormat(undefined, { weekday: "long", day: "numeric", month: "long" });
const shortDate = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });
const whole = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "long", hourCycle: "h23" });

export const dayOf = (at) => new Date(at).toDateString();

export function dayName(at) {
  const day = dayOf(at);
  const now = new Date();
  if (day === now.toDateString()) return "Today";
  now.setDate(now.getDate() - 1);
  return day === now.toDateString() ? "Yesterday" : date.format(new Date(at));
}

/** A time in the reader's zone; with the day, unless it is today. `brief`: the time alone. */
export function timeNode(at, brief = false) {
  const when = new Date(at);
  const today = dayOf(at) === new Date().toDateString();
  const text = brief || today ? clock.format(when) : `${shortDate.format(when)}, ${clock.format(when)}`;
  return el("time", { datetime: at, title: whole.format(when) }, text);
}

/** `local:general` → `general`, as it stands in addresses. */
export const bare = (id) => id.slice(id.indexOf(":") + 1);
export const roomHref = (id, message) => `#${encodeURIComponent(bare(id))}${message ? `/${message}` : ""}`;

/** Two letters on a quiet colour, to find one person's messages by eye. */
export function avatar(author) {
  if (!author) return el("span", { class: "avatar bell", "aria-hidden": "true" }, "🔔");
  const words = author.name.split(/\s+/);
  const letters = [words[0], words.length > 1 ? words.at(-1) : ""].map((word) => [...word][0] ?? "").join("");
  const hue = [...author.id].reduce((sum, c) => (sum * 31 + c.codePointAt(0)) % 8, 7);
  return el("span", { class: `avatar hue${hue}`, "aria-hidden": "true" }, letters.toUpperCase());
}

const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

/** What a person wrote: line breaks kept, code, addresses, mentions and rooms set apart. */
export function textNodes(text, mentions, chat) {
  const names = mentions.map((mention) => mention.name).sort((a, b) => b.length - a.length);
  const mention = names.length ? `@(${names.map(escaped).join("|")})(?![\\p{L}\\p{N}_])` : "(?!)()";
  const pattern = new RegExp(
    "```\\n?([\\s\\S]+?)\\n?```" + "|`([^`\\n]+)`" + "|(https?://[^\\s<>\"]+[^\\s<>\".,;:!?)\\]'])"
      + `|(?<![\\p{L}\\p{N}])${mention}` + "|(?<![\\p{L}\\p{N}&/])#([\\p{L}\\p{N}_-]+)", "gu");
  const nodes = [];
  let end = 0;
  for (const found of text.matchAll(pattern)) {
    const [all, block, code, url, name, room] = found;
    let node = null;
    if (block !== undefined) node = el("pre", {}, el("code", {}, block));
    else if (code !== undefined) node = el("code", {}, code);
    else if (url !== undefined) node = outLink(url, url);
    else if (name !== undefined) node = mentionNode(mentions.find((m) => m.name === name).person, all, chat);
    else if (room !== undefined) node = knownRoom(room.toLowerCase(), all, chat);
    if (!node) continue;
    nodes.push(text.slice(end, found.index), node);
    end = found.index + all.length;
  }
  nodes.push(text.slice(end));
  return nodes;
}

function knownRoom(name, label, chat) {
  const room = chat.rooms.find((r) => r.name === name);
  return room ? el("a", { class: "room-link", href: roomHref(room.id) }, label) : null;
}

function mentionNode(person, label, chat) {
  return el("span", { class: person.id === chat.me.id ? "mention me" : "mention" }, label);
}

function outLink(url, label) {
  // Anything but the web and mail, `javascript:` above all, stays text.
  if (!/^(https?:|mailto:|\/(?!\/))/i.test(url)) return document.createTextNode(label);
  const own = url.startsWith(`${location.origin}/`) || url.startsWith("/");
  return el("a", { href: url, target: own ? null : "_blank", rel: "noopener noreferrer" }, label);
}

function spanNode({ span, is }, chat) {
  switch (span) {
    case "strong": return el("strong", {}, is);
    case "code": return el("code", {}, is);
    case "person": return mentionNode(is, `@${is.name}`, chat);
    case "name": return el("bdi", { class: "name" }, is);
    case "room":
      return is.id.startsWith("local:") ? el("a", { class: "room-link", href: roomHref(is.id) }, `#${is.name}`) : `#${is.name}`;
    case "link": return outLink(is.url, is.label);
    case "time": return timeNode(is);
    default: return String(is);
  }
}

/** What Firebell says. */
export function docNode(doc, chat, press) {
  const spans = (list) => list.map((span) => spanNode(span, chat));
  const blocks = doc.blocks.map(({ block, is }) => {
    switch (block) {
      case "headline": return el("p", { class: "headline" }, spans(is));
      case "fields":
        return el("dl", { class: "fields" }, is.map((field) =>
          el("div", {}, el("dt", {}, field.name), el("dd", {}, spans(field.value)))));
      case "list": return el("ul", {}, is.map((item) => el("li", {}, spans(item))));
      case "quote": return el("blockquote", { dir: "auto" }, is);
      case "buttons":
        return el("div", { class: "buttons" }, is.map((button) =>
          el("button", { type: "button", onclick: (event) => press(button.press, event.currentTarget) }, button.label)));
      default: return el("p", {}, spans(is));
    }
  });
  return el("div", { class: "doc", dir: "auto" }, blocks);
}

/** So long that it is shown in part until somebody asks for all of it. */
const isLong = (text) => text.length > 2500 || text.split("\n").length > 24;

function bodyNode(message, chat, actions) {
  if (message.deleted) return el("p", { class: "gone" }, "This message was deleted.");
  if (message.doc) return docNode(message.doc, chat, actions.press);
  const body = el("div", { class: "text", dir: "auto" }, textNodes(message.text, message.mentions, chat));
  if (message.edited) body.append(el("span", { class: "edited" }, " (edited)"));
  if (!isLong(message.text)) return body;
  body.classList.add("part");
  const more = el("button", { type: "button", class: "plain", onclick: () => {
    more.textContent = body.classList.toggle("part") ? "Show all" : "Show less";
  } }, "Show all");
  return el("div", {}, body, more);
}

function reactionsNode(message, chat, actions) {
  if (!message.reactions.length) return null;
  const pill = ({ emoji, people }) => {
    const mine = people.includes(chat.me.id);
    const names = people.map((id) => chat.nameOf(id)).join(", ");
    return el("button", {
      type: "button", class: "pill", "aria-pressed": String(mine), title: names,
      "aria-label": `${emoji} ${people.length}: ${names}`, "data-key": `react${emoji}`,
      onclick: () => actions.react(message, emoji, !mine),
    }, el("span", { "aria-hidden": "true" }, emoji), ` ${people.length}`);
  };
  return el("div", { class: "reactions" }, message.reactions.map(pill));
}

function repliesNode(message, actions, inThread) {
  if (!message.replies || inThread) return null;
  const label = message.replies === 1 ? "1 reply" : `${message.replies} replies`;
  return el("button", { type: "button", class: "replies", "data-key": "replies", onclick: () => actions.thread(message) },
    label, el("span", { class: "quiet" }, " · last ", timeNode(message.last_reply)));
}

/** `lead`: with author and time; otherwise it continues the message above it. */
export function messageNode(message, { lead, inThread, id }, chat, actions) {
  const author = message.author ? message.author.name : "Firebell";
  const secret = Boolean(message.only_for);
  const kinds = ["message", lead && "lead", secret && "secret", message.doc && "bot", message.pinned && "pinned",
    message.mentions.some((m) => m.person.id === chat.me.id) && "calls-me"];
  const head = lead && el("header", {}, el("bdi", { class: "author" }, author),
    !message.author && el("span", { class: "badge" }, "bot"), timeNode(message.at, true),
    secret && el("span", { class: "only" }, "Only you see this"));
  return el("article", { class: kinds.filter(Boolean).join(" "), id, tabindex: "-1", "data-id": message.id,
    "aria-label": `${author}, ${clock.format(new Date(message.at))}${secret ? ", only you see this" : ""}` },
  el("div", { class: "gutter" }, lead ? avatar(message.author) : timeNode(message.at, true)),
  el("div", { class: "content" },
    message.pinned && el("p", { class: "pin-note" }, "Pinned"),
    head, bodyNode(message, chat, actions), reactionsNode(message, chat, actions), repliesNode(message, actions, inThread)));
}
