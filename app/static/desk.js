// Without script, the browser's own menu prints; the page is made for it either way.
"use strict";

for (const button of document.querySelectorAll("button.print")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}
