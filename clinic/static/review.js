// On the pages of answers: Alt and N lead to the next new one, as the link's own key does where a browser knows such
// keys; and a saved line goes into the reply where the cursor is, and nothing typed is lost.
// Without this file the same link opens the page again with the line in the box.

for (const link of document.querySelectorAll("a[data-line]")) {
  link.addEventListener("click", (event) => {
    const box = document.getElementById(link.dataset.line);
    if (!box) return;
    event.preventDefault();
    const before = box.value.slice(0, box.selectionStart);
    const gap = before && !/\s$/.test(before) ? " " : "";
    box.setRangeText(gap + link.textContent, box.selectionStart, box.selectionEnd, "end");
    box.focus();
  });
}

const next = document.querySelector('a[accesskey="n"]');
addEventListener("keydown", (event) => {
  if (!next || event.repeat || !event.altKey || event.ctrlKey || event.metaKey || event.code !== "KeyN") return;
  event.preventDefault();
  next.click();
});
