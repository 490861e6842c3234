"use strict";

const [{ dataset: words }] = document.querySelectorAll("script[data-show]");

for (const input of document.querySelectorAll('input[type="password"]')) {
  const button = addButton(input, words.show);
  button.setAttribute("aria-controls", input.id);
  button.setAttribute("aria-label", words.showPassword);
  button.setAttribute("aria-pressed", "false");
  const show = (shown) => {
    input.type = shown ? "text" : "password";
    button.textContent = shown ? words.hide : words.show;
    button.setAttribute("aria-pressed", String(shown));
  };
  button.addEventListener("click", () => show(input.type === "password"));
  input.form.addEventListener("submit", () => show(false));
}

for (const input of document.querySelectorAll("[data-copy]")) {
  const button = addButton(input, words.copy);
  input.addEventListener("focus", () => input.select());
  button.addEventListener("click", async () => {
    input.select();
    try {
      await navigator.clipboard.writeText(input.value);
      button.textContent = words.copied;
    } catch {
      button.textContent = words.selected;
    }
  });
}

for (const select of document.querySelectorAll('[data-browser-zone="first"]')) {
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (select.value === "UTC" && [...select.options].some((option) => option.value === here)) select.value = here;
}

for (const time of document.querySelectorAll("time[datetime]")) {
  const at = new Date(time.dateTime);
  time.title = time.textContent;
  const { lang } = time.closest("[lang]");
  time.textContent = at.toLocaleString(lang === "en" ? "en-GB" : lang, { dateStyle: "medium", timeStyle: "short" });
}

function addButton(input, text) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "inside";
  button.textContent = text;
  const frame = document.createElement("span");
  frame.className = "with-button";
  input.replaceWith(frame);
  frame.append(input, button);
  return button;
}
