// A React component: children come in, painted; `onAnalyzed` is told what was found.

import { useEffect, useRef } from "react";
import "stancelight/element";

export function Stance({ children, threshold, onAnalyzed }) {
  const element = useRef(null);
  useEffect(() => {
    const { current } = element;
    const tell = ({ detail }) => onAnalyzed?.(detail);
    current.addEventListener("stance-analyzed", tell);
    return () => current.removeEventListener("stance-analyzed", tell);
  }, [onAnalyzed]);
  return <stance-highlight ref={element} explain threshold={threshold}>{children}</stance-highlight>;
}
