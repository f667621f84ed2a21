import { useState } from "react";
import { Stance } from "./Stance";

export function App() {
  const [more, setMore] = useState(false);
  const [painted, setPainted] = useState(0);
  return (
    <main>
      <Stance onAnalyzed={({ sentences }) => setPainted(sentences.filter((sentence) => sentence.painted).length)}>
        <article>
          <h1>The strait</h1>
          <p>Both governments signed an accord and thanked Norway for its help. The strait is 38 kilometres wide.</p>
          <p>A week before, the navy had shelled the port and accused its neighbour of an attack.</p>
          {more && <p>The rebels bombed the capital.</p>}
        </article>
      </Stance>
      <p><output>{painted} painted</output> <button type="button" onClick={() => setMore(!more)}>More</button></p>
    </main>
  );
}
