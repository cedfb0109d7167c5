// The board. Every message holds the whole of it, so a break needs nothing made up for: the next message is the catching up.
// The access token lives in this page's memory; what keeps the screen signed in is a cookie that no script can read.

const LANGUAGES = ["kk", "ru", "en"];
const THEMES = ["auto", "dark", "light"];
const QUIET_SECONDS = 12; // the service speaks every five seconds
const LONGEST_PAUSE = 15;
const ZONE = "Asia/Almaty";
const MARKS = { emergency: "▲", urgent: "◆", standard: "●" };
const AGES = ["under_15_minutes", "under_1_hour", "under_4_hours", "longer"];
// From this column of ages on a signal has waited too long to be overlooked; an indication of the house, no term of law.
const TOO_LONG = { emergency: 1, urgent: 2, standard: 3 };

const page = (id) => document.getElementById(id);
const asked = new URLSearchParams(location.search);
let words = {};
let language = chosen("language", asked.get("language"), LANGUAGES) || fromBrowser();
let theme = chosen("theme", asked.get("theme"), THEMES) || "auto";
let token = null;
let board = null;
let heardAt = null; // milliseconds of this machine's clock
let skew = 0; // of the service's clock to this machine's
let state = "connecting";
let stream = null;
let failures = 0; // since the last board

function chosen(name, wanted, known) {
  if (known.includes(wanted)) return wanted;
  try {
    const kept = localStorage.getItem(`board.${name}`);
    return known.includes(kept) ? kept : null;
  } catch {
    return null;
  }
}

function keep(name, value) {
  try {
    localStorage.setItem(`board.${name}`, value);
  } catch {
    // a browser that keeps nothing shows the board all the same
  }
}

function fromBrowser() {
  return navigator.languages.map((l) => l.slice(0, 2)).find((l) => LANGUAGES.includes(l)) || "kk";
}

function say(name, values = {}) {
  const text = words.words[name][language];
  return text.replace(/\{(\w+)\}/g, (_, key) => values[key]);
}

// Four digits stand together: the blank between them is room that a column does not have.
const number = (value) => new Intl.NumberFormat(language, { useGrouping: "min2" }).format(value);
const now = () => Date.now() + skew;
const hour = (at) => new Intl.DateTimeFormat("ru", { timeZone: ZONE, hour: "2-digit", minute: "2-digit" }).format(at);

function age(since) {
  const minutes = Math.max(0, Math.floor((now() - Date.parse(since)) / 60000));
  if (minutes < 120) return say("minutes", { number: number(minutes) });
  if (minutes < 48 * 60) return say("hours", { number: number(Math.floor(minutes / 60)) });
  return say("days", { number: number(Math.floor(minutes / 1440)) });
}

// --- showing

function write(element, text) {
  if (element.textContent === text) return false;
  element.textContent = text;
  return true;
}

function show(element, value) {
  const before = element.textContent;
  if (write(element, number(value)) && before !== "") {
    element.classList.remove("changed");
    void element.offsetWidth; // a second change begins the mark anew
    element.classList.add("changed");
  }
}

function cell(row, name, value, alarming) {
  let found = row.querySelector(`[data-cell="${name}"]`);
  if (!found) {
    found = document.createElement("td");
    found.dataset.cell = name;
    row.append(found);
  }
  show(found, value);
  found.classList.toggle("alarm", alarming && value > 0);
  found.classList.toggle("none", value === 0);
  found.classList.toggle("hundreds", value > 99);
  found.classList.toggle("thousands", value > 999);
}

function row(body, name, label, mark) {
  let found = body.querySelector(`[data-row="${name}"]`);
  if (!found) {
    found = document.createElement("tr");
    found.dataset.row = name;
    found.className = name;
    const head = document.createElement("th");
    head.scope = "row";
    if (mark) {
      const sign = document.createElement("span");
      sign.className = "mark";
      sign.setAttribute("aria-hidden", "true");
      sign.textContent = mark;
      head.append(sign, " ");
    }
    head.append(document.createElement("span"));
    found.append(head);
    body.append(found);
  }
  write(found.querySelector("th > span:last-child"), label);
  return found;
}

function line(label, count) {
  const item = document.createElement("li");
  const name = document.createElement("span");
  name.textContent = label;
  item.append(name);
  if (count !== undefined) {
    const figure = document.createElement("b");
    figure.textContent = number(count);
    item.append(figure);
    item.classList.toggle("none", count === 0);
  }
  return item;
}

// As many lines as have room; what has none is told as one number. Below the width of a wall there is room for all.
function list(element, items, rest, restName) {
  for (let room = items.length; room >= 0; room -= 1) {
    const left = rest + items.slice(room).reduce((sum, i) => sum + i.count, 0);
    const lines = items.slice(0, room).map((i) => line(i.label, i.count));
    if (left) lines.push(line(restName, left));
    element.replaceChildren(...(lines.length ? lines : [line(say("none_yet"))]));
    const panel = element.parentElement;
    if (panel.scrollHeight <= panel.clientHeight) return;
  }
}

function showBoard() {
  if (!board) return;
  const everywhere = board.region_code === null;
  page("board").dataset.scope = everywhere ? "country" : "region";
  write(page("place"), everywhere ? say("country") : words.places[board.region_code][language]);
  for (const waiting of board.waiting) {
    const line = row(page("waiting-rows"), waiting.urgency, say(waiting.urgency), MARKS[waiting.urgency]);
    AGES.forEach((name, place) => cell(line, name, waiting[name], place >= TOO_LONG[waiting.urgency]));
    cell(line, "total", waiting.total, false);
  }
  show(page("waiting-total"), board.waiting.reduce((sum, w) => sum + w.total, 0));
  for (const clock of board.clocks) {
    const line = row(page("clock-rows"), clock.about, say(clock.about));
    cell(line, "warning", clock.warning, false);
    cell(line, "breached", clock.breached, true);
  }
  show(page("breaches"), board.breaches_today);
  show(page("received"), board.received_today);
  show(page("decided"), board.decided_today);
  show(page("contacts"), board.contacts.received_today);
  show(page("under-way"), board.contacts.under_way);
  page("regions").hidden = !everywhere;
  if (everywhere) showRegions();
  showCategories();
  tick();
}

// Every region, the most signals first: that one has told nothing all day is news too.
function showRegions() {
  const told = new Map(board.regions.map((r) => [r.code, r.count]));
  const codes = [...told.keys(), ...Object.keys(words.regions).filter((code) => !told.has(code))];
  const lines = codes.map((code) => line(words.regions[code][language], told.get(code) || 0));
  page("region-rows").replaceChildren(...lines);
  const nowhere = board.received_today - board.regions.reduce((sum, r) => sum + r.count, 0);
  write(page("no-region"), nowhere ? `${say("no_region")}: ${number(nowhere)}` : "");
}

function showCategories() {
  const { shown, others, until } = board.categories;
  write(page("until"), say("until", { time: hour(Date.parse(until)) }));
  const known = shown.map((c) => ({ label: (words.categories[c.code] || { [language]: c.code })[language], count: c.count }));
  list(page("category-rows"), known, others, say("others"));
}

function showState() {
  const shown = state === "live" ? `● ${say("live")}` : state === "stale" && heardAt
    ? `▲ ${say("stale", { time: hour(heardAt + skew) })}` : `… ${say("connecting")}`;
  page("state").dataset.state = state === "stale" && !heardAt ? "connecting" : state;
  page("state").hidden = page("board").hidden;
  write(page("state"), shown);
}

function showWords() {
  document.documentElement.lang = language;
  document.title = say("title");
  for (const element of document.querySelectorAll("[data-word]")) write(element, say(element.dataset.word));
  if (page("board").hidden) write(page("place"), say("title"));
  showState();
  showBoard();
  tick();
}

function showTheme() {
  if (theme === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

function tick() {
  const at = now();
  write(page("clock"), hour(at));
  write(page("day"), new Intl.DateTimeFormat("ru", { timeZone: ZONE, dateStyle: "short" }).format(at));
  const oldest = board ? board.waiting.map((w) => w.oldest_at).filter(Boolean).sort()[0] : null;
  write(page("oldest"), oldest ? `${say("oldest")} ${age(oldest)}` : "");
  const contact = board ? board.contacts.oldest_at : null;
  write(page("contact-age"), contact ? age(contact) : "–");
  if (state === "live" && Date.now() - heardAt > QUIET_SECONDS * 1000) {
    became("stale");
    if (stream) stream.abort();
  }
}

function became(next) {
  state = next;
  showState();
}

function showDoor(word) {
  token = board = heardAt = null;
  page("board").hidden = page("leave").hidden = true;
  page("door").hidden = false;
  write(page("fault"), word ? say(word) : "");
  showWords();
  page("username").focus();
}

function showWall() {
  page("door").hidden = true;
  page("board").hidden = page("leave").hidden = false;
  showState();
}

// --- following

async function post(path, body) {
  const answer = await fetch(path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body || {}),
    credentials: "same-origin",
  });
  if (answer.ok) token = (await answer.json()).access_token;
  return answer;
}

// Reads messages until the stream ends; returns the kind of the last one that asks for something.
async function listen() {
  stream = new AbortController();
  const answer = await fetch("/v1/board/stream", {
    headers: { Authorization: `Bearer ${token}` }, signal: stream.signal, cache: "no-store",
  });
  if (answer.status === 401 || answer.status === 403) return "renew";
  if (!answer.ok) throw new Error(String(answer.status));
  skew = (Date.parse(answer.headers.get("date")) || Date.now()) - Date.now();
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) throw new Error("cut");
    const messages = (rest + value).split("\n\n");
    rest = messages.pop();
    for (const message of messages) {
      const kind = /^event: (\w+)/m.exec(message)[1];
      if (kind === "renew" || kind === "ended") return kind;
      heardAt = Date.now();
      if (kind === "board") {
        board = JSON.parse(/^data: (.*)/m.exec(message)[1]);
        failures = 0;
        showBoard();
      }
      if (state !== "live") became("live");
    }
  }
}

const pause = (seconds) => new Promise((go) => setTimeout(go, seconds * 1000 * (0.7 + 0.6 * Math.random())));

async function follow() {
  for (;;) {
    try {
      if (token === null) {
        const answer = await post("/v1/board/session/renewal");
        if (answer.status >= 400 && answer.status < 500 && answer.status !== 429) return showDoor();
        if (!answer.ok) throw new Error(String(answer.status));
        showWall();
      }
      const ending = await listen();
      token = null;
      if (ending === "ended") return showDoor();
    } catch {
      token = null;
      if (failures > 0) became("stale");
      if (!page("board").hidden || !page("door").hidden) showState();
      failures += 1;
      await pause(Math.min(LONGEST_PAUSE, 2 ** (failures - 1)));
    }
  }
}

async function signIn(event) {
  event.preventDefault();
  write(page("fault"), "");
  try {
    const answer = await post("/v1/board/session", {
      username: page("username").value, password: page("password").value,
    });
    page("password").value = "";
    if (!answer.ok) {
      write(page("fault"), say(answer.status === 429 ? "slowed" : answer.status < 500 ? "refused" : "unreachable"));
      page("username").focus();
      return;
    }
  } catch {
    write(page("fault"), say("unreachable"));
    return;
  }
  became("connecting");
  showWall();
  follow();
}

async function leave() {
  const held = token;
  if (stream) stream.abort();
  try {
    await fetch("/v1/board/session", { method: "DELETE", headers: { Authorization: `Bearer ${held}` } });
  } finally {
    location.reload();
  }
}

function choose(name, value, apply) {
  const option = document.querySelector(`input[name="${name}"][value="${value}"]`);
  option.checked = true;
  for (const input of document.querySelectorAll(`input[name="${name}"]`)) {
    input.addEventListener("change", () => {
      keep(name, input.value);
      apply(input.value);
    });
  }
}

async function begin() {
  showTheme();
  for (;;) {
    try {
      words = await (await fetch("/board/files/words.json")).json();
      break;
    } catch {
      await pause(3);
    }
  }
  choose("language", language, (value) => { language = value; showWords(); });
  choose("theme", theme, (value) => { theme = value; showTheme(); });
  page("form").addEventListener("submit", signIn);
  page("leave").addEventListener("click", leave);
  showWords();
  setInterval(tick, 1000);
  // what has room changes with the window, and with a header that needs a second line
  new ResizeObserver(() => board && showCategories()).observe(page("categories"));
  follow();
}

begin();
