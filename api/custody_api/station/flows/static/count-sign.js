// The count as the server adds it up, for those to sign who made it.

import { get } from "../station/api.js";
import { withOffset } from "../station/moments.js";
import { begin, given } from "./flow.js";

await begin({
  fresh: {}, draw() {},
  draft: async () => ({ ...await get(`/stock-takes/${given.stock_take}/counted`), occurred_at: withOffset() }),
});
