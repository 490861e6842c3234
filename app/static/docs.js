"use strict";

for (const details of document.querySelectorAll("details.try")) {
  details.hidden = false;
  details.querySelector("form").addEventListener("submit", send);
}

async function send(event) {
  event.preventDefault();
  const form = event.currentTarget;
  const output = form.querySelector("output");
  const button = form.querySelector("button");
  tell(form, "Sending …", "");
  button.disabled = true;
  try {
    const answer = await fetch(address(form), request(form));
    output.className = "status s" + String(answer.status)[0];
    tell(form, `${answer.status} ${answer.statusText}`, pretty(await answer.text()));
  } catch (error) {
    output.className = "status s5";
    tell(form, "No answer", String(error));
  } finally {
    button.disabled = false;
  }
}

function address(form) {
  let path = form.dataset.path;
  const query = new URLSearchParams();
  for (const input of form.querySelectorAll("input[data-place]")) {
    if (input.dataset.place === "path") {
      path = path.replace(`{${input.name}}`, encodeURIComponent(input.value));
    } else if (input.value) {
      query.set(input.name, input.value);
    }
  }
  return query.size ? `${path}?${query}` : path;
}

function request(form) {
  const body = form.querySelector("[data-body]");
  return {
    method: form.dataset.method,
    credentials: "same-origin",
    redirect: "manual",
    ...(body && { headers: { "Content-Type": "application/json" }, body: body.value }),
  };
}

function tell(form, status, text) {
  form.querySelector("output").textContent = status;
  const shown = form.querySelector("pre");
  shown.textContent = text;
  shown.hidden = !text;
}

function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
