// A link's token stays in the page and leaves the address bar, its history and what is copied from there.
"use strict";
if (new URLSearchParams(location.search).has("token")) {
  history.replaceState(history.state, "", location.pathname);
}
