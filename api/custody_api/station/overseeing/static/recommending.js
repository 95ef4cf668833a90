// Issuing a recommendation, or recording its reply: the draft with the wording as it stands goes to the hand-over.

import { present } from "../signing/hand-over.js";

const next = document.getElementById("next-act"), statement = document.getElementById("statement");

next.querySelector("[data-sign]").addEventListener("click", event => {
  const said = statement.value.trim();
  if (!said) {
    statement.focus();
    return;
  }
  event.currentTarget.disabled = statement.readOnly = true;
  const draft = { ...JSON.parse(next.dataset.draft), statement: said };
  const again = () => { next.querySelector("[data-sign]").disabled = statement.readOnly = false; };
  present(document.getElementById("hand-over"), draft, { onBack: again });
});
next.dataset.ready = "";
