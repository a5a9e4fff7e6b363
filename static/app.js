// What the pages gain from scripts; every page works without this file.
const on = (type, act, capture) => document.addEventListener(type, act, capture);
const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const source = (event) => event.detail.ctx?.sourceElement;
const store = { // storage may be forbidden: then nothing is remembered, nothing breaks
  get(key) { try { return JSON.parse(localStorage.getItem(key)); } catch { return null; } },
  set(key, value) { try { localStorage.setItem(key, JSON.stringify(value)); } catch {} },
  drop(key) { try { localStorage.removeItem(key); } catch {} },
};

// One press, one request: a form in flight refuses a second submit, and keeps the focus.
const isPost = (form) => form.getAttribute("method")?.toLowerCase() === "post";
function release(form) {
  delete form.dataset.busy;
  all("[aria-disabled][data-was-on]", form).forEach((button) => {
    button.removeAttribute("aria-disabled");
    delete button.dataset.wasOn;
  });
}
on("submit", (event) => {
  const form = event.target;
  if (!isPost(form)) return;
  if (form.dataset.busy) {
    event.preventDefault();
    event.stopImmediatePropagation();
    return;
  }
  form.dataset.busy = 1;
  const button = event.submitter;
  if (button) {
    button.setAttribute("aria-disabled", "true");
    button.dataset.wasOn = 1;
  }
  setTimeout(release, 20000, form); // an answer that is a download never leaves the page
}, true);
addEventListener("pageshow", () => all("form[data-busy]").forEach(release));
on("htmx:finally:request", (event) => {
  const form = source(event)?.closest("form");
  if (form) release(form);
});

// Typed text is kept until the server has it: data-keep holds who is typing.
const keyOf = (form) => `keep:${form.dataset.keep}:${form.id}`;
const secret = /pass|pin|otp|csrf/i;
const kept = (form) => [...form.elements].filter((input) =>
  input.name && !secret.test(input.name + input.autocomplete + input.id)
  && /^(text|search|tel|email|number|date|textarea)$/.test(input.type));
function restore(form) {
  const draft = store.get(keyOf(form));
  if (!draft) return;
  let used = false;
  for (const input of kept(form)) {
    const [typed, base] = draft[input.name] || [];
    if (typed == null || base !== input.defaultValue || typed === input.value) continue;
    input.value = typed; // only where the server's own value has not moved since
    used = true;
  }
  const note = form.querySelector("[data-restored]");
  if (note && used) note.hidden = false;
}
on("input", ({ target }) => {
  const form = target.form;
  if (!form?.dataset.keep) return;
  const values = kept(form).map((input) => [input.name, [input.value, input.defaultValue]]);
  store.set(keyOf(form), Object.fromEntries(values));
});
on("reset", ({ target }) => {
  if (target.dataset.keep) store.drop(keyOf(target));
  const note = target.querySelector("[data-restored]");
  if (note) note.hidden = true;
});
on("submit", ({ target, defaultPrevented }) => {
  if (target.dataset.forget != null) {
    Object.keys(localStorage).filter((key) => key.startsWith("keep:")).forEach(store.drop);
  } else if (target.dataset.keep && !defaultPrevented) store.set("sent", keyOf(target));
});
on("htmx:after:request", (event) => {
  const form = source(event);
  if (form?.dataset.keep && event.detail.ctx.response.status < 400) store.drop(keyOf(form));
});
function settleSent() { // a page that is neither an error nor the same form: the server has it
  const sent = store.get("sent");
  const again = all("form[data-keep]").some((form) => keyOf(form) === sent);
  if (sent && !again && document.body.dataset.hold == null) store.drop(sent);
  store.drop("sent");
}

// Polling rests while nobody looks, and goes on after an error.
const wake = (status) => htmx.trigger(status, "resume");
on("htmx:before:request", (event) => {
  if (document.hidden && source(event)?.matches("[data-poll]")) event.preventDefault();
});
on("visibilitychange", () => { if (!document.hidden) all("[data-poll]").forEach(wake); });
for (const type of ["htmx:error", "htmx:response:error"]) on(type, (event) => {
  const status = source(event);
  if (status?.matches("[data-poll]")) setTimeout(wake, 15000, status);
  else if (type === "htmx:error") document.getElementById("notices")
    .replaceChildren(document.getElementById("offline").content.cloneNode(true));
});

// After acting on a row the next row has the focus; an error summary takes it.
let next = null;
function summon() {
  const summary = document.querySelector("[data-error-summary]:not([data-seen])");
  if (!summary) return false;
  summary.dataset.seen = 1;
  summary.focus();
  return true;
}
on("htmx:before:swap", (event) => { next = source(event)?.closest("tr")?.nextElementSibling; });
on("htmx:after:swap", () => {
  if (!summon() && next && document.activeElement === document.body) {
    const row = next.isConnected ? next : document.getElementById(next.id);
    row?.querySelector("a, button")?.focus();
  }
  next = null;
});

// Keys: "g" and a letter, "/" and "?"; silent while typing, composing, or switched off.
const dialog = document.getElementById("keys");
const off = dialog?.querySelector("[data-keys-off]");
let went = 0;
on("keydown", (event) => {
  if (event.isComposing || event.keyCode === 229 || event.ctrlKey || event.altKey || event.metaKey
    || off?.checked || event.target.closest("input, textarea, select, dialog")) return;
  const go = went && event.timeStamp - went < 1500;
  went = !go && event.key === "g" ? event.timeStamp : 0;
  let act = null;
  if (go) act = document.querySelector(`a[data-key="${CSS.escape(event.key)}"]`);
  else if (event.key === "/") act = document.querySelector("[role=search] input");
  else if (event.key === "?" && dialog) return dialog.showModal();
  if (!act) return;
  event.preventDefault();
  if (go) act.click(); else act.focus();
});
on("click", ({ target }) => {
  if (target.closest("[data-opens=keys]")) dialog.showModal();
});
off?.addEventListener("change", () => store.set("keys-off", off.checked));

all("nav [aria-current]").forEach((a) => { a.closest("nav").scrollLeft = a.offsetLeft - 80; });
all("[data-scripted]").forEach((part) => { part.hidden = false; });
if (off) off.checked = !!store.get("keys-off");
summon();
settleSent();
all("form[data-keep]").forEach(restore);
