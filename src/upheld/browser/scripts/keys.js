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
  const isKey = (text) => /^[A-Z2-7]{16,128}=*$/i.test(text.replace(/[\s-]/g, '')) && !/^[a-z]+$/.test(text);
  const add = (text) => {
    if (isKey(text)) keys.add(text.replace(/[\s=-]/g, '').toUpperCase());
  };
  for (const field of document.querySelectorAll('input, textarea, output')) if (seen(field)) add(flat(field.value));
  for (const element of document.querySelectorAll('code, kbd, samp, pre, b, strong, span, td, dd, p, div, li')) {
    if (!seen(element)) continue;
    // The key stands in an element of its own, or behind words such as "Key:".
    add(flat(element.innerText));
    const after = flat(element.innerText).match(/(?:key|secret|schlüssel|clé|clave|chave|sleutel|chiave)\s*:?\s+((?:[A-Z2-7]{4,}[ -]?)+)$/i);
    if (after) add(after[1].trim());
  }
  return { links: [...links], keys: [...keys] };
};
