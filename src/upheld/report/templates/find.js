"use strict";
// Find and filter, with the state in the address; without it the page shows everything.
(() => {
  const form = document.getElementById("find");
  if (!form) return;
  const names = ["who", "owner", "stage", "verdict", "tag"];
  const journeys = [...document.querySelectorAll("main > article")].map((article) => ({
    article,
    groups: article.dataset.f.split("|").map((group) => group.split(",")),
    text: (article.textContent + " " + article.dataset.f).toLowerCase(),
  }));
  const finding = document.getElementById("finding");
  const found = document.getElementById("found");
  const show = () => {
    const words = form.find.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const { article, groups, text } of journeys) {
      const fits = names.every((name, at) => !form[name] || !form[name].value || groups[at].includes(form[name].value));
      article.hidden = !(fits && words.every((word) => text.includes(word)));
      count += article.hidden ? 0 : 1;
    }
    found.textContent = count === journeys.length ? found.dataset.all : found.dataset.some.replace("#", count);
  };
  const read = () => {
    const said = new URLSearchParams(location.hash.slice(1));
    if (location.hash && !location.hash.includes("=")) return;
    for (const name of ["find", ...names]) if (form[name]) form[name].value = said.get(name) || "";
    if ([...said].length) finding.open = true;
    show();
  };
  const write = () => {
    const said = new URLSearchParams([...new FormData(form)].filter(([, value]) => value));
    const hash = said.toString();
    history.replaceState(null, "", hash ? "#" + hash : location.pathname + location.search);
    show();
  };
  finding.hidden = false;
  form.addEventListener("input", write);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(write));
  addEventListener("hashchange", read);
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)) return;
    const shown = journeys.filter((one) => !one.article.hidden).map((one) => one.article.querySelector("h3 a"));
    if (event.key === "/") {
      finding.open = true;
      form.find.focus();
    }
    else if (event.key === "j" || event.key === "k") {
      const at = shown.indexOf(document.activeElement);
      const next = event.key === "j" ? at + 1 : at < 0 ? shown.length - 1 : at - 1;
      if (shown[next]) shown[next].focus();
    } else return;
    event.preventDefault();
  });
  show();
  read();
})();
