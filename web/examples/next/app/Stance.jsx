"use client";

// The element as a client component: the server renders it with its children, the browser brings it to life.

import "stancelight/element";

export function Stance({ children }) {
  return <stance-highlight explain>{children}</stance-highlight>;
}
