// Talking to the server: requests that are done once however often they are sent, and the stream of changes.

/** A request that was answered with a no; the message is for the person. */
export class Refused extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

const pause = (ms) => new Promise((done) => setTimeout(done, ms));

export async function ask(path, body) {
  const options = body === undefined ? {} : {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
  };
  const response = await fetch(path, { credentials: "same-origin", ...options });
  const answer = await response.json().catch(() => ({}));
  if (response.ok) return answer;
  throw new Refused(response.status, answer.error ?? `The server answered ${response.status}.`);
}

// One after the other, so that messages arrive in the order in which they were sent.
let queue = Promise.resolve();

/** Does it, and keeps trying while the server is away: the nonce makes it happen once. */
export function act(what) {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const nonce = [...bytes].map((b) => b.toString(16).padStart(2, "0")).join("");
  const result = queue.then(() => persist({ nonce, ...what }));
  queue = result.catch(() => {});
  return result;
}

async function persist(body) {
  for (let wait = 500; ; wait = Math.min(wait * 2, 10_000)) {
    try {
      return await ask("/chat/act", body);
    } catch (error) {
      if (error instanceof Refused && error.status < 500) throw error;
    }
    await pause(wait);
  }
}

/** Follows the changes after `after()`, for as long as the session lasts. `online(false)` when it breaks off. */
export function follow(after, { change, online, signedOut }) {
  let source = null;
  let wait = 500;
  let timer = 0;

  function open() {
    clearTimeout(timer);
    source?.close();
    source = new EventSource(`/chat/stream?after=${after()}`);
    source.onopen = () => { wait = 500; online(true); };
    source.onmessage = (event) => change(JSON.parse(event.data));
    source.onerror = retry;
  }

  async function retry() {
    source?.close();
    online(false);
    clearTimeout(timer);
    timer = setTimeout(open, wait);
    wait = Math.min(wait * 2, 10_000);
    // A session that is over does not come back by trying.
    const door = await ask("/chat/door").catch(() => null);
    if (door && !door.signed_in) stop();
  }

  function stop() {
    clearTimeout(timer);
    source?.close();
    window.removeEventListener("online", open);
    window.removeEventListener("offline", retry);
    signedOut();
  }

  window.addEventListener("online", open);
  window.addEventListener("offline", retry);
  open();
}
