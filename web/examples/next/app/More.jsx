"use client";

// Shows that the page is alive: what React adds after it took over is painted too.

import { useState } from "react";

export function More() {
  const [more, setMore] = useState(false);
  return <>{more && <p>The rebels bombed the capital.</p>}<p><button type="button" onClick={() => setMore(!more)}>More</button></p></>;
}
