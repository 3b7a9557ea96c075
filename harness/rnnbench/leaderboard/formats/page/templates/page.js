"use strict";
// Sorting by a click or the keyboard, and filtering. Rows are bodies of a table: each holds a row and what opens under it.
const key = (body, column) => body.rows[0].cells[column].dataset.sort ?? "";

function compare(a, b) {
  if (a === "" || b === "") return 0;
  const [x, y] = [Number(a), Number(b)];
  return Number.isNaN(x) || Number.isNaN(y) ? a.localeCompare(b) : x - y;
}

function sort(heading) {
  const table = heading.closest("table");
  const order = heading.ariaSort === "ascending" ? "descending" : "ascending";
  const column = heading.cellIndex;
  for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
  heading.ariaSort = order;
  const sign = order === "ascending" ? 1 : -1;
  const bodies = [...table.tBodies].sort((a, b) => {
    const [left, right] = [key(a, column), key(b, column)];
    return (left === "") - (right === "") || sign * compare(left, right); // what has no value stays below
  });
  table.append(...bodies);
}

function filter(input) {
  const bodies = [...document.getElementById(input.dataset.filter).tBodies];
  const words = input.value.toLowerCase().split(/\s+/);
  for (const body of bodies) {
    const text = `${body.rows[0].textContent} ${body.querySelector("summary").textContent}`.toLowerCase();
    body.hidden = !words.every((word) => text.includes(word));
  }
  const shown = bodies.filter((body) => !body.hidden).length;
  input.closest("p").querySelector("output").value = input.value ? `${shown} of ${bodies.length} rows` : "";
}

for (const button of document.querySelectorAll("thead button")) {
  button.addEventListener("click", () => sort(button.closest("th")));
}
for (const input of document.querySelectorAll("[data-filter]")) {
  input.addEventListener("input", () => filter(input));
}
