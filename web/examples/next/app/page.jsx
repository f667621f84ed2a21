import { More } from "./More";
import { Stance } from "./Stance";

export default function Page() {
  return (
    <Stance>
      <article>
        <h1>The strait</h1>
        <p>Both governments signed an accord and thanked Norway for its help. The strait is 38 kilometres wide.</p>
        <p>A week before, the navy had shelled the port and accused its neighbour of an attack.</p>
        <More />
      </article>
    </Stance>
  );
}
