// The keyboard and the clocks. Every page works without this file.

const KST = 9 * 3600_000;

function tick() {
  const now = Date.now();
  for (const clock of document.querySelectorAll("[data-clock]")) {
    clock.textContent = new Date(now + (clock.dataset.clock === "9" ? KST : 0)).toISOString().slice(11, 19);
  }
}
tick();
setInterval(tick, 1000);
document.addEventListener("htmx:after:swap", tick);

const typing = (target) => target.closest("input, select, textarea, [contenteditable]");
let waiting = 0;

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  if (waiting && Date.now() - waiting < 1500) {
    waiting = 0;
    const link = document.querySelector(`.menu [data-go="${CSS.escape(event.key)}"]`);
    if (link) { event.preventDefault(); link.click(); }
    return;
  }
  if (event.key === "g") waiting = Date.now();
  else if (event.key === "/") {
    const search = document.querySelector("[data-search]");
    if (search) { event.preventDefault(); search.focus(); search.select(); }
  } else if (event.key === "j" || event.key === "k") {
    const links = [...document.querySelectorAll("main tbody tr")].map((row) => row.querySelector("a")).filter(Boolean);
    const at = links.indexOf(document.activeElement);
    const next = links[event.key === "j" ? at + 1 : Math.max(at - 1, 0)];
    if (next) { event.preventDefault(); next.focus(); }
  }
});
