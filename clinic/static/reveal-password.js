// Shows what is being typed into a pass-phrase field. Without script the button never appears.
for (const button of document.querySelectorAll("button[data-reveal]")) {
  const box = document.getElementById(button.dataset.reveal);
  button.hidden = false;
  const set = (open) => {
    box.type = open ? "text" : "password";
    button.setAttribute("aria-pressed", String(open));
    button.querySelector("[data-label]").textContent = open ? "Hide" : "Show";
  };
  button.addEventListener("click", () => set(box.type === "password"));
  // It is hidden again before it is sent, so that the browser never keeps it as plain text.
  box.form?.addEventListener("submit", () => set(false));
}
