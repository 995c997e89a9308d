// Runs axe-core over the page and returns what it found wrong, the worst first, each with where it stands on the page.
// https://www.deque.com/axe/core-documentation/api-documentation/
async (limit) => {
  const IMPACTS = ['critical', 'serious', 'moderate', 'minor'];
  const asked = axe.run(document, {
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'],
    resultTypes: ['violations'],
    iframes: false,
    preload: false,
  });
  const late = new Promise((_, fail) => setTimeout(() => fail(new Error('axe took too long')), limit));
  const { violations } = await Promise.race([asked, late]);
  const box = (target) => {
    const [element] = typeof target === 'string' ? document.querySelectorAll(target) : [];
    const { x, y, width, height } = element?.getBoundingClientRect() ?? {};
    return width && height ? { x: x + scrollX, y: y + scrollY, width, height } : null;
  };
  return violations
    .sort((one, other) => IMPACTS.indexOf(one.impact) - IMPACTS.indexOf(other.impact))
    .map(({ id, impact, help, nodes }) => ({
      id, impact, help,
      count: nodes.length,
      nodes: nodes.slice(0, 5).map((node) => ({ target: node.target.map((one) => String(one).slice(0, 200)) })),
      box: box(nodes[0]?.target[0]),
    }));
};
