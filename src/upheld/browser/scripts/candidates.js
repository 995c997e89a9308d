// For each element: how near to the customer's matter it stands, what it leads to, and the heading above it.
(elements) => {
  const open = [...document.querySelectorAll('dialog[open], [role=dialog], [role=alertdialog]')].filter(
    (dialog) => dialog.getClientRects().length,
  );
  const headings = [...document.querySelectorAll('h1, h2, h3, h4, h5, h6, legend')];
  const forms = [...document.forms];
  return elements.map((element, index) => {
    let rank = 1;
    if (open.some((dialog) => dialog.contains(element))) rank = 3;
    else if (element.closest('main, [role=main], article')) rank = 2;
    else if (element.closest('header, nav, footer, aside, [role=banner], [role=navigation], [role=contentinfo]')) rank = 0;
    const link = element.closest('a[href]');
    const form = element.form || element.closest('form');
    const leads = link ? `link ${link.href}` : form ? `form ${forms.indexOf(form)} ${element.formAction}` : `alone ${index}`;
    let heading = '';
    for (const candidate of headings) {
      if (candidate.compareDocumentPosition(element) & Node.DOCUMENT_POSITION_FOLLOWING) heading = candidate.innerText;
    }
    return { index, rank, leads, heading: heading.trim().slice(0, 60), newTab: link?.target === '_blank' };
  });
};
