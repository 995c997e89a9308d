// What the customer has before her. `print` changes when the screen does: its address, words, values, choices,
// pictures and scroll position. `text` is what the page says, and `shape` a number for what it is built of, whatever it
// says; both are null where the screen is that of the print `before`. `still` is true once all has come and nothing
// moves. `ride` is what `ride.js` has measured.
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
  const kinds = () =>
    new Set([...document.querySelectorAll('body *')].map((one) =>
      `${one.parentNode.localName}>${one.localName}.${one.getAttribute('class') ?? ''}[${one.type ?? ''}]`));
  const shape = () => {
    hash = 5381;
    mix([...kinds()].sort().join());
    return `${hash >>> 0}`;
  };
  const same = print === before;
  const moves = (one) => one.playState === 'running' && one.effect?.getComputedTiming().endTime !== Infinity;
  return {
    print,
    title: document.title,
    text: same ? null : [words, ...told()].filter(Boolean).join('\n').trim(),
    shape: same ? null : shape(),
    still: document.readyState === 'complete' && !document.getAnimations().some(moves),
    ride: window[Symbol.for('upheld.ride')]?.() ?? null,
  };
};
