// Whether the page asks her to sign in: one password that is not a new one, or an address or a code beside words of signing in.
() => {
  const seen = (element) => element.checkVisibility({ visibilityProperty: true, opacityProperty: true });
  const fields = [...document.querySelectorAll('input')].filter(seen);
  const asked = fields.filter((field) => field.type === 'password');
  if (asked.length === 1 && !/new-password/.test(asked[0].autocomplete)) return true;
  if (asked.length) return false;
  const says = /\b(log|sign) ?in\b|anmelden|einloggen|connexion|se connecter|iniciar sesión|entrar|inloggen|accedi/i;
  return fields.some((field) => {
    const scope = field.form || document.body;
    // What the form says of itself, and the headings above it; a link to sign in at the page's edge is neither.
    const heads = [...document.querySelectorAll('h1, h2')].filter((head) => !head.closest('header, nav, footer, aside'));
    const words = [...scope.querySelectorAll('button, input[type=submit], legend'), ...heads].filter(seen);
    const asks = field.type === 'email' || /username|email|one-time-code/.test(`${field.autocomplete} ${field.name}`);
    return asks && !scope.closest('header, nav, footer') && words.some((word) => says.test(word.innerText || word.value || ''));
  });
};
