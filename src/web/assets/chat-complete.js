// Completion in a composer: command words behind the slash, people behind an @.

import { el } from "./chat-message.js";

const MOST = 8;
let lists = 0;

/** `chat()` gives command, words and people as they are now. Returns a key handler that says whether it took the key. */
export function complete(box, anchor, chat) {
  const id = `complete${(lists += 1)}`;
  const list = el("ul", { id, role: "listbox", "aria-label": "Suggestions", class: "suggestions", hidden: true });
  const hint = el("p", { class: "usage", hidden: true, "aria-live": "polite" });
  anchor.prepend(list, hint);
  // Not the role combobox: that is for boxes of one line, and this one has several.
  for (const [name, value] of Object.entries({ "aria-autocomplete": "list", "aria-haspopup": "listbox", "aria-controls": id })) {
    box.setAttribute(name, value);
  }

  let options = [];
  let chosen = 0;
  let dismissed = null;

  function show() {
    const before = box.value.slice(0, box.selectionStart);
    const all = before === dismissed ? [] : suggestions(before, chat());
    // As many as fit: a list that scrolls would be out of reach for who has neither wheel nor arrow keys.
    options = all.slice(0, MOST);
    chosen = 0;
    list.replaceChildren(...options.map((option, i) =>
      el("li", {
        role: "option", id: `${id}-${i}`,
        // Not click: the box must not lose the focus.
        onmousedown: (event) => { event.preventDefault(); accept(i); },
      }, el("span", { class: "what" }, option.label), option.takes && el("code", {}, option.takes),
      el("span", { class: "quiet" }, option.does ?? ""))));
    list.hidden = options.length === 0;
    const usage = options.length ? null : usageOf(box.value, chat());
    const more = all.length - options.length;
    hint.hidden = !usage && !more;
    hint.replaceChildren(...(usage ? [el("code", {}, `${usage.name} ${usage.takes}`), ` ${usage.does}`]
      : more ? [`${more} more: write on to narrow them down.`] : []));
    mark();
  }

  function mark() {
    [...list.children].forEach((item, i) => item.setAttribute("aria-selected", String(i === chosen)));
    list.children[chosen]?.scrollIntoView({ block: "nearest" });
    if (options.length) box.setAttribute("aria-activedescendant", `${id}-${chosen}`);
    else box.removeAttribute("aria-activedescendant");
  }

  function accept(i) {
    const { from, text } = options[i];
    box.setRangeText(text, from, box.selectionStart, "end");
    box.dispatchEvent(new Event("input", { bubbles: true }));
  }

  function key(event) {
    if (!options.length || event.isComposing) return false;
    switch (event.key) {
      case "ArrowDown": chosen = (chosen + 1) % options.length; mark(); return true;
      case "ArrowUp": chosen = (chosen + options.length - 1) % options.length; mark(); return true;
      case "Tab":
        if (event.shiftKey) return false;
        accept(chosen);
        return true;
      case "Enter": {
        if (event.shiftKey) return false;
        // What is typed in full already is to be sent.
        const { from, text } = options[chosen];
        if (box.value.slice(from).trim() === text.trim()) return false;
        accept(chosen);
        return true;
      }
      case "Escape":
        dismissed = box.value.slice(0, box.selectionStart);
        show();
        return true;
      default: return false;
    }
  }

  box.addEventListener("input", show);
  box.addEventListener("click", show);
  box.addEventListener("blur", () => {
    list.hidden = true;
    if (options.length) hint.hidden = true;
    options = [];
    mark();
  });
  return key;
}

function suggestions(before, { command, words, people }) {
  const mention = /(?:^|[^\p{L}\p{N}])@([^@\n]{0,40})$/u.exec(before);
  if (mention) return peopleFor(mention[1], before.length - mention[1].length, people);
  if (before.startsWith("/") && !before.startsWith("//")) return wordsFor(before, command, words);
  return [];
}

function peopleFor(typed, from, people) {
  const wanted = typed.toLowerCase();
  const fits = ({ name, id }) => {
    const lower = name.toLowerCase();
    return lower.startsWith(wanted) || lower.split(/[\s-]+/).some((part) => part.startsWith(wanted)) || id.startsWith(`local:${wanted}`);
  };
  // A name that stands there already, with a space behind it, is finished.
  if (people.some(({ name }) => typed.toLowerCase().startsWith(`${name.toLowerCase()} `))) return [];
  return people.filter(fits).map(({ name }) => ({ label: `@${name}`, from, text: `${name} ` }));
}

function wordsFor(before, command, words) {
  const typed = before.toLowerCase();
  const wanted = typed.startsWith(`${command} `) ? typed.slice(command.length).trimStart()
    : command.startsWith(typed) ? "" : null;
  if (wanted === null || /\s/.test(wanted)) return [];
  return words
    .filter(({ name, aliases }) => [name, ...aliases].some((word) => word.startsWith(wanted)))
    .map(({ name, takes, does }) => ({ label: `${command} ${name}`, takes, does, from: 0, text: `${command} ${name}${takes ? " " : ""}` }));
}

/** The word that is being used, to show what it takes. */
function usageOf(text, { command, words }) {
  if (!text.toLowerCase().startsWith(`${command} `)) return null;
  const word = text.slice(command.length).trim().split(/\s+/)[0]?.toLowerCase();
  return words.find(({ name, aliases }) => name === word || aliases.includes(word)) ?? null;
}
