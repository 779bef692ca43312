/* Passkeys. A form with data-passkey ("create" or "get") and data-options gets its button; the answer is sent as JSON. */
(() => {
  "use strict";
  const bytesOf = (text) =>
    Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
  const textOf = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

  const optionsOf = (form) => {
    const options = JSON.parse(form.dataset.options);
    const named = (list) => (list || []).map((each) => ({ ...each, id: bytesOf(each.id) }));
    options.challenge = bytesOf(options.challenge);
    if (options.user) options.user.id = bytesOf(options.user.id);
    if (options.excludeCredentials) options.excludeCredentials = named(options.excludeCredentials);
    if (options.allowCredentials) options.allowCredentials = named(options.allowCredentials);
    return { publicKey: options };
  };

  const answerOf = (credential) => {
    const given = credential.response;
    const response = { clientDataJSON: textOf(given.clientDataJSON) };
    for (const name of ["attestationObject", "authenticatorData", "signature", "userHandle"])
      if (given[name]) response[name] = textOf(given[name]);
    const id = textOf(credential.rawId);
    return JSON.stringify({ id, rawId: id, type: credential.type, response, clientExtensionResults: {} });
  };

  document.querySelectorAll("form[data-passkey]").forEach((form) => {
    const part = form.querySelector("[data-passkey-part]");
    const said = form.querySelector("[data-passkey-said]");
    if (!window.PublicKeyCredential) return;
    part.hidden = false;
    form.querySelectorAll("[data-passkey-without]").forEach((each) => { each.hidden = true; });
    part.querySelector("button").addEventListener("click", async () => {
      said.textContent = "";
      try {
        const credential = await navigator.credentials[form.dataset.passkey](optionsOf(form));
        form.elements.passkey.value = answerOf(credential);
        form.requestSubmit();
      } catch (problem) {
        said.textContent = problem.name === "InvalidStateError"
          ? "This device holds a passkey for this account already."
          : "That did not work, or it was cancelled. Try again.";
      }
    });
  });
})();
