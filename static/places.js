// Arrow keys on the page's picture move the chosen field; without scripts the buttons do the same.
const pane = document.getElementById("place-keys");
const ways = { ArrowLeft: ["left", -1], ArrowRight: ["left", 1], ArrowUp: ["top", -1], ArrowDown: ["top", 1] };
if (pane) {
  pane.tabIndex = 0;
  pane.addEventListener("pointerdown", () => pane.focus({ preventScroll: true }));
  pane.addEventListener("keydown", (event) => {
    const way = ways[event.key];
    if (!way || event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    event.preventDefault();
    const chosen = document.getElementById("moving").value;
    const step = event.shiftKey ? 5 : 0.5;
    let input;
    for (const name of chosen === "leader" ? ["leader", "seal"] : [chosen]) {
      input = document.getElementById(`${name}_${way[0]}`);
      input.value = Math.round((Number(input.value) + way[1] * step) * 10) / 10;
    }
    input.dispatchEvent(new Event("change", { bubbles: true }));
  });
}
