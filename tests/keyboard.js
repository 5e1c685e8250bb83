// What the walk by keyboard notes down, inside the page, each time before the focus moves on.
// Measuring waits until then, because a page scrolls what has the focus into view only after it has it.
(() => {
  const INTERACTIVE = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex]:not([tabindex^='-'])";
  const LEAST_CONTRAST = 3;
  const ENOUGH = 2; // The thickness in px of a ring that WCAG 2.2 calls enough.

  // --- What should be reached.

  const visible = (it) => it.checkVisibility({ visibilityProperty: true }) && it.getClientRects().length > 0;
  // What no one is told of and no key reaches, such as the button that says what Enter does, is no stop by intent.
  const unsaid = (it) => it.tabIndex < 0 && it.closest("[aria-hidden='true']") !== null;
  const isRadio = (it) => it.type === "radio";
  const group = (radio) => [...document.getElementsByName(radio.name)].filter((one) => one.form === radio.form && isRadio(one));

  // A group of radio buttons is one stop: the one that is chosen, or any of them when none is.
  const stop = (it) => (isRadio(it) ? group(it)[0] : it);
  const stops = () => [
    ...new Set([...document.querySelectorAll(INTERACTIVE)].filter((it) => !it.disabled && visible(it) && !unsaid(it)).map(stop)),
  ];

  // --- How it looks when it has the focus.

  // A choice and a tile light up as a whole; their own circle does not.
  const lit = (it) => [it, ...(it.labels ?? []), it.closest(".choice"), it.closest(".tile")].filter(Boolean);
  const look = (it) => {
    const style = getComputedStyle(it);
    return `${style.outlineStyle} ${style.outlineWidth} ${style.outlineColor} ${style.boxShadow}`;
  };

  const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  const channels = (colour) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const luminance = (colour) => {
    const [r, g, b] = channels(colour).map((one) => {
      const share = one / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (one, other) => {
    const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a);
    return (light + 0.05) / (dark + 0.05);
  };
  const ground = (it) => {
    for (let at = it; at; at = at.parentElement) {
      const colour = getComputedStyle(at).backgroundColor;
      if (channels(colour)[3] === 255) return colour;
    }
    return "white";
  };

  const isShown = (it, before) =>
    lit(it).some((one) => {
      const style = getComputedStyle(one);
      const ring = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= ENOUGH;
      if (!ring || look(one) === before.get(one)) return false;
      const behind = parseFloat(style.outlineOffset) < 0 ? ground(one) : ground(one.parentElement ?? one);
      return contrast(style.outlineColor, behind) >= LEAST_CONTRAST;
    });

  // --- Whether it can be seen at all: nothing lies over the middle of it.

  const isClear = (it) => {
    const box = (isRadio(it) || it.type === "checkbox" ? (it.closest(".choice, .tile") ?? it) : it).getClientRects()[0];
    const [left, right] = [Math.max(box.left, 0), Math.min(box.right, innerWidth)];
    const [top, bottom] = [Math.max(box.top, 0), Math.min(box.bottom, innerHeight)];
    if (left >= right || top >= bottom) return false;
    const there = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
    return lit(it).some((one) => one.contains(there));
  };

  // --- In which order: down, or to the right. What is fixed to an edge stands outside that order.

  const place = (it) => {
    const box = it.getBoundingClientRect();
    const part = it.closest("nav, main, footer, header");
    const middle = (box.top + box.bottom) / 2 + scrollY;
    return { part, middle, left: box.left + scrollX, right: box.right + scrollX, top: box.top + scrollY, bottom: box.bottom + scrollY };
  };
  const goesBack = (from, to) =>
    from.part === to.part &&
    ((to.middle <= from.top && to.left < from.right) || (to.right <= from.left && to.middle < from.bottom));

  // --- The walk.

  const name = (it) => {
    const words = (it.labels?.[0] ?? it).innerText?.trim().split("\n")[0] || it.getAttribute("aria-label");
    return `${it.localName}${it.type ? `[${it.type}]` : ""} “${(words || it.name || it.id || "").slice(0, 40)}”`;
  };

  let backwards, expected, before, passed, faults, last, stood;

  const note = () => {
    const it = document.activeElement;
    if (!it || it === document.body || it === last) return;
    const [cameFrom, was] = [last, stood];
    [last, stood] = [it, place(it)];
    passed.push(stop(it));
    if (!isShown(it, before)) faults.push(`the focus on ${name(it)} cannot be seen`);
    if (!isClear(it)) faults.push(`${name(it)} is covered while it has the focus`);
    if (cameFrom && goesBack(...(backwards ? [stood, was] : [was, stood]))) {
      faults.push(`from ${name(cameFrom)} the focus jumps against the reading order to ${name(it)}`);
    }
  };
  // How many of the stops have not had the focus yet.
  const left = () => {
    note();
    return expected.filter((it) => !passed.includes(it)).length;
  };

  const begin = (back) => {
    backwards = back;
    [expected, passed, faults, last] = [stops(), [], [], null];
    if (document.activeElement !== document.body) document.activeElement.blur();
    before = new Map(expected.flatMap((it) => (isRadio(it) ? group(it) : [it]).flatMap(lit)).map((it) => [it, look(it)]));
    // The way back begins on the last stop.
    const end = expected.at(-1);
    if (back) (isRadio(end) ? (group(end).find((one) => one.checked) ?? group(end).at(-1)) : end).focus();
    return left();
  };

  const report = () => {
    note();
    const order = [...new Set(passed)];
    const missing = expected.filter((it) => !order.includes(it));
    if (missing.length) faults.push(`Tab never comes to ${missing.map(name).join(", ")}`);
    const stray = order.filter((it) => !expected.includes(it));
    if (stray.length) faults.push(`Tab stops at ${stray.map(name).join(", ")}, where nothing can be done`);
    const reached = expected.filter((it) => order.includes(it));
    if (backwards) reached.reverse();
    const wrong = order.filter((it) => expected.includes(it)).findIndex((it, at) => it !== reached[at]);
    if (wrong >= 0) faults.push(`out of turn: ${name(reached[wrong])}`);
    return { faults, first: order.slice(0, 2).map((it) => it.innerText?.trim() ?? "") };
  };

  addEventListener("keydown", (event) => event.key === "Tab" && note(), true);
  window.walk = { begin, left, report };
})();
