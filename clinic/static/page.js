// What every signed-in page does when script is on: leave at once, show nothing on Back, send each form once.
// Each part works without the others, and every page works without this file.

const root = document.documentElement;

// A page kept by the Back button is hidden as it is put away, so coming back to it shows nothing before it reloads.
addEventListener("pagehide", () => root.classList.add("gone"));
addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});

// Exit blanks the page first, then replaces it, so that this page is not one step behind the next.
const exit = document.querySelector("a[data-exit]");
if (exit) {
  const leave = () => {
    document.dispatchEvent(new Event("meanwhile:leaving"));
    root.classList.add("gone");
    document.title = "\u00a0";
    location.replace(exit.href);
  };

  document.addEventListener("click", (event) => {
    if (event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (!event.target.closest("a[data-exit]")) return;
    event.preventDefault();
    leave();
  });

  // Three presses of Shift within two seconds, with no other key between them, leave as well.
  let presses = [];
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Shift") presses = [];
    else if (!event.repeat) presses = [...presses.filter((at) => event.timeStamp - at < 2000), event.timeStamp];
    if (presses.length === 3) leave();
  });
}

// A form is sent once. The button says so and stays in reach, because a disabled button drops the focus.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post") return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  const button = event.submitter;
  if (!button) return;
  const label = button.querySelector("[data-label]") ?? button;
  const words = label.textContent;
  button.setAttribute("aria-disabled", "true");
  label.textContent = button.dataset.busy ?? "Saving…";
  // A download leaves the page standing, so the button comes back.
  setTimeout(() => {
    delete form.dataset.sent;
    button.removeAttribute("aria-disabled");
    label.textContent = words;
  }, 10000);
});

// Printing needs script, so its button shows itself only where there is some.
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}

// What was sent after a time-out completes by itself once its sender has signed in again.
document.querySelector("form[data-carry-on]")?.requestSubmit();
