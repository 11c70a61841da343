import type { RegionGroup } from "./region-group.ts";

/** Countries and territories that the atlas of maps is too coarse for. */
export const smallLands: readonly RegionGroup[] = [
  {
    what: "country",
    lines: `
Andorra 1 42 2 43
Antigua and Barbuda -62.5 16.5 -61.5 18
Bahrain 50 25.5 51 26.5
Barbados -60 13 -59 13.5
Cape Verde=Cabo Verde,Kap Verde -25.5 14.5 -22.5 17.5
the Comoros=Komoren 43 -12.5 45 -11
Dominica -61.5 15 -61 16
Grenada -62 11.5 -61 13
Kiribati 169 -11.5 -150 5
Liechtenstein 9 47 10 47.5
the Maldives=Malediven 72.5 -1 74 7.5
Malta 14 35.5 15 36.5
the Marshall Islands=Marshallinseln 160.5 4.5 172.5 15
Mauritius 57 -21 64 -19.5
Micronesia=Federated States of Micronesia,Mikronesien 137 1 163.5 10.5
Monaco 7 43.5 7.5 44
Nauru 166.5 -1 167 0
Palau 131 2.5 135 8.5
Saint Kitts and Nevis -63 17 -62.5 17.5
Saint Lucia -61.5 13.5 -60.5 14.5
Saint Vincent and the Grenadines -61.5 12.5 -61 13.5
Samoa -173 -14.5 -171 -13
San Marino 12 43.5 13 44
São Tomé and Príncipe 6 -0.5 7.5 2
Seychelles=Seychellen 46 -10.5 56.5 -3.5
Singapore=Singapur 103.5 1 104.5 1.5
Tonga -176.5 -22.5 -173.5 -15.5
Tuvalu 176 -11 180 -5.5
Vatican City=Vatikan 12 41.5 12.5 42`,
  },
  {
    what: "territory",
    lines: `
American Samoa -171 -15 -168 -14
Aruba -70.5 12 -69.5 13
Bermuda -65 32 -64.5 32.5
the Cayman Islands -81.5 19 -79.5 20
Curaçao -69.5 12 -68.5 12.5
French Guiana=Guyane,Französisch-Guayana -55 2 -51.5 6
French Polynesia=Französisch-Polynesien -155 -28 -134 -7.5
Gibraltar -5.5 36 -5 36.5
Guadeloupe -62 15.5 -60.5 17
Guam 144.5 13 145 14
Guernsey -3 49 -2 50
Hong Kong=Hongkong 113.5 22 114.5 23
the Isle of Man -5 54 -4 54.5
Jersey -2.5 49 -2 49.5
Macao=Macau 113.5 22 114 22.5
Martinique -61.5 14 -60.5 15
Mayotte 45 -13.5 45.5 -12.5
Réunion=La Réunion 55 -21.5 56 -20.5`,
  },
];
