// What a page says: its alerts and headings (`marked`), and every line that can be seen (`lines`).
() => {
  const short = (text) => text.replace(/\s+/g, ' ').trim().slice(0, 100);
  const seen = (element) => element.checkVisibility({ visibilityProperty: true, opacityProperty: true });
  const marked = [...document.querySelectorAll('[role=alert], [aria-live], [aria-invalid=true] ~ *, .error, h1, h2, h3')]
    .filter(seen).map((element) => short(element.innerText || '')).filter(Boolean);
  const lines = (document.body?.innerText || '').split('\n').map(short).filter(Boolean);
  return { marked: [...new Set(marked)], lines: lines.slice(0, 400) };
};
