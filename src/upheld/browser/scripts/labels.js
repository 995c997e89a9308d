// The labels of a page that something could stand beside.
() => {
  const flat = (text) => (text || '').replace(/\s+/g, ' ').trim().replace(/\s*:$/, '');
  const seen = (element) => element.checkVisibility({ visibilityProperty: true, opacityProperty: true });
  const marked = [...document.querySelectorAll('dt, th, label')].filter(seen).map((element) => flat(element.innerText));
  const lines = (document.body?.innerText || '').split('\n').map((line) => line.match(/^\s*([^:]{2,40}):\s+\S/)?.[1]);
  return [...new Set([...marked, ...lines.map(flat)])].filter((name) => name && name.length <= 60);
};
