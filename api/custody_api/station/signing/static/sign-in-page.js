// The page of signing in.

import { mount } from "./sign-in.js";

const place = document.getElementById("sign-in");
await mount(place, () => location.assign(place.dataset.next), { onward: place.dataset.next });
