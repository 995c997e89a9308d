// A number that changes when the screen does: its address, words, values, choices, pictures and scroll position.
() => {
  let hash = 5381;
  const mix = (text) => {
    for (let at = 0; at < text.length; at += 1) hash = ((hash * 33) ^ text.charCodeAt(at)) | 0;
  };
  mix(`${location.href}|${scrollX}|${scrollY}|${innerWidth}|${innerHeight}|${document.body?.innerText ?? ''}`);
  for (const field of document.querySelectorAll('input, select, textarea, dialog, details')) {
    mix(`|${field.value}|${field.checked}|${field.open}|${field.disabled}`);
  }
  for (const image of document.images) mix(`|${image.currentSrc.length}|${image.complete}`);
  // Never 0, since the answer must be truthy for the wait that asks for it.
  return `#${hash}`;
};
