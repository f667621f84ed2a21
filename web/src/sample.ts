// The article a first visitor sees: invented, with sentences of every kind and plain ones between them.

export const SAMPLE = `Strait talks resume as patrols go on

PORT LANDRY, 14 March – Envoys from Maresia and the Tolen Islands signed an accord on Tuesday to reopen the ferry route that has been closed since the autumn. Both governments thanked Norway for hosting eleven days of negotiations in Bergen.

The strait is 38 kilometres wide at its narrowest point. About a third of the region's grain passes through it.

Hours after the ceremony, Tolen's defence minister accused the Maresian navy of ramming a fishing boat near the Saddle Reef. "If they board one more of our vessels, we will answer with force," Admiral Ines Karo told reporters. Maresia rejected the charge and expelled two Tolen diplomats.

The boat, a wooden trawler built in 1987, belongs to a family from the village of Osk. Its captain, 61-year-old Pell Adren, has fished the reef since he was a boy.

In a gesture of goodwill, Maresia later released the nine crewmen and offered to pay for repairs. Norway promised medical supplies for the islands' only hospital.

Dockworkers in Port Landry went on strike on Wednesday and blocked the gates of the terminal. The union's next meeting is scheduled for Friday. Grain prices rose by two per cent in early trading.

Analysts do not expect the accord to collapse. "Nobody gains from a quarrel in the shipping season," said Orsolya Vint, who teaches maritime history in Bergen.
`;
