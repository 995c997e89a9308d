// What the customer has before her. `print` changes when the screen does: its address, words, values, choices,
// pictures and scroll position. `text` is what the page says, or null where the screen is that of the print `before`.
(before) => {
  let hash = 5381;
  const mix = (text) => {
    for (let at = 0; at < text.length; at += 1) hash = ((hash * 33) ^ text.charCodeAt(at)) | 0;
  };
  const words = document.body?.innerText ?? '';
  mix(`${location.href}|${scrollX}|${scrollY}|${innerWidth}|${innerHeight}|${words}`);
  for (const field of document.querySelectorAll('input, select, textarea, dialog, details')) {
    mix(`|${field.value}|${field.checked}|${field.open}|${field.disabled}`);
  }
  for (const image of document.images) mix(`|${image.currentSrc.length}|${image.complete}`);
  const print = `#${hash}`;
  // A licence key, say, is often shown in a field that cannot be changed; what she types herself is not told her.
  const told = () =>
    [...document.querySelectorAll('input[readonly], textarea[readonly]')]
      .filter((field) => field.type !== 'hidden' && field.checkVisibility())
      .map((field) => field.value);
  const text = print === before ? null : [words, ...told()].filter(Boolean).join('\n').trim();
  return { print, title: document.title, text };
};
