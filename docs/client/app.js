// A front end on another origin than the API's, in one file: signing in, a session that ends, joining by an invite link,
// and a new password. tsc checks it against the API's types; no build step is needed to run it.

/** @import { paths } from "./api" */
/** @import { Answer, Method, Operation, Refusal, Sent } from "./calls" */
/** @typedef {Record<string, string>} Typed What stands in the fields of a form, by their names. */

const API = /** @type {HTMLMetaElement} */ (document.querySelector("meta[name=api]")).content;
const said = /** @type {HTMLElement} */ (document.querySelector("#said"));
const page = location.pathname;
const token = new URLSearchParams(location.search).get("token") ?? "";
const ENDED = "Your session has ended. Please sign in again: what you typed is kept.";
const NO_COOKIE = "The password is right, but this browser keeps no cookie of the server. Is it on the same site?";
let whoTyped = 0;

class Refused extends Error {
  /** @param {Refusal} body @param {string | null} wait Seconds, with 429 and 503. */
  constructor(body, wait) {
    super(wait ? `${body.message} (${wait} s)` : body.message);
    this.code = body.code;
    this.errors = body.errors ?? {};
  }
}

/**
 * Ask the API. Whatever is no success is thrown: Refused with the API's own words, TypeError when it is out of reach.
 * @template {keyof paths} P @template {Method} M
 * @param {M} method @param {P} path @param {Sent<Operation<P, M>>} [sent]
 * @returns {Promise<Answer<Operation<P, M>>>}
 */
async function call(method, path, { body, query } = {}) {
  const answer = await fetch(`${API}${path}?${new URLSearchParams(/** @type {Typed} */ (query ?? {}))}`, {
    method: method.toUpperCase(),
    credentials: "include", // without this the cookie is neither kept nor sent on another origin
    ...(body && { headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) }),
  });
  if (!answer.ok) throw new Refused(await answer.json(), answer.headers.get("Retry-After"));
  return answer.json();
}

/** @param {string} id @returns {any} */
const part = (id) => document.querySelector(id);

/** Show one screen, say one sentence, and put the keyboard there. @param {string} name @param {string} [sentence] */
function show(name, sentence = "") {
  for (const section of document.querySelectorAll("section")) section.hidden = section.id !== name;
  said.textContent = sentence;
  part(`#${name} h1`).focus();
}

/** What the API says of a field stands below it, where screen readers find it. @param {HTMLFormElement} form */
function mark(form, /** @type {Record<string, string[]>} */ errors) {
  for (const old of form.querySelectorAll(".fault")) old.remove();
  for (const input of form.querySelectorAll("input")) {
    const problems = (errors[input.name] ?? []).join(" ");
    input.ariaInvalid = String(Boolean(problems));
    if (!problems) continue;
    const id = `${form.parentElement?.id}-${input.name}-fault`;
    input.setAttribute("aria-describedby", id);
    input.parentElement?.after(Object.assign(document.createElement("p"), { id, className: "fault", textContent: problems }));
  }
  /** @type {HTMLInputElement | null} */ (form.querySelector("[aria-invalid=true]"))?.focus();
}

/** @param {string} screen @param {(typed: Typed) => Promise<void>} act */
function whenSent(screen, act) {
  const form = /** @type {HTMLFormElement} */ (part(`#${screen} form`));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    mark(form, {});
    await attempt(() => act(/** @type {Typed} */ (Object.fromEntries(new FormData(form)))), form);
  });
}

/** Do it, and tell what went wrong. @param {() => Promise<void>} act @param {HTMLFormElement} [form] */
async function attempt(act, form) {
  try {
    await act();
  } catch (error) {
    if (!(error instanceof Refused)) said.textContent = "The server cannot be reached. Please try again.";
    else if (error.code === "not_signed_in")
      show("sign-in", !form ? "" : form.closest("#sign-in") ? NO_COOKIE : ENDED);
    else {
      said.textContent = error.message;
      if (form) mark(form, error.errors);
    }
  }
}

async function home(sentence = "") {
  const me = await call("get", "/api/v4/auth/session");
  if (whoTyped !== me.user_id) part("#home form").reset(); // what somebody else typed is not theirs to see
  whoTyped = me.user_id;
  part("[data-who]").textContent = me.login;
  history.replaceState(null, "", "/");
  show("home", sentence);
}

async function join() {
  const offer = await call("get", "/api/v4/auth/register/validate-token", { query: { token } });
  part("[data-offer]").textContent = offer.invited_by ? `${offer.invited_by} invites you.` : "";
  if (offer.email) Object.assign(part("#join [name=aEmail]"), { value: offer.email, readOnly: true });
  show("join");
}

whenSent("sign-in", async ({ aLogin, aPasswordHash }) => {
  await call("post", "/api/v4/auth/login", { body: { aLogin, aPasswordHash } });
  part("#sign-in form").reset();
  await home();
});

whenSent("home", async ({ first_name, last_name }) => {
  const me = await call("get", "/api/v4/auth/session");
  const body = { first_name, last_name };
  if (me.onboarding_complete) await call("patch", "/api/v4/members/profile", { body });
  else await call("post", "/api/v4/auth/onboard", { body });
  said.textContent = "Saved.";
});

whenSent("join", async ({ aLogin, aEmail, aPasswordHash }) => {
  await call("post", "/api/v4/auth/register", { body: { aLogin, aEmail, aPasswordHash, invite_token: token } });
  await call("post", "/api/v4/auth/login", { body: { aLogin, aPasswordHash } });
  await home("Welcome.");
});

whenSent("reset", async ({ email }) => {
  said.textContent = (await call("post", "/api/v4/auth/reset-request", { body: { email } })).message;
});

whenSent("new-password", async ({ new_password }) => {
  const { message } = await call("post", "/api/v4/auth/reset-confirm", { body: { token, new_password } });
  history.replaceState(null, "", "/");
  show("sign-in", message);
});

part("#sign-out").addEventListener("click", () =>
  attempt(async () => show("sign-in", (await call("post", "/api/v4/auth/logout")).message)));

if (token) history.replaceState(null, "", page); // a secret does not stay where others can read it
if (page === "/join") await attempt(join).then(() => part("#join").hidden && show("nowhere", said.textContent));
else if (page === "/reset") show(token ? "new-password" : "reset");
else await attempt(home);
