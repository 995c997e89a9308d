// The names of the links and buttons that can be seen and say that they download.
() => {
  const seen = (element) => element.checkVisibility({ visibilityProperty: true, opacityProperty: true });
  const name = (element) =>
    (element.getAttribute('aria-label') || element.innerText || element.value || element.title || '').replace(/\s+/g, ' ').trim();
  const says = /download|herunterladen|télécharger|descargar|baixar|transferir|scarica|downloaden/i;
  const found = [...document.querySelectorAll('a[href], button, input[type=submit], [role=button], [role=link]')].filter(
    (element) => seen(element) && (element.hasAttribute('download') || says.test(name(element))),
  );
  return [...new Set(found.map(name).filter(Boolean))];
};
