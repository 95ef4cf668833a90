// A stock-take is closed with its conclusion, before a supervisor.

import { _ } from "../station/words.js";
import { withOffset } from "../station/moments.js";
import { Lacking, begin, given, typed } from "./flow.js";

const conclusion = document.getElementById("conclusion");

const flow = await begin({
  fresh: { conclusion: "" },
  draw: state => { conclusion.value = state.conclusion; },
  draft() {
    if (!typed(conclusion)) throw new Lacking(_("Say what the stock-take came to."));
    return { ...given, occurred_at: withOffset(), conclusion: typed(conclusion) };
  },
});

conclusion.addEventListener("change", () => flow.note(it => { it.conclusion = conclusion.value; }));
