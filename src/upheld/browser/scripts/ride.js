// Measures the ride in every document, from its beginning: how long she waited, what moved, what she was asked.
// It changes nothing that the site could see. What it has measured is asked for by `look.js`, and told on the console
// when she leaves. Web Vitals: https://web.dev/articles/lcp, https://web.dev/articles/cls.
() => {
  const KEY = Symbol.for('upheld.ride');
  if (window[KEY] || !/^https?:$/.test(location.protocol)) return;
  const id = `${Math.round(performance.timeOrigin)}-${Math.random().toString(36).slice(2, 8)}`;
  const say = console.debug.bind(console);
  const SECRET = /^(password|file|hidden)$/;
  const UNSAFE = /cc-|one-time-code|password|card|cvc|cvv|captcha|otp|\bpin\b/i;
  const CHOICES = ['radio', 'checkbox'];
  // What is typed here stays here, whatever of the field says so: in small letters, without accents, word by word.
  const NEVER = new RegExp([
    'pass ?w', 'kenn ?-?wort', 'mot de passe', 'contrasen', 'palavra.passe', 'senha', 'wachtwoord',
    String.raw`\b(pwd|pass|passphrase)\b`, String.raw`\bcc\b`, String.raw`\bcard`, 'karte', String.raw`\bcarte\b`,
    'tarjeta', 'cartao', String.raw`\bcarta\b`, 'kaart', String.raw`\b(cvc|cvv|csc)\d?\b`, 'captcha',
    String.raw`\b(otp|pin|tan|mfa|2fa|totp|bic|ssn)\b`, 'secret', 'token', 'geheim', 'secur', 'sicherheit', 'pruf',
    'expir', 'ablauf', 'gultig', 'valid (until|thru|through|to|from)', String.raw`\bmm ?/? ?(yy|jj|aa)`, 'iban',
    'account (no|num)', 'konto ?(nr|num)', 'routing', 'sort ?code',
    '(?<!(post|zip|country|area|postal|land) ?)(code|kode)', 'codigo(?! postal)', 'codice(?! postale)',
  ].join('|'));
  const plain = (words) =>
    words.replace(/([a-z])([A-Z])/g, '$1 $2').normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()
      .replace(/[\s_.[\]()-]+/g, ' ');
  // A field that ever hid what is typed into it stays one, also where the page shows it on demand.
  const hiding = new WeakSet();
  const watchHiding = () => {
    for (const one of document.querySelectorAll('input[type=password]')) hiding.add(one);
  };
  const isCard = (value) => {
    const digits = value.replace(/[\s-]/g, '');
    if (!/^\d{12,19}$/.test(digits)) return false;
    const sum = [...digits].reverse().reduce((all, digit, at) => {
      const twice = Number(digit) * (at % 2 ? 2 : 1);
      return all + (twice > 9 ? twice - 9 : twice);
    }, 0);
    return sum % 10 === 0;
  };
  const isSecret = (element, legend) => {
    const names = [element.autocomplete, element.name, element.id, element.getAttribute('aria-label'),
      element.placeholder, element.title, legend, ...[...(element.labels || [])].map((one) => one.innerText)];
    if (SECRET.test(element.type) || hiding.has(element)) return true;
    // A box for one figure is one of many, of a code.
    if (element.maxLength === 1 || isCard(element.value)) return true;
    const about = plain(names.filter(Boolean).join(' '));
    const figures = element.inputMode === 'numeric' && /^\d{4,8}$/.test(element.value.trim());
    return NEVER.test(about) || (figures && !/post|zip|plz|year|jahr|annee/.test(about));
  };
  const PRESSED = 'a[href], button, summary, input[type=submit], input[type=button], input[type=image], ' +
    '[role=button], [role=link], [role=tab], [role=menuitem], [role=switch]';
  const MOST_ACTS = 80;
  const touched = new Set();
  const acts = [];
  const before = new WeakMap();
  let last = null;
  const fields = new Map();
  let [clicks, routes, submits, given, path] = [0, 0, 0, [], location.pathname];

  const shown = (element) =>
    element.checkVisibility({ visibilityProperty: true, opacityProperty: true }) && element.getClientRects().length > 0;
  const asks = (element) =>
    !['hidden', 'submit', 'button', 'reset', 'image', 'search'].includes(element.type) &&
    !element.disabled && !element.readOnly &&
    (shown(element) || (CHOICES.includes(element.type) && [...(element.labels || [])].some(shown)));
  const label = (element, most = 60) =>
    (element.labels?.[0]?.innerText || element.getAttribute('aria-label') || element.placeholder || element.name || '')
      .replace(/[\s*:]+/g, ' ').trim().slice(0, most);
  const filled = (element) => (CHOICES.includes(element.type) ? element.checked : element.value.trim() !== '');
  const scopeOf = (element) =>
    element.form || element.closest('dialog, [role=dialog], [role=form]') || element.ownerDocument.body;
  // Each field that is asked for in this part of the page by a name that it keeps when the page comes back.
  const asked = (scope) => {
    const found = new Map();
    for (const element of scope.querySelectorAll('input, select, textarea')) {
      if (!asks(element)) continue;
      const name = element.name || element.id || label(element);
      // The round buttons of one name are one field; other fields of one name are told apart by their order.
      let key = name;
      if (element.type !== 'radio') for (let at = 2; found.has(key); at += 1) key = `${name}#${at}`;
      const before = found.get(key);
      found.set(key, {
        element: before?.element ?? element,
        required: before?.required || element.required || element.getAttribute('aria-required') === 'true',
        filled: before?.filled || filled(element),
        hers: before?.hers || touched.has(element),
      });
    }
    return found;
  };
  const scopes = () =>
    [...new Set([...touched].filter((element) => element.isConnected).map(scopeOf))].filter(
      (scope) => scope && !scope.matches('[role=search]'));
  const survey = () => {
    for (const scope of scopes()) {
      for (const [key, one] of asked(scope)) {
        fields.set(key, { required: one.required, filled: one.filled && one.hers });
      }
    }
  };
  // What she has typed or chosen in a form, but what no site gives back: passwords, cards, files.
  const hers = (scope) =>
    [...asked(scope)]
      .filter(([key, { element, filled, hers }]) =>
        filled && hers && !CHOICES.includes(element.type) && !SECRET.test(element.type) &&
        !UNSAFE.test(`${element.autocomplete} ${key}`))
      .map(([key, { element }]) => [key, label(element)]);
  const records = (type) => {
    try {
      const observer = new PerformanceObserver(() => {});
      observer.observe({ type, buffered: true });
      const found = observer.takeRecords();
      observer.disconnect();
      return found;
    } catch {
      return []; // a browser that does not measure this
    }
  };
  // The worst burst: shifts less than 1 s apart, of 5 s at most; what follows her own act does not count.
  const shift = () => {
    let [worst, sum, first, last] = [0, 0, 0, 0];
    for (const entry of records('layout-shift')) {
      if (entry.hadRecentInput) continue;
      if (entry.startTime - last > 1000 || entry.startTime - first > 5000) [sum, first] = [0, entry.startTime];
      [sum, last] = [sum + entry.value, entry.startTime];
      worst = Math.max(worst, sum);
    }
    return worst;
  };
  // 2: the page itself leads on; 1: only what is around it (header, menu, footer) does; 0: nothing does.
  const ways = () => {
    const found = [...document.querySelectorAll(
      'a[href], button:enabled, input[type=submit], input[type=button], input[type=image], [role=button], [role=link]',
    )].filter(shown);
    return found.some((one) => !one.closest('header, footer, nav, aside')) ? 2 : found.length ? 1 : 0;
  };
  const INVALID = '[aria-invalid=true], .is-invalid, .field_with_errors';
  const TOLD = '[role=alert], [class*=error i], [class*=danger i], [class*=invalid i]';
  const complains = () =>
    [...document.querySelectorAll(INVALID)].some((one) => one.getClientRects().length > 0) ||
    [...document.querySelectorAll(TOLD)].some(
      (one) => shown(one) && one.innerText.trim() && !/success|info|status/i.test(one.className));

  // What was done here, as somebody else would have to do it: what was pressed, and what was typed where.
  const act = (element, does, words, value = '') => {
    // Behind an address there may be a way in.
    const bare = words.replace(/(https?:\/\/[^\s/?#]+)[/?#]\S*/g, '$1/…').replace(/\s+/g, ' ').trim();
    const said = { does, words: bare.slice(0, 200), value: value.slice(0, 200) };
    // Leaving a field tells once more what stands in it.
    const told = does !== 'press' && does !== 'follow' ? before.get(element) : null;
    if (told?.does === does && told.value === said.value) return;
    before.set(element, said);
    if (last === element && acts.at(-1)?.does === does) acts[acts.length - 1] = said;
    else if (said.words && acts.length < MOST_ACTS) acts.push(said);
    last = does === 'press' || does === 'follow' ? null : element;
  };
  const pressed = (event) => {
    const element = event.isTrusted && event.target instanceof Element ? event.target.closest(PRESSED) : null;
    if (!element) return;
    const words = element.getAttribute('aria-label') || element.innerText || element.value ||
      element.title || element.querySelector('img')?.alt || '';
    act(element, element.matches('a[href], [role=link]') ? 'follow' : 'press', words);
  };
  // A label around a list says its choices as well.
  const called = (element) => {
    const words = label(element, 200);
    const choices = element.localName === 'select' && element.labels?.[0]?.contains(element) ? element.innerText : '';
    return choices ? words.replace(choices.replace(/[\s*:]+/g, ' ').trim(), '').trim() : words;
  };
  const typed = (element) => {
    const legend = element.closest('fieldset')?.querySelector('legend')?.innerText ?? '';
    const words = [legend, called(element)].filter(Boolean).join(': ');
    const hidden = isSecret(element, legend);
    if (element.type === 'checkbox') act(element, element.checked ? 'tick' : 'untick', words);
    else if (element.type === 'radio') act(element, 'choose', legend || element.name, label(element));
    else if (element.type === 'file') act(element, 'attach', words);
    else if (hidden) act(element, 'hide', words);
    else if (element.localName === 'select') act(element, 'choose', words, element.selectedOptions[0]?.label ?? '');
    else act(element, 'type', words, element.value);
  };

  const measures = () => {
    survey();
    const [navigation] = performance.getEntriesByType('navigation');
    const seconds = (time) => (time > 0 ? Math.round(time) / 1000 : null);
    const top = window === window.top;
    const all = [...fields.values()];
    const status = navigation?.responseStatus ?? 0;
    const problem = top && ((status >= 400 && status < 500) || complains());
    return {
      id, top, clicks, routes, status, problem, submits, given, acts,
      url: location.href,
      html: document.contentType === 'text/html',
      redirects: navigation?.redirectCount ?? 0,
      first: seconds(navigation?.responseStart),
      ready: seconds(navigation?.domContentLoadedEventEnd),
      loaded: seconds(navigation?.loadEventEnd),
      largest: seconds(records('largest-contentful-paint').at(-1)?.startTime),
      shift: Math.round(shift() * 1000) / 1000,
      asked: all.length,
      required: all.filter((one) => one.required).length,
      filled: all.filter((one) => one.filled).length,
      // She signs in with what she has said before: that is no question asked twice.
      login: [...touched].some((one) => one.type === 'password') && all.length <= 3,
      ways: top && document.body ? ways() : 2,
      left: problem ? [...asked(document)].map(([key, one]) => [key, one.filled]) : [],
    };
  };

  Object.defineProperty(window, KEY, { value: measures });
  const touch = (event) => {
    const [element] = event.composedPath();
    if (element instanceof HTMLElement && element.matches('input, select, textarea')) {
      watchHiding();
      touched.add(element);
      typed(element);
    }
  };
  const early = { capture: true, passive: true };
  addEventListener('pointerdown', (event) => (clicks += event.isTrusted ? 1 : 0), early);
  for (const kind of ['pointerdown', 'keydown', 'focusin', 'click']) addEventListener(kind, watchHiding, early);
  addEventListener('click', pressed, early);
  addEventListener('input', touch, early);
  addEventListener('change', touch, early);
  addEventListener('submit', (event) => {
    submits += 1;
    given = hers(event.target);
  }, early);
  // A page that draws itself goes on without a new document.
  window.navigation?.addEventListener('currententrychange', () => {
    routes += location.pathname === path ? 0 : 1;
    path = location.pathname;
  });
  // What is told any later, when the page hides, is heard by nobody.
  addEventListener('beforeunload', () => {
    try {
      // A script that sends a form itself tells nobody.
      if (!submits) [submits, given] = [1, scopes().flatMap(hers)];
      say('upheld.ride', JSON.stringify(measures()));
    } catch {
      // What cannot be measured is missing; nobody else shall notice.
    }
  }, early);
};
