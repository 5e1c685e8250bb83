// Asks this device for a passkey and puts its answer into the form, which then goes its ordinary way.
// Where a browser has none, nothing of it shows, and the page's other ways stand: a code, or a code on paper.

// A passkey belongs to a name. Browsers make none for a bare number, such as the address of a trial run.
const named = !/^[\d.]+$|:/.test(location.hostname);
const able = named && typeof window.PublicKeyCredential?.parseRequestOptionsFromJSON === "function";

for (const part of document.querySelectorAll("[data-passkeys]")) part.hidden = (part.dataset.passkeys === "with") !== able;

for (const form of document.querySelectorAll("form[data-passkey]")) if (able) keep(form);

function keep(form) {
  const answer = form.elements.namedItem("answer");
  const trouble = form.querySelector("[data-passkey-trouble]");

  async function ask() {
    trouble.hidden = true;
    try {
      const options = JSON.parse(form.dataset.options);
      const made = form.dataset.passkey === "create"
        ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) })
        : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) });
      answer.value = JSON.stringify(made.toJSON());
    } catch {
      // Cancelled, timed out, or none here: the browser has said so already, and does not tell us which.
      trouble.hidden = false;
      return;
    }
    form.requestSubmit();
  }

  form.addEventListener("submit", (event) => {
    if (answer.value) return;
    event.preventDefault();
    ask();
  });
  // Whoever chose a passkey a moment ago has chosen; the button stays for another try.
  if (form.hasAttribute("data-at-once")) ask();
}
