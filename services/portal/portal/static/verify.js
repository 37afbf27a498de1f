// The file's print is made here, in the browser. Only a file whose print is not known is sent to be looked at.
"use strict";

(() => {
  const form = document.querySelector("form[data-verify]");
  if (!form || !window.crypto || !window.crypto.subtle) return;
  form.addEventListener("submit", async (event) => {
    const file = form.elements.file.files[0];
    if (!file) return;
    event.preventDefault();
    form.querySelector("[role=status]").textContent = form.dataset.verify;
    try {
      const digest = await window.crypto.subtle.digest("SHA-256", await file.arrayBuffer());
      const print = Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
      const answer = await fetch(`${form.getAttribute("action")}/empreinte/${print}`);
      if (answer.status === 204) {
        window.location.assign(`${form.getAttribute("action")}?empreinte=${print}`);
        return;
      }
    } catch {
      // Whatever failed here, the form can still be sent.
    }
    form.submit();
  });
})();
