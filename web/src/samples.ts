// Articles for a first visit: all invented, of different places and times, each with sentences that cooperate,
// that threaten, and plain ones between them.

/** An article and how the menu calls it. */
export interface Sample {
  name: string;
  text: string;
}

/** The first is what a first visitor sees. */
export const SAMPLES: readonly [Sample, ...Sample[]] = [
  {
    name: "Strait talks, today",
    text: `Strait talks resume as patrols go on

PORT LANDRY, 14 March – Envoys from Maresia and the Tolen Islands signed an accord on Tuesday to reopen the ferry route that has been closed since the autumn. Both governments thanked Norway for hosting eleven days of negotiations in Bergen.

The strait is 38 kilometres wide at its narrowest point. About a third of the region's grain passes through it.

Hours after the ceremony, Tolen's defence minister accused the Maresian navy of ramming a fishing boat near the Saddle Reef. "If they board one more of our vessels, we will answer with force," Admiral Ines Karo told reporters. Maresia rejected the charge and expelled two Tolen diplomats.

The boat, a wooden trawler built in 1987, belongs to a family from the village of Osk. Its captain, 61-year-old Pell Adren, has fished the reef since he was a boy.

In a gesture of goodwill, Maresia later released the nine crewmen and offered to pay for repairs. Norway promised medical supplies for the islands' only hospital.

Dockworkers in Port Landry went on strike on Wednesday and blocked the gates of the terminal. The union's next meeting is scheduled for Friday. Grain prices rose by two per cent in early trading.

Analysts do not expect the accord to collapse. "Nobody gains from a quarrel in the shipping season," said Orsolya Vint, who teaches maritime history in Bergen.
`,
  },
  {
    name: "A grain harbour, 1624",
    text: `The herring toll

Written in the harbour book of Sundwick in the year 1624, and put into plain words.

The alderman of Sundwick doubled the toll on every foreign barrel and threatened to burn any ship that would not pay. The skippers of Grauhaven called the toll theft and refused to unload. On the third night, men of the town boarded the brig Patience and seized her sails.

The harbour is eleven fathoms deep at the long pier. Herring comes in from August to the first ice.

Grauhaven answered by closing its salt stores to every merchant of Sundwick. Two councillors then met at the chapel on the sandbar and agreed to halve the toll. The town gave the sails back and apologised to the crew of the Patience. Grauhaven opened its stores again and sent forty sacks of salt as a gift.

The book is bound in sealskin and has 212 leaves. Its last page lists the price of rope.
`,
  },
  {
    name: "A river in the highlands, 1911",
    text: `Two valleys and one canal

The upper valley of Quillamayo drew its water from a canal that the lower valley had dug. In the dry spring of 1911, farmers from above blocked the sluice with stones. The lower valley condemned the act and marched on the sluice with picks and rifles. A guard was beaten, and two mules were taken.

The canal is nine kilometres long and falls sixty metres on its way. Maize and potatoes grow on the terraces beside it.

A teacher, Eusebia Tarqui, invited both councils to her school and offered to keep the register of hours. After four evenings they signed a plan that gave each valley the water on alternate days. The upper valley returned the mules and paid the guard's doctor. The lower valley forgave the debt for the stones.

The school was painted white in that year. It has two rooms and a bell from an old steamer.
`,
  },
  {
    name: "A trade dispute on the savanna, 1987",
    text: `Rails, tariffs and a handshake

KASSERO, 2 June 1987 – The government of Bandera accused neighbouring Ouelta of smuggling cattle and closed all three border posts. Ouelta rejected the accusation and imposed a ban on cement from Bandera. Lorry drivers protested at the bridge in Kassero and blocked the road for two days.

The railway between the two capitals was finished in 1934. It carries about nine hundred passengers a day in the dry season.

President Adama Sirou warned that any further seizure of trains would be met by force. A week later, however, his envoy flew to Ouelta and praised its patience. The two ministers of trade agreed to reopen the posts and to count the herds together. Ouelta lifted its ban and promised vaccine for ten thousand animals.

The rains usually begin in the second half of June. The market in Kassero is held on Thursdays.
`,
  },
  {
    name: "Islands and satellites, 2041",
    text: `The quiet orbit

The Coral League and the Republic of Hanzei share a belt of weather satellites above the western ocean. In February, Hanzei accused the League of jamming its storm warnings and expelled the League's engineers. The League denounced the expulsion and suspended its payments to the joint station. Protesters in Port Amity threw stones at the consulate of Hanzei.

The station stands on an atoll four metres above the sea. Its antenna is thirty metres wide and turns once every ninety minutes.

In March, a typhoon tore the roof off the station and left both sides without pictures. Crews from Hanzei rescued nine League technicians and flew them to hospital. The League thanked the pilots and offered new parts for the antenna. Both governments signed an agreement to share every image free of charge.

The typhoon season runs from May to November. The next satellite is to be launched in autumn.
`,
  },
];
