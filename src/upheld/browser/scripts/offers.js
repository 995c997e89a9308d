// The names of the buttons and links that can be seen, in the order of the page.
() => {
  const seen = (element) => element.checkVisibility({ visibilityProperty: true, opacityProperty: true });
  const name = (element) =>
    (element.getAttribute('aria-label') || element.innerText || element.value || element.alt || element.title || '')
      .replace(/\s+/g, ' ').trim().slice(0, 60);
  const names = (selector) => [...new Set([...document.querySelectorAll(selector)].filter(seen).map(name).filter(Boolean))];
  return {
    buttons: names('button, input[type=submit], input[type=button], input[type=image], [role=button], [role=tab], [role=menuitem]'),
    links: names('a[href], [role=link]'),
  };
};
