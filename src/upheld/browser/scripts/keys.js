// What an authenticator app is given on this page: otpauth links, wherever they stand, and the key as it is typed.
() => {
  const flat = (text) => (text || '').replace(/\s+/g, ' ').trim();
  const links = new Set();
  const take = (text) => {
    for (const found of String(text).matchAll(/otpauth:\/\/totp\/[^\s"'<>]+/g)) links.add(found[0]);
  };
  for (const element of document.querySelectorAll('*')) {
    for (const attribute of element.attributes) {
      // A picture of the code may be drawn by a service that is given the link, percent-encoded.
      take(attribute.value);
      if (/otpauth%3A/i.test(attribute.value)) take(decodeURIComponent(attribute.value.replace(/%(?![0-9a-f]{2})/gi, '%25')));
    }
  }
  take(document.body?.innerText || '');
  const seen = (element) => element.checkVisibility({ visibilityProperty: true, opacityProperty: true });
  const keys = new Set();
  // Capitals alone may be a heading: what is no more than letters must be called a key, or be set as one in groups.
  const add = (text, called) => {
    const key = text.replace(/[\s=-]/g, '');
    if (!/^([A-Z2-7]{16,128}|[a-z2-7]{16,128})$/.test(key)) return;
    const grouped = /^([A-Z2-7]{4}[ -]){3,}[A-Z2-7]{1,4}$/.test(text);
    if (called || grouped || /\d/.test(key)) keys.add(key.toUpperCase());
  };
  for (const field of document.querySelectorAll('input, textarea, output')) if (seen(field)) add(flat(field.value), false);
  const called = /(?:key|secret|schlüssel|clé|clave|chave|sleutel|chiave)\s*:?\s+((?:[A-Z2-7]{4,}[ -]?)+)$/i;
  for (const element of document.querySelectorAll('code, kbd, samp, pre, b, strong, span, td, dd, p, div, li')) {
    if (!seen(element)) continue;
    // The key stands in an element of its own, or behind words such as "Key:".
    const text = flat(element.innerText);
    add(text, false);
    const after = text.match(called);
    if (after) add(after[1].trim(), true);
  }
  return { links: [...links], keys: [...keys] };
};
