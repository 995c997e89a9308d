// What stands beside a label, "" (which keeps the wait going) where there is none.
(given) => {
  const wanted = given.toLowerCase().replace(/\s+/g, ' ').trim();
  const flat = (text) => (text || '').replace(/\s+/g, ' ').trim();
  const seen = (element) => element.checkVisibility({ visibilityProperty: true, opacityProperty: true });
  const is = (text) => flat(text).toLowerCase().replace(/[:\s]+$/, '') === wanted;
  for (const label of document.querySelectorAll('dt, th, label, strong, b, span, div, p, td, h2, h3, h4')) {
    if (!seen(label) || !is(label.innerText)) continue;
    const row = label.closest('tr');
    const column = label.localName === 'th' && row && ![...row.cells].some((cell) => cell.localName === 'td');
    const below = column && row.closest('table').rows[row.rowIndex + 1]?.cells[label.cellIndex];
    const beside = below || (label.localName === 'label' && label.control) || label.nextElementSibling;
    const text = beside && seen(beside) ? flat(beside.value ?? beside.innerText) : '';
    if (text) return text;
  }
  // "Order number: UP-1042" on a line of its own, or in a sentence ("Your order number is UP-1042.").
  const escaped = wanted.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/ /g, '\\s+');
  for (const line of (document.body?.innerText || '').split('\n').map(flat)) {
    const after = line.match(new RegExp(`^${escaped}\\s*:\\s*(.+)$`, 'i'));
    if (after) return after[1];
    const within = line.match(new RegExp(`\\b${escaped}(?:\\s+(?:is|ist|est|es|é|è))?\\s*:?\\s+(\\S*\\d\\S*)`, 'i'));
    if (within) return within[1].replace(/[.,;:!?)]+$/, '');
  }
  return '';
};
