// On the page of an answer: a saved line goes into the reply where the cursor is, and nothing typed is lost.
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
