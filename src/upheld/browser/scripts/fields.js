// Reads every field of the page at once: what it is, what it is called, whether a customer would see it.
// Returns {fields, forms, elements}; `elements[i]` is the element of `fields[i]`.
() => {
  const flat = (text) => (text || '').replace(/\s+/g, ' ').trim();
  const words = (node) => {
    const copy = node.cloneNode(true);
    copy.querySelectorAll('input, select, textarea, button, script, style').forEach((inner) => inner.remove());
    return flat(copy.textContent);
  };
  const shown = (element) => {
    if (!element.checkVisibility({ visibilityProperty: true, opacityProperty: true })) return false;
    if (element.closest('[aria-hidden=true], [inert]')) return false;
    const box = element.getBoundingClientRect();
    // Scrolled away is still to be seen; moved off the page to the left or above, or shrunk to a dot, is not.
    return box.width > 2 && box.height > 2 && box.right + scrollX > 0 && box.bottom + scrollY > 0;
  };
  const collect = (root) => {
    const found = [...root.querySelectorAll('input, select, textarea')];
    for (const host of root.querySelectorAll('*')) if (host.shadowRoot) found.push(...collect(host.shadowRoot));
    return found;
  };
  const elements = collect(document).filter(
    (element) => !['hidden', 'submit', 'button', 'reset', 'image'].includes(element.type),
  );
  const labelOf = (element) => {
    const root = element.getRootNode();
    const by = (element.getAttribute('aria-labelledby') || '').split(/\s+/).map((id) => id && root.getElementById(id));
    return (
      flat(by.filter(Boolean).map(words).join(' ')) ||
      flat(element.getAttribute('aria-label')) ||
      flat([...(element.labels || [])].map(words).join(' ')) ||
      flat(element.placeholder) ||
      flat(element.title)
    );
  };
  const scopes = [];
  const scopeOf = (element) => {
    const scope = element.form || element.closest('[role=form], [role=search], dialog, [role=dialog]') || document.body;
    if (!scopes.includes(scope)) scopes.push(scope);
    return scopes.indexOf(scope);
  };
  const fields = elements.map((element) => {
    const choice = element.type === 'radio' || element.type === 'checkbox';
    const label = [...(element.labels || [])].find(shown);
    const fieldset = element.closest('fieldset, [role=radiogroup], [role=group]');
    const legend = fieldset && (fieldset.querySelector('legend') ? words(fieldset.querySelector('legend')) : labelOf(fieldset));
    return {
      tag: element.localName,
      type: element.localName === 'input' ? element.type : element.localName,
      name: element.name || element.id || '',
      label: labelOf(element),
      auto: flat(element.getAttribute('autocomplete')).toLowerCase().split(' ').filter(Boolean),
      legend: legend || '',
      required:
        element.required || element.getAttribute('aria-required') === 'true' ||
        (!choice && /\*\s*$/.test(labelOf(element))),
      // A radio group's own mark counts for each of its buttons.
      group_required: !!fieldset && fieldset.getAttribute('aria-required') === 'true',
      value: choice ? element.value : element.localName === 'select' ? element.value : element.value ? 'filled' : '',
      checked: !!element.checked,
      // Checkboxes and radio buttons are often drawn by their label, and themselves not to be seen.
      visible: shown(element) || (choice && !!label && !element.closest('[aria-hidden=true], [inert]')),
      by_label: choice && !shown(element) && !!label,
      locked: element.matches(':disabled') || !!element.readOnly,
      options: element.localName === 'select'
        ? [...element.options].map((option) => ({
            value: option.value, label: flat(option.label || option.text), real: option.value !== '' && !option.disabled,
          }))
        : [],
      min: element.min || '',
      // How many characters it takes, 0 where it does not say.
      length: element.maxLength > 0 ? element.maxLength : 0,
      form: scopeOf(element),
    };
  });
  const forms = scopes.map((scope) => ({
    search: scope.matches('[role=search]') || !!scope.closest('[role=search], search'),
    dialog: !!scope.closest('dialog[open], [role=dialog]'),
    aside: !!scope.closest('header, footer, nav, aside'),
    words: flat(
      `${labelOf(scope)} ${[...scope.querySelectorAll('button, input[type=submit], h1, h2, h3, legend')]
        .map((inner) => inner.innerText || inner.value).join(' ')}`,
    ).slice(0, 300),
    whole: scope === document.body,
  }));
  return { fields, forms, language: document.documentElement.lang || '', elements };
};
