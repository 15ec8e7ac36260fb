// Asks the browser for a passkey: to enrol one, to log in, to sign an act. Nothing else runs as script.
"use strict";
(() => {
  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0));
  const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

  const send = async (button, address, body) => {
    const answer = await fetch(address, {
      method: "POST", credentials: "same-origin", body: JSON.stringify(body),
      headers: { "Content-Type": "application/json", "X-CSRFToken": button.dataset.token },
    });
    if (!answer.ok) throw new Error((await answer.text()).slice(0, 300));
    return answer.json();
  };

  const plain = (credential) => {
    const response = {};
    for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
      if (credential.response[name]) response[name] = text(credential.response[name]);
    }
    return { id: credential.id, rawId: text(credential.rawId), type: credential.type, response, clientExtensionResults: {} };
  };

  const known = (list) => (list || []).map((key) => ({ ...key, id: bytes(key.id) }));
  const ask = (challenge, rest) => navigator.credentials.get({
    publicKey: { ...rest, challenge, userVerification: "required" },
  });

  const enrol = async (button) => {
    const offer = await send(button, button.dataset.offer, {});
    const made = await navigator.credentials.create({ publicKey: {
      ...offer, challenge: bytes(offer.challenge), user: { ...offer.user, id: bytes(offer.user.id) },
      excludeCredentials: known(offer.excludeCredentials),
    } });
    const label = document.getElementById("passkey-name").value;
    location.assign((await send(button, button.dataset.send, { credential: plain(made), label })).weiter);
  };

  const logIn = async (button) => {
    const offer = await send(button, button.dataset.offer, {});
    const shown = await ask(bytes(offer.challenge), { rpId: offer.rpId, timeout: offer.timeout });
    await send(button, button.dataset.send, { credential: plain(shown) });
    location.assign(button.dataset.onward);
  };

  const sign = async (button) => {
    const signed = {};
    for (const act of button.dataset.acts.split(" ")) {
      const challenge = Uint8Array.from(act.match(/../g), (pair) => parseInt(pair, 16));
      const given = plain(await ask(challenge, { rpId: location.hostname }));
      signed[act] = [given.id, given.response.authenticatorData, given.response.clientDataJSON, given.response.signature];
    }
    button.form.elements.unterschrift.value = JSON.stringify(signed);
    button.form.requestSubmit(button);
  };

  const ways = { enrol, "log-in": logIn, sign };
  for (const button of document.querySelectorAll("[data-passkey]")) {
    button.hidden = false;
    button.addEventListener("click", async (event) => {
      const { passkey } = button.dataset;
      if (passkey === "sign" && button.form.elements.unterschrift.value) return;
      event.preventDefault();
      const told = document.getElementById("passkey-meldung");
      told.textContent = "";
      try {
        await ways[passkey](button);
      } catch (error) {
        told.textContent = error.name === "NotAllowedError"
          ? "Der Passkey wurde nicht benutzt (abgebrochen, oder die Zeit ist um). Versuchen Sie es noch einmal."
          : error.message;
      }
    });
  }
})();
