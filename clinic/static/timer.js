// Counts down to an end the server set: <p data-ends="2026-05-14T19:45:00Z"><span data-left></span></p>.
// It is silent, and the time of the end stands in the text whether or not this runs.
for (const line of document.querySelectorAll("[data-ends]")) {
  const left = line.querySelector("[data-left]");
  const end = Date.parse(line.dataset.ends);
  const tick = () => {
    const seconds = Math.max(0, Math.round((end - Date.now()) / 1000));
    left.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
    if (!seconds) clearInterval(timer);
  };
  const timer = setInterval(tick, 1000);
  left.hidden = false;
  tick();
}
