// The builder's preview beside the form, kept fresh while somebody types. Without this file the page shows the last
// saved draft there, and Preview shows every page.

const form = document.getElementById("builder");
const look = document.getElementById("look");
const at = form.elements.namedItem("at");
let waiting = 0;
let asked = 0;

async function refresh() {
  const mine = ++asked;
  const sent = new URLSearchParams(new FormData(form));
  // Only a form that is acted on may use up its key.
  sent.delete("form_key");
  try {
    const answer = await fetch(form.dataset.look, { method: "POST", body: sent, redirect: "error" });
    if (!answer.ok || mine !== asked) return;
    show(new DOMParser().parseFromString(await answer.text(), "text/html"));
  } catch {
    // Offline, or signed out: the last picture stays, and saving says what is wrong.
  }
}

// The frame itself stays, so that it does not flash; its document and the words around it are replaced.
function show(fresh) {
  const frame = look.querySelector("iframe");
  const place = frame.contentWindow?.scrollY ?? 0;
  const next = fresh.querySelector("iframe");
  if (next.getAttribute("srcdoc") !== frame.getAttribute("srcdoc")) {
    frame.addEventListener("load", () => frame.contentWindow.scrollTo(0, place), { once: true });
    frame.setAttribute("srcdoc", next.getAttribute("srcdoc"));
    frame.title = next.title;
  }
  look.querySelector("figcaption").textContent = fresh.querySelector("figcaption").textContent;
  look.querySelector(".advice").replaceChildren(...fresh.querySelector(".advice").childNodes);
}

function soon(wait) {
  clearTimeout(waiting);
  waiting = setTimeout(refresh, wait);
}

form.addEventListener("input", () => soon(400));

// The preview follows the step that is worked on, and saving comes back to it.
form.addEventListener("focusin", (event) => {
  const step = event.target.closest("[data-step]")?.dataset.step ?? "intro";
  if (event.target.closest(".build-look, .build-bar, .build-add") || step === at.value) return;
  at.value = step;
  for (const card of form.querySelectorAll("[data-step]"))
    card.classList.toggle("build-step-at", card.dataset.step === step);
  soon(50);
});
