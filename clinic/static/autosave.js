// Saves what is being written to the server, and nowhere else: no word is put into browser storage.
// The form names its address: <form data-autosave="/do/…/draft">. The words shown here stand in the template
// (components/forms.html, saved_line), so that they can be read, checked and changed in one place.

const WAIT = 2000;
const QUIET = 60000;

for (const form of document.querySelectorAll("form[data-autosave]")) keep(form);

function keep(form) {
  const part = (name) => form.querySelector(`[data-save=${name}]`);
  const version = form.elements.namedItem("version");
  let timer, running, dirty = false, failed = false, sending = false, conflict = null, said = 0;

  const show = (name) => {
    for (const other of ["offline", "failed", "expired", "ended", "conflict"]) {
      if (part(other)) part(other).hidden = other !== name;
    }
    if (name && part("line")) part("line").hidden = true;
  };

  // Speech is rare on purpose: a voice that repeats "Saved" at each pause cannot be written against.
  const say = (words, always) => {
    if (!part("say") || (!always && Date.now() - said < QUIET)) return;
    said = Date.now();
    part("say").textContent = words;
  };

  const trouble = (name) => {
    const news = !failed;
    failed = true;
    show(name);
    if (news && part(name)) say(part(name).querySelector("p").textContent, true);
  };

  // An I-sentence reads as one while it grows; the server puts the words together, as it does without script.
  const grow = (data) => {
    for (const [name, words] of [["reads", data.reads], ["hint", data.hint]]) {
      if (words === undefined || !part(name)) continue;
      if (part(name).textContent !== words) part(name).textContent = words;
      part(`${name}-in`).hidden = !words;
    }
  };

  async function send(leaving) {
    clearTimeout(timer);
    if (!dirty || conflict || sending) return;
    if (running && !leaving) return running.then(() => send());
    dirty = false;
    const body = new URLSearchParams(new FormData(form));
    // The key belongs to the sending of the form. A draft must not use it up.
    body.delete("form_key");
    const work = fetch(form.dataset.autosave, {
      method: "POST", body, credentials: "same-origin", redirect: "manual",
      headers: { Accept: "application/json" },
      keepalive: Boolean(leaving) && body.toString().length < 60000,
    }).then(answer, () => { dirty = true; trouble("offline"); });
    running = work.finally(() => { running = null; });
    return running;
  }

  async function answer(reply) {
    if (reply.type === "opaqueredirect" || reply.status === 401) {
      dirty = true;
      return trouble(reply.status === 401 ? "ended" : "expired");
    }
    const data = await reply.json().catch(() => ({}));
    if (reply.status === 409) {
      dirty = true;
      conflict = data;
      if (part("newer")) part("newer").textContent = data.text ?? "";
      return trouble("conflict");
    }
    if (!reply.ok || data.version === undefined) {
      dirty = true;
      return trouble("failed");
    }
    if (version) version.value = data.version;
    grow(data);
    failed = false;
    show(null);
    const words = `Saved at ${clock(data.saved_at)}`;
    if (part("line")) {
      part("line").hidden = false;
      part("time").textContent = words;
    }
    say(words);
  }

  const text = () => form.querySelector("textarea, input[type=text]");

  const changed = () => {
    dirty = true;
    clearTimeout(timer);
    timer = setTimeout(send, WAIT);
  };
  form.addEventListener("input", changed);
  // On a slow line people write before this script is there to hear it.
  if ([...form.elements].some(touched)) changed();
  form.addEventListener("focusout", () => send());
  form.addEventListener("submit", (event) => {
    sending = true;
    clearTimeout(timer);
    if (!running) return;
    // A save on its way changes the version this form holds, so the form waits for it, though never for long.
    event.preventDefault();
    const button = event.submitter;
    const enough = new Promise((done) => { setTimeout(done, 3000); });
    Promise.race([running, enough]).then(() => { running = null; form.requestSubmit(button); });
  });
  form.addEventListener("click", (event) => {
    const button = event.target.closest("[data-save-do]");
    if (!button) return;
    if (button.dataset.saveDo !== "retry" && conflict) {
      if (version) version.value = conflict.version;
      // Ticks and tiles have no words to put in, so the page is read again with the newer copy in it.
      if (button.dataset.saveDo === "newer" && !form.querySelector("textarea")) {
        sending = true;
        location.reload();
        return;
      }
      if (button.dataset.saveDo === "newer") text().value = conflict.text ?? "";
      conflict = null;
      failed = false;
      show(null);
      text()?.focus();
    }
    dirty = true;
    send();
  });
  addEventListener("online", () => send());
  addEventListener("pageshow", () => { sending = false; });
  document.addEventListener("visibilitychange", () => { if (document.hidden) send(true); });
  document.addEventListener("meanwhile:leaving", () => { send(true); sending = true; });
  addEventListener("pagehide", () => send(true));
  // Words that did not reach the server live in this page alone, so closing it asks first.
  addEventListener("beforeunload", (event) => {
    if (dirty && !sending && (failed || !navigator.onLine)) event.preventDefault();
  });

  // With script a way to begin becomes a button that puts its words into the answer.
  for (const item of form.querySelectorAll("[data-starter]")) {
    const words = item.textContent.trim();
    const button = document.createElement("button");
    button.type = "button";
    button.className = "starter";
    button.textContent = words;
    button.addEventListener("click", () => {
      const box = text();
      const gap = box.value && !/\s$/.test(box.value) ? " " : "";
      box.value += gap + words.replace(/…$/, " ");
      box.focus();
      box.setSelectionRange(box.value.length, box.value.length);
      form.dispatchEvent(new Event("input"));
    });
    item.replaceChildren(button);
  }
}

// Whether this field holds something else than the page came with.
function touched(field) {
  if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
  return ["textarea", "text", "time", "date"].includes(field.type) && field.value !== field.defaultValue;
}

function clock(at) {
  const when = new Date(at);
  if (!/T/.test(at ?? "") || Number.isNaN(when.valueOf())) return at ?? "";
  return when.toLocaleTimeString(document.documentElement.lang, { hour: "numeric", minute: "2-digit", hour12: true });
}
