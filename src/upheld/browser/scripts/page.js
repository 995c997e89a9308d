// A page as what reaches a person: its title, headings, words and links, as she sees them.
() => {
  const flat = (text) => (text || '').replace(/\s+/g, ' ').trim();
  const seen = (element) => element.checkVisibility({ visibilityProperty: true, opacityProperty: true });
  const visible = (selector) => [...document.querySelectorAll(selector)].filter(seen);
  // A licence key, say, is often shown in a field that cannot be changed; what she types herself is not told her.
  const fields = visible('input[readonly], textarea[readonly]').map((field) => field.value).filter(Boolean);
  return {
    title: flat(document.title),
    headings: visible('h1, h2, h3').map((heading) => flat(heading.innerText)).filter(Boolean),
    text: [document.body?.innerText || '', ...fields].join('\n').trim(),
    links: visible('a[href]').map((link) => [
      flat(link.getAttribute('aria-label') || link.innerText || link.querySelector('img')?.alt || link.title),
      link.href,
    ]),
  };
};
