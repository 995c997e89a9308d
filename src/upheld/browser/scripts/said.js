// What a page says: its alerts and headings (`marked`), and every line that can be seen (`lines`).
() => {
  const short = (text) => text.replace(/\s+/g, ' ').trim().slice(0, 100);
  const seen = (element) => element.checkVisibility({ visibilityProperty: true, opacityProperty: true });
  const marked = [...document.querySelectorAll('[role=alert], [aria-live], .error, h1, h2, h3')]
    .filter(seen).map((element) => short(element.innerText || '')).filter(Boolean);
  // What the browser itself says beside a field that keeps a form from being sent.
  const refused = [...document.querySelectorAll(':user-invalid')]
    .filter((field) => field.validationMessage && seen(field))
    .map((field) => short(`${short(field.labels?.[0]?.innerText || field.name)}: ${field.validationMessage}`));
  marked.unshift(...refused);
  const lines = (document.body?.innerText || '').split('\n').map(short).filter(Boolean);
  return { marked: [...new Set(marked)], lines: lines.slice(0, 400) };
};
